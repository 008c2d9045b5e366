"""Forgetting a person: the one operation that runs through every module."""

from __future__ import annotations

import datetime as dt

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import connection
from django.utils.translation import gettext_lazy as _

from veche import module
from veche.core.journal.operations import record
from veche.core.people.models import (
    BirthDate,
    Level,
    Look,
    Person,
    Residence,
    ResidenceLetter,
    SignIn,
)
from veche.core.people.tasks import send_letter
from veche.errors import Refused
from veche.operation import operation


class ErasedAlready(Refused):
    """The account is erased."""

    code = "erased-already"
    sentence = _("This account is erased already.")


@operation
def erase_person(*, by: Person, at: dt.datetime, person: Person) -> None:
    """Forget a person: every module erases what it holds, then the account itself.

    What was done in public stays without a name: problems, their moves, their counts. Of the
    journal's records about and by the person the erasable parts go; the records and their digests
    stay, so that the log still verifies.

    Raises:
        ErasedAlready: it was done before.
        veche.errors.Refused: a module cannot let the person go yet, as one who still holds a role.
    """
    row = Person.objects.select_for_update().get(pk=person.pk)
    if not row.is_active:
        raise ErasedAlready
    email, language = row.email, row.language
    for _name, personal in reversed(module.personal()):
        personal.erase(by=by, at=at, person=row)
    erased = _erase_secrets(row.pk)
    record(
        kind="people.erased",
        by=None,
        at=at,
        subject=f"person:{row.pk}",
        public={"secrets": erased},
    )
    if email:
        send_letter.defer(prefix="erased", email=email, language=language, words={})


@operation
def empty_account(*, by: Person, at: dt.datetime, person: Person) -> None:
    """Take out of the tables of people what tells who somebody is; the number stays."""
    for table in (SignIn, Residence, ResidenceLetter, BirthDate, Look):
        table.objects.filter(person_id=person.pk).delete()
    for others in (EmailAddress, Authenticator, SocialAccount):
        others.objects.filter(user_id=person.pk).delete()
    Look.objects.filter(by_id=person.pk).update(by=None)
    person.email, person.name, person.cast = None, "", None
    person.level, person.is_active = Level.UNVERIFIED, False
    person.set_unusable_password()
    person.save()
    record(kind="people.emptied", by=None, at=at, subject=f"person:{person.pk}")


def _erase_secrets(person: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM journal_secret s USING journal_record r WHERE s.record_id = r.id"
            " AND (r.subject = %s OR r.actor = %s)",
            [f"person:{person}", person],
        )
        return int(cursor.rowcount)
