"""What letters can be about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from veche.city.appeals.models import Topic
from veche.core.journal.operations import record
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person


@operation
def set_topics(
    *, by: Person | None, at: dt.datetime, topics: Sequence[tuple[str, Mapping[str, str]]]
) -> int:
    """Set what letters can be about, (code, names) in order; others can no longer be chosen."""
    Topic.objects.exclude(code__in=[code for code, _names in topics]).update(active=False)
    Topic.objects.bulk_create(
        [
            Topic(code=code, names=dict(names), position=place)
            for place, (code, names) in enumerate(topics)
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["names", "position", "active"],
    )
    record(
        kind="appeals.topics-set", by=by, at=at, subject="appeals", public={"topics": len(topics)}
    )
    return len(topics)
