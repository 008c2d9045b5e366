"""A clerk says where somebody lives: prints the letters that were asked for, or sees the person."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from veche.core.organisations.access import NotClerk, holds
from veche.core.people.models import Level, Person, Residence, ResidenceLetter
from veche.core.people.operations import note_look
from veche.core.people.operations.birth import note_birth_date
from veche.core.people.operations.residence import give_residence, print_letter
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.places.models import Territory


@dataclass(frozen=True)
class Printed:
    """What stands on one letter; the code exists on paper only."""

    name: str
    address: str
    code: str


@operation
def print_letters(*, by: Person, at: dt.datetime, letters: list[int]) -> list[Printed]:
    """A clerk prints letters; each look at an address is noted for the one who lives there.

    Raises:
        NotClerk: a letter goes where the clerk's role does not reach.
        veche.core.people.operations.residence.NoLetter: one was printed meanwhile.
    """
    rows = ResidenceLetter.objects.filter(pk__in=letters).select_related("person", "territory")
    found = []
    for row in rows.order_by("asked_at"):
        if not holds(by, "clerk", row.territory, at):
            raise NotClerk
        address, code = print_letter(by=by, at=at, letter=row.pk)
        note_look(by=by, at=at, person_id=row.person_id, what="residence")
        found.append(Printed(row.person.name, address, code))
    if not found:
        raise NotClerk
    return found


@operation
def confirm_at_counter(
    *,
    by: Person,
    at: dt.datetime,
    person: Person,
    territory: Territory,
    identified: bool,
    born: dt.date | None = None,
) -> Residence:
    """A clerk has seen a paper of the person who stands at the counter.

    ``born`` is the day of birth it shows, where the person wants it to be known.

    Raises:
        veche.core.people.operations.birth.NotABirthDate: nobody alive was born on that day.
        NotClerk: the clerk's role does not reach this territory, or it is their own account.
    """
    if not holds(by, "clerk", territory, at) or by.pk == person.pk:
        raise NotClerk
    note_look(by=by, at=at, person_id=person.pk, what="residence")
    if born is not None:
        note_birth_date(by=by, at=at, person=person, day=born, how=Residence.How.COUNTER)
    return give_residence(
        by=by,
        at=at,
        person=person,
        territory=territory,
        how=Residence.How.COUNTER,
        level=Level.IDENTIFIED if identified else Level.RESIDENT,
    )
