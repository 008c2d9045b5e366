"""What somebody keeps about their own work: what was seen, what is theirs, what was typed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from veche.core.cases.models import Case
from veche.core.cases.operations import subject
from veche.core.desk import rules
from veche.core.desk.models import BulkChange, Draft, Look, SavedView, Seat, Taking
from veche.core.desk.operations.refusals import TakenByOther
from veche.core.journal.operations import record
from veche.operation import operation
from veche.texts import readable

if TYPE_CHECKING:
    from veche.core.people.models import Person


KEEP = dt.timedelta(days=1)
"""How long what has ended stays on the desk of whoever worked on it."""


@operation
def sit_down(*, by: Person, at: dt.datetime) -> Seat:
    """The first visit to the desk: what moved before it counts as seen."""
    Seat.objects.bulk_create([Seat(person=by, looked_at=at)], ignore_conflicts=True)
    record(kind="desk.sat-down", by=by, at=at, subject=f"person:{by.pk}")
    return Seat.objects.get(person=by)


@operation
def see_all(*, by: Person, at: dt.datetime) -> None:
    """Everything on the desk counts as seen from now on."""
    Seat.objects.update_or_create(person=by, defaults={"looked_at": at})
    Look.objects.filter(person=by).delete()
    record(kind="desk.saw-all", by=by, at=at, subject=f"person:{by.pk}")


@operation
def set_keys(*, by: Person, at: dt.datetime, single: bool) -> None:
    """Turn single-letter commands on or off for oneself."""
    Seat.objects.update_or_create(
        person=by, defaults={"single_keys": single}, create_defaults={"single_keys": single}
    )
    record(kind="desk.keys-set", by=by, at=at, subject=f"person:{by.pk}", public={"on": single})


@operation
def look(*, by: Person, at: dt.datetime, case: Case) -> None:
    """Note how much of a case somebody has seen; looking again at the same writes nothing new."""
    Look.objects.bulk_create(
        [Look(person=by, case=case, seq=case.seq, at=at)],
        update_conflicts=True,
        unique_fields=["person", "case"],
        update_fields=["seq", "at"],
    )
    record(kind="desk.looked", by=by, at=at, subject=subject(case), public={"step": case.seq})


@operation
def take(*, by: Person, at: dt.datetime, case: Case, over: bool = False) -> Taking:
    """Work on a case oneself; ``over``: also when a colleague has taken it.

    Raises:
        TakenByOther: a colleague has it.
    """
    Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    held = Taking.objects.filter(case=case).select_related("person").first()
    if held is not None and held.person_id != by.pk and not over:
        raise TakenByOther(name=held.person)
    taking, _made = Taking.objects.update_or_create(case=case, defaults={"person": by, "since": at})
    record(
        kind="desk.taken",
        by=by,
        at=at,
        subject=subject(case),
        public={"over": held is not None and held.person_id != by.pk},
    )
    return taking


@operation
def take_many(*, by: Person, at: dt.datetime, cases: Sequence[int]) -> int:
    """Take every one of these cases that no colleague has; how many are one's own now."""
    Taking.objects.bulk_create(
        [Taking(case_id=pk, person=by, since=at) for pk in cases], ignore_conflicts=True
    )
    mine = Taking.objects.filter(case_id__in=list(cases), person=by).count()
    record(kind="desk.taken-many", by=by, at=at, subject="desk", public={"matters": mine})
    return mine


@operation
def release(*, by: Person, at: dt.datetime, case: Case) -> None:
    """No longer work on a case; somebody else's taking stays."""
    Taking.objects.filter(case=case, person=by).delete()
    record(kind="desk.released", by=by, at=at, subject=subject(case))


@operation
def keep_draft(
    *, by: Person, at: dt.datetime, case: Case, move: str, words: Mapping[str, str]
) -> None:
    """Keep what was typed for a step; nothing typed forgets it."""
    kept = {
        name[: rules.LONGEST_NAME]: readable(text)[: rules.LONGEST_DRAFT]
        for name, text in list(words.items())[: rules.MOST_FIELDS]
        if text.strip()
    }
    if kept:
        Draft.objects.update_or_create(
            person=by, case=case, move=move, defaults={"words": kept, "at": at}
        )
    else:
        Draft.objects.filter(person=by, case=case, move=move).delete()
    record(kind="desk.draft-kept", by=by, at=at, subject=subject(case), public={"move": move})


@operation
def drop_draft(*, by: Person, at: dt.datetime, case: Case, move: str) -> None:
    """Forget what was typed: the step was made, or is no longer wanted."""
    Draft.objects.filter(person=by, case=case, move=move).delete()
    record(kind="desk.draft-dropped", by=by, at=at, subject=subject(case), public={"move": move})


# --- forgetting -------------------------------------------------------------------------------


@operation
def leave(*, by: Person | None, at: dt.datetime, person: Person) -> None:
    """Somebody leaves the desk for good: what they kept there is forgotten."""
    for table in (Taking, Draft, Look, Seat):
        table.objects.filter(person=person).delete()
    SavedView.objects.filter(owner=person).delete()
    BulkChange.objects.filter(by=person, done_at__isnull=True, cancelled_at__isnull=True).update(
        cancelled_at=at
    )
    record(kind="desk.left", by=by, at=at, subject=f"person:{person.pk}")


@operation
def clear_away(*, by: None, at: dt.datetime) -> int:
    """Takings, looks and drafts of what has ended: nobody works on it any more."""
    gone = 0
    for table in (Taking, Look, Draft):
        gone += table.objects.filter(case__closed_at__lt=at - KEEP).delete()[0]
    record(kind="desk.cleared", by=by, at=at, subject="desk", public={"rows": gone})
    return gone


def tidy(*, at: dt.datetime) -> int:
    """Clear the desks away where there is something to clear; called by the timer."""
    ended = {"case__closed_at__lt": at - KEEP}
    if not any(table.objects.filter(**ended).exists() for table in (Taking, Look, Draft)):
        return 0
    return clear_away(by=None, at=at)
