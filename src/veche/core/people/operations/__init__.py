"""Writing about people."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.utils.translation import gettext_lazy as _

from veche.core.journal.operations import record
from veche.core.people.access import at_least
from veche.core.people.models import Level, Look, Person
from veche.core.people.queries import sign_in_subject
from veche.errors import Invalid, Refused
from veche.operation import operation


class EmailTaken(Invalid):
    """The address belongs to an account."""

    code = "email-taken"
    status = 409
    sentence = _("Somebody already uses this e-mail address.")
    field = "email"


@operation
def add_person(
    *,
    by: Person | None,
    at: dt.datetime,
    name: str,
    email: str | None = None,
    password: str | None = None,
    language: str = "en",
    level: Level = Level.EMAIL,
    cast: str | None = None,
) -> Person:
    """Open an account; without a password the person cannot sign in by one.

    Raises:
        EmailTaken: the address belongs to an account.
    """
    email = email.strip().lower() if email else None
    if email and Person.objects.filter(email__iexact=email).exists():
        raise EmailTaken
    person = Person(name=name, email=email, language=language, level=level, cast=cast, since=at)
    person.set_password(password)
    person.save()
    _confirm_addresses([person])
    record(
        kind="people.added",
        by=by,
        at=at,
        subject=f"person:{person.pk}",
        public={"level": level},
        personal={"name": name, "email": email},
    )
    return person


@operation
def add_people(*, by: Person | None, at: dt.datetime, people: Sequence[Person]) -> list[Person]:
    """Open many accounts at once, without passwords; one journal record for all of them.

    Raises:
        django.db.IntegrityError: an address belongs to an account.
    """
    for person in people:
        person.since = at
        # An unusable password, different in every row as Django makes it.
        person.password = UNUSABLE_PASSWORD_PREFIX + secrets.token_hex(20)
    made = Person.objects.bulk_create(people, batch_size=2_000)
    _confirm_addresses(made)
    record(kind="people.added-many", by=by, at=at, subject="people", public={"accounts": len(made)})
    return made


def _confirm_addresses(people: Sequence[Person]) -> None:
    """What we are told to be confirmed is confirmed for django-allauth too."""
    EmailAddress.objects.bulk_create(
        [
            EmailAddress(user=person, email=person.email.lower(), primary=True, verified=True)
            for person in people
            if person.email and at_least(person, Level.EMAIL)
        ],
        batch_size=2_000,
    )


class TooManyTries(Refused):
    """Too many wrong passwords came for one account or from one network address."""

    code = "too-many-tries"
    status = 429
    sentence = _("Too many wrong tries. Wait five minutes and try again.")


@operation
def note_failed_sign_in(*, by: None, at: dt.datetime, keys: Sequence[str]) -> None:
    """Write down that a sign-in failed, once for the account and once for the network address.

    ``keys`` are keyed digests: the journal does not say who tried.
    """
    for key in keys:
        record(kind="people.sign-in-failed", by=by, at=at, subject=sign_in_subject(key))


@operation
def note_look(
    *, by: Person, at: dt.datetime, person_id: int, what: str, case_number: str = ""
) -> None:
    """Note that somebody of the staff looked at what is known about a person.

    ``what`` is a code of `veche.core.people.looks.WHAT`. That person reads it on their own page.
    """
    Look.objects.create(person_id=person_id, by=by, at=at, what=what, case_number=case_number)
    record(
        kind="people.looked",
        by=by,
        at=at,
        subject=f"person:{person_id}",
        public={"what": what},
        personal={"matter": case_number},
    )
