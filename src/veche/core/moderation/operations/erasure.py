"""Forgetting a person."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Q

from veche.core.files.operations import forget_original
from veche.core.journal.operations import record
from veche.core.moderation.models import Decision, Origin, Original
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person


@operation
def forget_person(*, by: Person | None, at: dt.datetime, person: Person) -> None:
    """Delete what was hidden of a person's matters, their objections, and where they wrote from.

    The decisions stay in the public log: they name nobody.
    """
    mine = Q(case__author=person, writer__isnull=True) | Q(writer=person)
    kept = Original.objects.filter(mine, gone_at__isnull=True)
    for digest in kept.exclude(digest="").values_list("digest", flat=True):
        forget_original(by=by, at=at, digest=digest)
    count = kept.update(gone_at=at, text="", digest="")
    ours = Q(case__author=person) | Q(original__writer=person)
    Decision.objects.filter(pk__in=Decision.objects.filter(ours).values("pk")).update(
        appeal_text=""
    )
    Origin.objects.filter(case__author=person).delete()
    record(
        kind="moderation.person-forgotten",
        by=by,
        at=at,
        subject="moderation",
        public={"originals": count},
    )
