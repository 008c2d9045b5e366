"""Who may vote: the rule of a roll as one statement, its preview, and where somebody stands."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection

from veche.city.ballots.models import RollEntry, Vote
from veche.city.ballots.rules import KNOWN, RollRule

if TYPE_CHECKING:
    from veche.core.people.models import Person

# Residents of the place who are known well enough: the ground on which age and lists narrow.
_GROUND = """
SELECT DISTINCT ON (r.person_id) r.person_id, CASE %(grain)s
    WHEN 'city' THEN coalesce(t.city_id, t.id)
    WHEN 'district' THEN coalesce(t.district_id, t.city_id, t.id) ELSE t.id END AS place,
    r.person_id = ANY (SELECT m.person_id FROM organisations_listmember m
        JOIN organisations_peoplelist l ON l.id = m.list_id
        WHERE l.code = ANY(%(lists)s) AND m.since <= %(at)s
            AND (m.until IS NULL OR m.until > %(at)s)) AS listed,
    b.day AS born
FROM people_residence r JOIN people_person p ON p.id = r.person_id
    JOIN places_territory t ON t.id = r.territory_id
    LEFT JOIN people_birthdate b ON b.person_id = r.person_id
WHERE r.since <= %(at)s AND r.until > %(at)s AND p.is_active AND p.level = ANY(%(levels)s)
    AND t.id IN (SELECT x.id FROM places_territory x JOIN places_territory top
        ON top.code = %(code)s AND top.id IN (x.id, x.district_id, x.city_id))
    {only}
ORDER BY r.person_id, r.since DESC
"""
# Somebody is as old as asked on that day when born no later, and younger than one year more.
_OLD_ENOUGH = "born <= (%(on)s::date - make_interval(years => %(least)s))::date"
_YOUNG_ENOUGH = "born > (%(on)s::date - make_interval(years => %(most)s + 1))::date"
_PREVIEW = """
SELECT place, count(*) FILTER (WHERE {fits}) AS fits,
    count(*) FILTER (WHERE {listed} AND born IS NULL) AS unknown, count(*) AS people
FROM ({ground}) g GROUP BY place
"""


def statement(
    rule: RollRule, grain: str, at: dt.datetime, person: int | None = None
) -> tuple[str, str, dict[str, Any]]:
    """The ground of a roll (person_id, place, listed, born), the condition that chooses from it,
    and the values of both; of one person only, where one is given."""
    fits = [_listed(rule)]
    if rule.by_age and rule.least is not None:
        fits.append(_OLD_ENOUGH)
    if rule.by_age and rule.most is not None:
        fits.append(_YOUNG_ENOUGH)
    values = {
        "grain": grain,
        "at": at,
        "levels": list(KNOWN[KNOWN.index(rule.level) :]),
        "code": rule.territory,
        "lists": list(rule.lists),
        "on": rule.on,
        "least": rule.least,
        "most": rule.most,
        "person": person,
    }
    only = "AND r.person_id = %(person)s" if person is not None else ""
    return _GROUND.format(only=only), " AND ".join(fits), values


def _listed(rule: RollRule) -> str:
    return "listed" if rule.lists else "true"


@dataclass
class Preview:
    """How many would be on the roll, if it were frozen now."""

    number: int = 0
    places: dict[int, int] = field(default_factory=dict)
    """Number of the territory → people."""
    residents: int = 0
    """People of the place who are known well enough, before age and lists."""
    without_date: int = 0
    """Of them, those whom only an unknown day of birth keeps off the roll, or may."""


def preview(rule: RollRule, grain: str, at: dt.datetime) -> Preview:
    """Count who would be on a roll, by place, without writing anything."""
    ground, fits, values = statement(rule, grain, at)
    found = Preview()
    query = _PREVIEW.format(ground=ground, fits=fits, listed=_listed(rule))
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        for place, number, unknown, people in cursor.fetchall():
            if number:
                found.places[place] = number
            found.number += number
            found.residents += people
            found.without_date += unknown if rule.by_age else 0
    return found


def why_not(vote: Vote, person: Person | None, at: dt.datetime) -> str:
    """Why somebody is not on the roll of an announced vote, as a code:

    ``visitor`` (not signed in), ``struck``, ``place`` (does not live there, as far as the city
    knows), ``born`` (the day of birth is not known), ``age``, ``list``, ``later`` (by the rule
    they belong there now: what the city knows has changed since the roll was frozen); empty for
    who is on it.
    """
    if person is None:
        return "visitor"
    entry = entry_of(vote, person)
    if entry is not None:
        return "struck" if entry.struck_at else ""
    rule = RollRule.read(vote.config["roll"])
    ground, fits, values = statement(rule, vote.config["grain"], at, person.pk)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT listed, born, {fits} FROM ({ground}) g", values)
        row = cursor.fetchone()
    if row is None:
        return "place"
    listed, born, belongs = row
    if belongs:
        return "later"
    if rule.lists and not listed:
        return "list"
    return "born" if born is None else "age"


def entry_of(vote: Vote, person: Person) -> RollEntry | None:
    """The entry of a person, struck or not."""
    return (
        RollEntry.objects.filter(vote=vote, person=person)
        .select_related("territory", "vote")
        .first()
    )


def entry_of_address(vote: Vote, address: str) -> RollEntry | None:
    """The entry of who came by an e-mail address: its keyed digest in hexadecimal."""
    return (
        RollEntry.objects.filter(vote=vote, address=bytes.fromhex(address))
        .select_related("territory", "vote")
        .first()
    )


def entry_of_account(vote: Vote, email: str) -> RollEntry | None:
    """The entry of the account that has this e-mail address, struck or not."""
    rows = RollEntry.objects.filter(vote=vote, person__email__iexact=email.strip())
    return rows.select_related("territory", "vote").first() if email.strip() else None


def roll_line(salt: bytes, person: int | None, territory: str) -> str:
    """The line of one person in the published roll: a salted digest nobody else can open."""
    text = salt + f"{person or ''} {territory}".encode()
    return hashlib.sha256(text).hexdigest() + "\n"


def frozen_lines(vote: Vote) -> Iterator[str]:
    """The lines of the roll as it was frozen, sorted: the text whose digest is in the log.

    Who was struck stands in it, who came later does not: both are leaves of their own.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT encode(line, 'hex') FROM ballots_rollentry"
            " WHERE vote_id = %s AND how = 'rule' ORDER BY line",
            [vote.pk],
        )
        while rows := cursor.fetchmany(10_000):
            for (line,) in rows:
                yield f"{line}\n"


def line_of(entry: RollEntry) -> str:
    """The line of an entry, as it stands in the published roll or in the leaf of its change."""
    if entry.line is not None:
        return bytes(entry.line).hex()
    return roll_line(bytes(entry.salt), entry.person_id, entry.territory.code).strip()


def counts(vote: Vote) -> dict[str, int]:
    """How many stand on a roll now, by the code of the place; those struck are left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.code, count(*) FROM ballots_rollentry e JOIN places_territory t"
            " ON t.id = e.territory_id WHERE e.vote_id = %s AND e.struck_at IS NULL"
            " GROUP BY t.code ORDER BY t.code",
            [vote.pk],
        )
        return dict(cursor.fetchall())
