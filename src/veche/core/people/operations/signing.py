"""Writing about how people sign in."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.db.models import ProtectedError, QuerySet

from veche.core.journal.models import Secret
from veche.core.journal.operations import record
from veche.core.people.access import at_least
from veche.core.people.models import Level, Person, SignIn
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.places.models import Territory


@operation
def open_account(*, by: None, at: dt.datetime, person: Person) -> Person:
    """Write down somebody who has filled in the sign-up form or came by a sign-on."""
    person.email = person.email or None
    person.since = at
    person.level = Level.UNVERIFIED
    person.save()
    record(
        kind="people.added",
        by=by,
        at=at,
        subject=f"person:{person.pk}",
        public={"level": person.level},
        personal={"name": person.name, "email": person.email},
    )
    return person


@operation
def note_sign_in(*, by: Person, at: dt.datetime, how: str) -> None:
    """Note that somebody signed in, and take a confirmed address into account.

    ``how`` names the ways used, as ``password+mfa``.
    """
    if not at_least(by, Level.EMAIL) and _confirmed(by):
        by.level = Level.EMAIL
        by.save(update_fields=["level"])
    record(
        kind="people.signed-in",
        by=by,
        at=at,
        subject=f"person:{by.pk}",
        personal={"how": how},
        public={"level": by.level},
    )


def _confirmed(person: Person) -> bool:
    return bool(EmailAddress.objects.filter(user_id=person.pk, verified=True).exists())


@operation
def note_change_of_access(*, by: Person, at: dt.datetime, what: str) -> None:
    """Note that a password, an address, a passkey or a second factor was changed.

    The change itself is written by django-allauth, which tells its adapter; see there.
    """
    record(
        kind="people.access-changed",
        by=by,
        at=at,
        subject=f"person:{by.pk}",
        personal={"what": what},
    )


@operation
def raise_level(
    *,
    by: None,
    at: dt.datetime,
    person: Person,
    level: Level,
    territory: Territory | None = None,
    known: SocialAccount | None = None,
) -> None:
    """Believe what the city's sign-on says about a person; a level is never lowered by it.

    ``known`` is the row of the sign-on; what it said stays in no table.
    """
    if known is not None:
        SocialAccount.objects.filter(pk=known.pk).update(extra_data={})
    if not at_least(person, level):
        person.level = level
        person.save(update_fields=["level"])
    record(
        kind="people.level-raised",
        by=by,
        at=at,
        subject=f"person:{person.pk}",
        public={"level": person.level, "how": "sign-on"},
    )
    if territory is not None:
        from veche.core.people.models import Residence
        from veche.core.people.operations.residence import TERM, give_residence

        # Said at every sign-in: it is written again only when half of its term has gone.
        said = Residence.objects.filter(
            person_id=person.pk, territory=territory, how=Residence.How.SIGN_ON
        )
        if said.filter(until__gt=at + TERM / 2).exists():
            return
        give_residence(
            by=None, at=at, person=person, territory=territory, how=Residence.How.SIGN_ON
        )


@operation
def end_sign_ins(*, by: Person, at: dt.datetime, keep: str | None, only: str | None = None) -> int:
    """End the sign-ins of a person, all but ``keep`` or ``only`` one; returns how many ended.

    Both are names of sessions.
    """
    rows = SignIn.objects.filter(person_id=by.pk)
    rows = rows.filter(pk=only) if only is not None else rows.exclude(pk=keep)
    ended, _by_table = rows.delete()
    record(
        kind="people.sign-ins-ended",
        by=by,
        at=at,
        subject=f"person:{by.pk}",
        personal={"ended": ended},
    )
    return ended


@operation
def delete_old_sign_ins(*, by: None, at: dt.datetime) -> int:
    """Delete sign-ins and forms in progress whose time is over; returns how many."""
    gone, _by_table = SignIn.objects.filter(expire_date__lte=at).delete()
    record(kind="people.sign-ins-over", by=by, at=at, subject="people", public={"rows": gone})
    return gone


UNCONFIRMED_TERM = dt.timedelta(days=7)
"""How long an account waits for its address to be confirmed."""
_AT_ONCE = 1_000
"""Accounts looked at, and deleted, in one go; the timer comes again."""


def unconfirmed(at: dt.datetime) -> QuerySet[Person]:
    """Accounts nobody has ever got into: their address was not confirmed in time."""
    known = SocialAccount.objects.values("user_id")
    return Person.objects.filter(
        level=Level.UNVERIFIED,
        is_active=True,
        email__isnull=False,
        since__lt=at - UNCONFIRMED_TERM,
        cast__isnull=True,
    ).exclude(pk__in=known)


@operation
def delete_unconfirmed(*, by: None, at: dt.datetime) -> int:
    """Delete accounts whose address was not confirmed in time; returns how many.

    An account that something hangs on, a role given to somebody who has not come in yet, stays.
    """
    gone: list[int] = []
    last = 0
    while len(gone) < _AT_ONCE:
        people = list(
            unconfirmed(at)
            .filter(pk__gt=last)
            .order_by("pk")
            .values_list("pk", flat=True)[:_AT_ONCE]
        )
        if not people:
            break
        last = people[-1]
        gone += _deleted(people)
    Secret.objects.filter(record__subject__in=[f"person:{pk}" for pk in gone]).delete()
    record(
        kind="people.unconfirmed-deleted",
        by=by,
        at=at,
        subject="people",
        public={"accounts": len(gone)},
    )
    return len(gone)


def _deleted(people: list[int]) -> list[int]:
    """Those of some accounts that could be deleted: all at once, or by halves where one cannot."""
    try:
        with transaction.atomic():
            Person.objects.filter(pk__in=people).delete()
    except ProtectedError:
        if len(people) == 1:
            return []
        half = len(people) // 2
        return _deleted(people[:half]) + _deleted(people[half:])
    return people


@operation
def change_name(*, by: Person, at: dt.datetime, name: str, language: str) -> None:
    """A person is called otherwise from now on, or told in another language."""
    Person.objects.filter(pk=by.pk).update(name=name, language=language)
    record(
        kind="people.renamed",
        by=by,
        at=at,
        subject=f"person:{by.pk}",
        personal={"name": name, "language": language},
    )
