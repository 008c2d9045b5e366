"""Writing about where people live: by a code in a letter, at a counter, by the city's sign-on."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from veche.core.journal.operations import record
from veche.core.people.access import at_least
from veche.core.people.models import Level, Person, Residence, ResidenceLetter
from veche.errors import Invalid, Refused
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.places.models import Territory

TERM = dt.timedelta(days=730)
"""How long a residence is believed before it must be shown again."""
LETTER_TERM = dt.timedelta(days=30)
"""How long the code of a letter is good after it was printed."""
TRIES = 5
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Letters of codes: none that looks like another on paper."""


class NoLetter(Refused):
    """There is no letter whose code could be typed."""

    code = "no-letter"
    sentence = _("No letter is on its way to you. Ask for one first.")


class LetterTooOld(Refused):
    """The code was not typed in time, or wrong too often."""

    code = "letter-too-old"
    sentence = _("This letter is no longer valid. Ask for a new one.")


class WrongCode(Invalid):
    """The code is not the one in the letter."""

    code = "wrong-code"
    sentence = _("This is not the code of the letter. Check it and type it again.")
    field = "code"


class AlreadyAsked(Refused):
    """A letter was asked for lately."""

    code = "already-asked"
    sentence = _("A letter to you is on its way already.")


@operation
def give_residence(
    *,
    by: Person | None,
    at: dt.datetime,
    person: Person,
    territory: Territory,
    how: Residence.How,
    level: Level = Level.RESIDENT,
) -> Residence:
    """From now on the city believes that the person lives in the territory, for `TERM`.

    What was believed before ends. ``level`` is at least `Level.RESIDENT`.
    """
    person = Person.objects.select_for_update().get(pk=person.pk)
    Residence.objects.filter(person_id=person.pk, until__gt=at).update(until=at)
    row = Residence.objects.create(
        person=person, territory=territory, how=how, since=at, until=at + TERM
    )
    if not at_least(person, level):
        person.level = level
        person.save(update_fields=["level"])
    ResidenceLetter.objects.filter(person_id=person.pk).delete()
    record(
        kind="people.residence-given",
        by=by,
        at=at,
        subject=f"person:{person.pk}",
        public={"how": how, "level": person.level},
        personal={"territory": territory.code},
    )
    return row


@operation
def give_residences(
    *, by: Person | None, at: dt.datetime, homes: Mapping[Person, Territory], how: Residence.How
) -> int:
    """Believe of many at once where they live; their levels are not touched. Returns how many."""
    made = Residence.objects.bulk_create(
        [
            Residence(person=person, territory=home, how=how, since=at, until=at + TERM)
            for person, home in homes.items()
        ],
        batch_size=2_000,
    )
    record(
        kind="people.residences-given",
        by=by,
        at=at,
        subject="people",
        public={"people": len(made), "how": how},
    )
    return len(made)


@operation
def ask_for_letter(
    *, by: Person, at: dt.datetime, territory: Territory, address: str
) -> ResidenceLetter:
    """Ask for a letter with a code to the address where one lives.

    Raises:
        AlreadyAsked: a letter is on its way.
    """
    old = ResidenceLetter.objects.select_for_update().filter(person_id=by.pk).first()
    if old is not None:
        if not _over(old, at):
            raise AlreadyAsked
        old.delete()
    letter = ResidenceLetter.objects.create(
        person=by, territory=territory, address=address, asked_at=at
    )
    record(
        kind="people.letter-asked",
        by=by,
        at=at,
        subject=f"person:{by.pk}",
        personal={"territory": territory.code},
    )
    return letter


@operation
def print_letter(*, by: Person | None, at: dt.datetime, letter: int) -> tuple[str, str]:
    """Make the code of a letter; returns the address and the code, both for the paper only.

    The address is forgotten here: it stands on the paper. Printing again makes a new code, which
    is possible until the address is forgotten.

    Raises:
        NoLetter: it was printed already, or taken back.
    """
    row = ResidenceLetter.objects.select_for_update().filter(pk=letter, printed_at=None).first()
    if row is None:
        raise NoLetter
    code = "".join(secrets.choice(LETTERS) for _n in range(8))
    address, row.address = row.address, ""
    row.digest, row.printed_at = _digest(row.person_id, code), at
    row.save()
    record(
        kind="people.letter-printed",
        by=by,
        at=at,
        subject=f"person:{row.person_id}",
    )
    return address, f"{code[:4]}-{code[4:]}"


@operation
def try_letter_code(*, by: Person, at: dt.datetime, code: str) -> Residence | None:
    """Type the code of the letter; the residence, or None when the code is wrong.

    A wrong code is counted, so nothing is raised that would take the count back.

    Raises:
        NoLetter: no letter was printed.
        LetterTooOld: the letter is too old, or the code was wrong too often.
    """
    row = ResidenceLetter.objects.select_for_update().filter(person_id=by.pk).first()
    if row is None or row.printed_at is None:
        raise NoLetter
    if _over(row, at):
        raise LetterTooOld
    plain = "".join(c for c in code.upper() if c.isalnum())
    if not hmac.compare_digest(_digest(by.pk, plain), row.digest):
        row.tries += 1
        row.save(update_fields=["tries"])
        record(kind="people.letter-code-wrong", by=by, at=at, subject=f"person:{by.pk}")
        return None
    return give_residence(
        by=by, at=at, person=by, territory=row.territory, how=Residence.How.LETTER
    )


def _over(letter: ResidenceLetter, at: dt.datetime) -> bool:
    if letter.tries >= TRIES:
        return True
    return at - (letter.printed_at or letter.asked_at) > LETTER_TERM


def _digest(person: int, code: str) -> str:
    secret = settings.SECRET_KEY.encode()
    return hmac.new(secret, f"letter:{person}:{code}".encode(), hashlib.sha256).hexdigest()


def residents_no_more(at: dt.datetime) -> QuerySet[Person]:
    """People taken for residents whose residence is over."""
    live = Residence.objects.filter(until__gt=at).values("person_id")
    ended = Residence.objects.filter(until__lte=at).values("person_id")
    return Person.objects.filter(level=Level.RESIDENT, pk__in=ended).exclude(pk__in=live)


@operation
def end_old_residences(*, by: None, at: dt.datetime) -> int:
    """Lower the level of those whose residence is over; returns how many."""
    lowered = residents_no_more(at).update(level=Level.EMAIL)
    record(
        kind="people.residences-ended", by=by, at=at, subject="people", public={"people": lowered}
    )
    return lowered
