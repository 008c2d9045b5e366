"""Who read what a source that is not public tells: written down at every reading."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING

from veche.city.pulse.models import Look, Source, SourceKey
from veche.core.journal.operations import record
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

ONE_LOOK = dt.timedelta(minutes=5)
"""Reading the same on and on within this time is one look: a page that renews itself, a program
that turns the pages of a long list."""


@operation
def _note(
    *,
    by: Person | None,
    at: dt.datetime,
    sources: Collection[int],
    what: str,
    key: SourceKey | None,
) -> None:
    Look.objects.bulk_create(
        [Look(source_id=one, person=by, key=key, at=at, what=what) for one in sorted(sources)]
    )
    record(
        kind="pulse.source-looked",
        by=by,
        at=at,
        subject="sources",
        public={"sources": len(sources)},
        personal={"sources": sorted(sources), "what": what},
    )


def note_look(
    *,
    by: Person | None,
    at: dt.datetime,
    sources: Collection[int],
    what: str,
    key: SourceKey | None = None,
) -> int:
    """Write down that somebody, or a system with its key, read these sources; returns how many
    looks are new.

    Public sources among them are left out: everybody reads those. ``what`` says what was read, as
    an address or in words.
    """
    what = what[:200]
    closed = set(
        Source.objects.filter(pk__in=list(sources), public=False).values_list("pk", flat=True)
    )
    if not closed or (by is None and key is None):
        return 0
    recent = Look.objects.filter(
        source_id__in=closed, person=by, key=key, what=what, at__gt=at - ONE_LOOK
    )
    fresh = closed - set(recent.values_list("source_id", flat=True))
    if fresh:
        _note(by=by, at=at, sources=fresh, what=what, key=key)
    return len(fresh)
