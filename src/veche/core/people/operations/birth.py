"""Birth dates: least data, only what a paper or a sign-on showed, and erased when asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from veche.core.journal.operations import record
from veche.core.people.models import BirthDate, Person, Residence
from veche.errors import Invalid
from veche.operation import operation

OLDEST = 125
"""Years: whoever would be older has mistyped."""


class NotABirthDate(Invalid):
    """Nobody alive was born on that day."""

    code = "not-a-birth-date"
    sentence = _("Write the day of birth as it stands on the paper: this one cannot be.")
    field = "born"


@operation
def note_birth_date(
    *, by: Person | None, at: dt.datetime, person: Person, day: dt.date, how: Residence.How
) -> BirthDate:
    """Believe that a person was born on a day; what was believed before is written over.

    Raises:
        NotABirthDate: the day lies ahead, or more than `OLDEST` years back.
    """
    if not at.date().year - OLDEST <= day.year or day > at.date():
        raise NotABirthDate
    row, _made = BirthDate.objects.update_or_create(
        person=person, defaults={"day": day, "how": how}
    )
    record(
        kind="people.birth-date-noted",
        by=by,
        at=at,
        subject=f"person:{person.pk}",
        public={"how": how},
    )
    return row


@operation
def note_birth_dates(
    *, by: Person | None, at: dt.datetime, days: Mapping[int, dt.date], how: Residence.How
) -> int:
    """Believe of many at once (number of the person → day); returns how many."""
    made = BirthDate.objects.bulk_create(
        [BirthDate(person_id=pk, day=day, how=how) for pk, day in days.items()], batch_size=2_000
    )
    record(
        kind="people.birth-dates-noted",
        by=by,
        at=at,
        subject="people",
        public={"people": len(made), "how": how},
    )
    return len(made)


@operation
def erase_birth_date(*, by: Person, at: dt.datetime) -> None:
    """Forget the day at the wish of the person; votes by age find them no more."""
    BirthDate.objects.filter(person_id=by.pk).delete()
    record(kind="people.birth-date-erased", by=by, at=at, subject=f"person:{by.pk}")
