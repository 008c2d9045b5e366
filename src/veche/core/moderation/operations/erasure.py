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

    The decisions stay in the public log: they name nobody. Open objections to what is deleted here
    end as dropped.
    """
    mine = Q(case__author=person, writer__isnull=True) | Q(writer=person)
    kept = Original.objects.filter(mine, gone_at__isnull=True)
    for digest in kept.exclude(digest="").values_list("digest", flat=True):
        forget_original(by=by, at=at, digest=digest)
    count = kept.update(gone_at=at, text="", digest="")
    own = Q(case__author=person) & (Q(original=None) | Q(original__writer=None))
    ours = own | Q(original__writer=person)
    said = Decision.objects.filter(pk__in=Decision.objects.filter(ours).values("pk"))
    said.update(appeal_text="")
    # With what was hidden gone and the objection too, nobody can judge any more who was right.
    # A hidden matter is still there to be judged, and so is one that was not published.
    nothing_left = said.filter(appeal="open", original__gone_at__isnull=False)
    dropped = Decision.objects.filter(pk__in=list(nothing_left.values_list("pk", flat=True)))
    objections = dropped.update(appeal="dropped", judged_at=at)
    Origin.objects.filter(case__author=person).delete()
    record(
        kind="moderation.person-forgotten",
        by=by,
        at=at,
        subject="moderation",
        public={"originals": count, "objections": objections},
    )
