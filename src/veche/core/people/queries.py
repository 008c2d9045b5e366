"""Reading people."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet

from veche.core.journal.models import Record
from veche.core.people.models import Person, Residence, ResidenceLetter

TRIES = 8
"""Failed tries to sign in that one account or one network address may make in `WINDOW`."""
WINDOW = dt.timedelta(minutes=5)


def sign_in_subject(key: str) -> str:
    """How the journal names the account or network address of a failed try."""
    return f"sign-in:{key}"


def may_try(key: str, at: dt.datetime) -> bool:
    """Whether there were few enough failed tries lately; counted in the journal, so that it holds
    for every web process alike."""
    failed = Record.objects.filter(
        subject=sign_in_subject(key), kind="people.sign-in-failed", at__gt=at - WINDOW
    )
    return failed.count() < TRIES


def cast_members() -> list[Person]:
    """The people of the demo town's cast; none in a real city."""
    return list(Person.objects.filter(cast__isnull=False).order_by("id"))


def residence_of(person: Person | None, at: dt.datetime) -> Residence | None:
    """Where a person is believed to live at a moment; None when it is not known."""
    if person is None:
        return None
    return (
        Residence.objects.filter(person_id=person.pk, since__lte=at, until__gt=at)
        .select_related("territory")
        .first()
    )


def waiting_letters() -> QuerySet[ResidenceLetter]:
    """Letters that were asked for and not printed yet, oldest first."""
    return (
        ResidenceLetter.objects.filter(printed_at=None)
        .select_related("person", "territory")
        .order_by("asked_at")
    )


def letter_of(person: Person) -> ResidenceLetter | None:
    """The letter on its way to a person."""
    return ResidenceLetter.objects.filter(person_id=person.pk).first()
