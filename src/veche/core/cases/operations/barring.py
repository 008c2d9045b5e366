"""Keeping cases from people: who is tied to a party neither sees them as staff nor moves them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext_lazy as _

from veche.core.cases.access import barred_now
from veche.core.cases.models import Barred
from veche.core.journal.operations import record
from veche.errors import NotFound
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.organisations.models import Holding, Organisation
    from veche.core.people.models import Person


class MayNotKnow(NotFound):
    """The actor is barred from the case: it is answered as if there were none."""

    code = "unknown-matter"
    sentence = _("There is no such matter.")


class Bar(NamedTuple):
    """Somebody is to be barred from a case; all three by their numbers."""

    case: int
    person: int
    side: int | None = None
    """The organisation for which they may still act."""


def keeps_out(side: int | None, holding: Holding | None) -> bool:
    """Whether a bar that lets act for ``side`` stands against a move by this role."""
    return side is None or holding is None or holding.organisation_id != side


def check_not_barred(case: Case, by: Person | None, held: Iterable[Holding | None]) -> None:
    """Let pass who may know of a case by one of these roles.

    Raises:
        MayNotKnow: they are barred from it, and none is held in the party they act for.
    """
    held = list(held)
    for row in barred_now(by).filter(case_id=case.pk):
        if all(keeps_out(row.side_id, holding) for holding in held):
            raise MayNotKnow


@operation
def bar_case(
    *,
    by: Person | None,
    at: dt.datetime,
    case: Case,
    person: Person,
    why: str,
    side: Organisation | None = None,
) -> Barred:
    """Keep a case from a person from now on; twice is once."""
    row, _made = Barred.objects.get_or_create(
        case=case,
        person=person,
        until=None,
        defaults={"since": at, "why": why, "side": side},
    )
    _note(by, at, why, 1, 0)
    return row


@operation
def unbar_case(*, by: Person | None, at: dt.datetime, case: Case, person: Person, why: str) -> None:
    """A person may know of a case again; where nothing stood against it, nothing happens."""
    lifted = Barred.objects.filter(case=case, person=person, why=why, until__isnull=True)
    _note(by, at, why, 0, lifted.update(until=at))


@operation
def set_barred(
    *,
    by: Person | None,
    at: dt.datetime,
    why: str,
    wanted: Iterable[Bar],
    cases: Collection[int] | None = None,
    people: Collection[int] | None = None,
) -> tuple[int, int]:
    """Bring what is kept from whom for one reason to what is ``wanted``, in a few statements.

    ``cases`` and ``people``, by their numbers, say what was looked at: of these alone what is not
    wanted any more is lifted. Returns how many were barred and how many lifted.
    """
    rows = Barred.objects.select_for_update().filter(why=why, until__isnull=True)
    if cases is not None:
        rows = rows.filter(case_id__in=cases)
    if people is not None:
        rows = rows.filter(person_id__in=people)
    standing = {(r.case_id, r.person_id): r for r in rows.order_by("case_id", "person_id")}
    want = {(one.case, one.person): one for one in wanted}
    over = [
        row.pk for key, row in standing.items() if key not in want or want[key].side != row.side_id
    ]
    Barred.objects.filter(pk__in=over).update(until=at)
    lifted = set(over)
    fresh = [
        Barred(case_id=one.case, person_id=one.person, side_id=one.side, since=at, why=why)
        for key, one in sorted(want.items())
        if key not in standing or standing[key].pk in lifted
    ]
    # Another reason may bar them already, or another hand may be doing this at this moment.
    Barred.objects.bulk_create(fresh, batch_size=2_000, ignore_conflicts=True)
    _note(by, at, why, len(fresh), len(over))
    return len(fresh), len(over)


def _note(by: Person | None, at: dt.datetime, why: str, barred: int, lifted: int) -> None:
    """Numbers alone: neither the matter nor the person is told here."""
    record(
        kind="cases.barred-set",
        by=by,
        at=at,
        subject="cases",
        public={"why": why, "barred": barred, "lifted": lifted},
    )
