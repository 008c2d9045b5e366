"""Reading people."""

from __future__ import annotations

import datetime as dt

from veche.core.journal.models import Record
from veche.core.people.models import Person

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
