"""The roll of a vote: who may vote, frozen when the vote is announced."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING, Any

from django.db import connection

from veche.city.ballots.operations.log import note_leaf
from veche.core.journal.operations import record
from veche.operation import operation

if TYPE_CHECKING:
    from veche.city.ballots.models import Vote
    from veche.core.people.models import Person

LEVELS = ("unverified", "email", "resident", "identified")
_FREEZE = """
INSERT INTO ballots_rollentry (vote_id, person_id, territory_id, salt, how)
SELECT %(vote)s, x.person_id, x.grain, uuid_send(gen_random_uuid()), 'rule' FROM (
    SELECT DISTINCT ON (r.person_id) r.person_id, CASE %(grain)s
        WHEN 'city' THEN t.city_id WHEN 'district' THEN coalesce(t.district_id, t.city_id)
        ELSE t.id END AS grain
    FROM people_residence r JOIN people_person p ON p.id = r.person_id
        JOIN places_territory t ON t.id = r.territory_id
    WHERE r.since <= %(at)s AND r.until > %(at)s AND p.is_active AND p.level = ANY(%(levels)s)
        AND %(code)s IN (t.code, (SELECT code FROM places_territory d WHERE d.id = t.district_id),
            (SELECT code FROM places_territory c WHERE c.id = t.city_id))
    ORDER BY r.person_id, r.since DESC
) x
"""
_CODES = """
INSERT INTO ballots_voter (entry_id, vote_id, code)
SELECT e.id, e.vote_id, uuid_send(gen_random_uuid()) FROM ballots_rollentry e
WHERE e.vote_id = %s AND NOT EXISTS (SELECT FROM ballots_voter v WHERE v.entry_id = e.id)
ORDER BY random()
"""


@operation
def freeze_roll(*, by: Person | None, at: dt.datetime, vote: Vote) -> int:
    """Write down who may vote by the rule of the roll; returns how many.

    Everybody gets a random code now, so that opening a ballot writes nothing.

    The log gets how many there are in each place, and the digest of the sorted list of their
    salted lines: whoever is on it can show that they are.
    """
    rule: dict[str, Any] = vote.config["roll"]
    least = LEVELS.index(rule.get("level", "resident"))
    with connection.cursor() as cursor:
        cursor.execute(
            _FREEZE,
            {
                "vote": vote.pk,
                "at": at,
                "grain": vote.config["grain"],
                "levels": list(LEVELS[least:]),
                "code": rule["territory"],
            },
        )
        cursor.execute(_CODES, [vote.pk])
        cursor.execute(
            "SELECT t.code, e.person_id, e.salt FROM ballots_rollentry e"
            " JOIN places_territory t ON t.id = e.territory_id WHERE e.vote_id = %s",
            [vote.pk],
        )
        rows = cursor.fetchall()
    places: dict[str, int] = {}
    lines = []
    for code, person, salt in rows:
        places[code] = places.get(code, 0) + 1
        lines.append(roll_line(bytes(salt), person, code))
    digest = hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()
    told = {"number": len(rows), "territories": dict(sorted(places.items())), "digest": digest}
    note_leaf(vote, "roll", told)
    record(
        kind="ballots.roll-frozen",
        by=by,
        at=at,
        subject=f"vote:{vote.config['vote']}",
        public=told,
    )
    return len(rows)


def roll_line(salt: bytes, person: int | None, territory: str) -> str:
    """The line of one person in the published roll: a salted digest nobody else can open."""
    text = salt + f"{person or ''} {territory}".encode()
    return hashlib.sha256(text).hexdigest() + "\n"
