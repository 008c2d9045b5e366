"""Who may not judge whom: one rule for experts, inspectors and juries.

The rule itself stands in the database (``conflicts.sql``), so that triggers ask the very same.
A conflict is told to the person it is about, and to who looks after ties; to others only that
there is one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection
from django.utils.translation import gettext_lazy as _

from veche.core.organisations.models import Organisation
from veche.errors import NotAllowed

if TYPE_CHECKING:
    from veche.core.people.models import Person

COOLING_YEARS = 3
"""How long a tie stands against judging after it has ended, where nothing else is set."""

SENTENCES = {
    "employment": _("Works or worked there."),
    "ownership": _("Owns or owned a share of it."),
    "governing": _("Sits or sat in its board."),
    "contract": _("Has or had a contract with it."),
    "co_work": _("Worked in one place with somebody who stands for it."),
    "kin": _("Is kin to somebody who is tied to it."),
    "same_person": _("Another account of the same person is tied to it."),
}
"""Kind → sentence; every kind there is."""


class Conflicted(NotAllowed):
    """Who is tied to an organisation does not judge it."""

    code = "conflict-of-interest"
    sentence = _("This cannot be done by you: you are tied to who it is about.")


@dataclass(frozen=True)
class Conflict:
    """One reason why a person may not judge an organisation."""

    person_id: int
    organisation_id: int
    kind: str
    """A key of `SENTENCES`."""
    source: str
    """``declared``, ``registry``, ``derived`` or ``role``."""
    since: dt.datetime | None
    until: dt.datetime | None
    through_id: int | None
    """The organisation between them: at the head of a chain of shares, or where both worked."""
    other_id: int | None
    """The other person, or the other account, by whom it is so."""
    tie_id: int | None
    """The declared or recorded tie it follows from; empty: a role."""

    @property
    def sentence(self) -> str:
        """The reason in words; neither names nor days."""
        return str(SENTENCES[self.kind])


def _asked(
    at: dt.datetime, years: int, people: list[int] | None, organisations: list[int] | None
) -> list[Conflict]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person_id, organisation_id, CASE WHEN other_id IS NOT NULL AND kind NOT IN"
            " ('co_work', 'kin') THEN 'same_person' ELSE kind END, source, since, until,"
            " through_id, other_id, tie_id"
            " FROM organisations_conflicts(%s, %s, %s, %s)"
            " ORDER BY organisation_id, person_id, since DESC, kind",
            [at, years, people, organisations],
        )
        return [Conflict(*row) for row in cursor.fetchall()]


def conflicts(
    *, person: Person, organisation: Organisation, at: dt.datetime, years: int = COOLING_YEARS
) -> tuple[Conflict, ...]:
    """Every reason why a person may not judge an organisation now; none: they may."""
    return tuple(_asked(at, years, [person.pk], [organisation.pk]))


def conflicts_of(
    *, person: Person, at: dt.datetime, years: int = COOLING_YEARS
) -> tuple[Conflict, ...]:
    """Every reason why a person may not judge any organisation."""
    return tuple(_asked(at, years, [person.pk], None))


def may_judge(
    person: Person | None,
    organisation: Organisation,
    at: dt.datetime,
    years: int = COOLING_YEARS,
) -> bool:
    """Whether a person may judge an organisation: an application, a house it keeps, its offer.

    Nobody (a command, the system) may.
    """
    if person is None:
        return True
    return not conflicted_pairs(at=at, years=years, people=[person.pk], offices=[organisation.pk])


def check_may_judge(
    person: Person | None,
    organisation: Organisation,
    at: dt.datetime,
    years: int = COOLING_YEARS,
) -> None:
    """Let pass who may judge.

    Raises:
        Conflicted: the person is tied to the organisation.
    """
    if not may_judge(person, organisation, at, years):
        raise Conflicted


def conflicted_organisations(
    *, person: Person, at: dt.datetime, years: int = COOLING_YEARS
) -> frozenset[int]:
    """Numbers of the organisations that a person may not judge now."""
    pairs = conflicted_pairs(at=at, years=years, people=[person.pk])
    return frozenset(office for _person, office in pairs)


def conflicted_people(
    *, organisation: Organisation, at: dt.datetime, years: int = COOLING_YEARS
) -> frozenset[int]:
    """Numbers of the people who may not judge an organisation now."""
    pairs = conflicted_pairs(at=at, years=years, offices=[organisation.pk])
    return frozenset(person for person, _office in pairs)


def conflicted_pairs(
    *,
    at: dt.datetime,
    years: int = COOLING_YEARS,
    people: Iterable[int | Person] | None = None,
    offices: Iterable[int | Organisation] | None = None,
) -> frozenset[tuple[int, int]]:
    """Person and organisation, by number, for every conflict there is, in one question.

    ``people`` and ``offices`` narrow it; not given: everybody, all.
    """
    narrowed = [
        None if rows is None else [one if isinstance(one, int) else one.pk for one in rows]
        for rows in (people, offices)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person_id, organisation_id FROM organisations_conflicted(%s, %s, %s, %s)",
            [at, years, *narrowed],
        )
        return frozenset((person, office) for person, office in cursor.fetchall())
