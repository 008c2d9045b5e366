"""The crowd of the demo town votes: some thousand ballots at once, through the door that every
ballot goes through. Nowhere but in a demo does anybody vote for others."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections import Counter
from typing import TYPE_CHECKING

from django.db import connection
from django.utils.timezone import localtime

from veche.city.ballots.models import TurnoutHour, Vote
from veche.city.ballots.vote.choice import spelled
from veche.city.ballots.vote.config import read_config
from veche.city.ballots.vote.result import LEAST_PEOPLE
from veche.core.journal.operations import record
from veche.demo_guard import marked
from veche.errors import NotAllowed
from veche.operation import operation

if TYPE_CHECKING:
    from veche.town.votes import TownVote

HOUR = dt.timedelta(hours=1)
LATER = dt.timedelta(days=400)
KIOSK = 0.06
"""How many of the ballots are cast at a counter."""
_VOTERS = """
SELECT v.entry_id FROM ballots_voter v JOIN ballots_rollentry e ON e.id = v.entry_id
    LEFT JOIN people_person p ON p.id = e.person_id
WHERE v.vote_id = %s AND p.cast IS NULL ORDER BY e.id
"""
_ABSENT = """
SELECT e.id FROM ballots_rollentry e JOIN people_person p ON p.id = e.person_id
WHERE e.vote_id = %s AND p.cast IS NULL AND e.territory_id = (
    SELECT territory_id FROM ballots_rollentry WHERE vote_id = %s
    GROUP BY territory_id ORDER BY count(*) DESC, territory_id LIMIT 1
) AND NOT EXISTS (
    SELECT FROM ballots_ballot b JOIN ballots_voter v ON v.vote_id = b.vote_id AND v.code = b.code
    WHERE v.entry_id = e.id
) ORDER BY e.id LIMIT %s
"""
_CAST = """
WITH a AS (
    SELECT array_agg(v.vote_id) AS votes, array_agg(v.entry_id) AS entries,
        array_agg(v.code) AS codes, array_agg(1::smallint) AS revisions,
        array_agg(e.territory_id) AS places, array_agg(u.channel) AS channels,
        array_agg(u.choice) AS choices, array_agg(substring(sha256(v.code) FOR 16)) AS keys,
        array_agg(%(until)s::timestamptz) AS ends
    FROM unnest(%(entries)s::bigint[], %(channels)s::text[], %(choices)s::text[])
            AS u (entry, channel, choice)
        JOIN ballots_voter v ON v.entry_id = u.entry JOIN ballots_rollentry e ON e.id = u.entry
)
SELECT count(*) FROM a, ballots_cast(
    a.votes, a.entries, a.codes, a.revisions, a.places, a.channels, a.choices, a.keys, a.ends
) WHERE outcome = 'taken'
"""


class OnlyInADemo(NotAllowed):
    """The database is no demo's."""

    code = "only-in-a-demo"


class NotAllTaken(RuntimeError):
    """A ballot of the demo town was not taken: a fault of the program."""


@operation
def cast_many(
    *, by: None, at: dt.datetime, vote: Vote, told: TownVote, present: dt.datetime
) -> int:
    """Let the town's people vote as they would; returns how many did. Nobody of the cast does.

    The door judges by the present, and some of these votes closed long ago: until they have all
    voted, such a vote ends later.

    Raises:
        OnlyInADemo: this is a city, not a demo.
        NotAllTaken: one of the ballots was refused.
    """
    if not marked():
        raise OnlyInADemo
    config = read_config(vote.config)
    rng = random.Random(told.key)
    with connection.cursor() as cursor:
        cursor.execute(_VOTERS, [vote.pk])
        rows = [int(row[0]) for row in cursor.fetchall()]
    voters = rng.sample(rows, round(len(rows) * told.turnout))
    if not voters:
        record(kind="ballots.demo", by=by, at=at, subject=_subject(vote), public={"ballots": 0})
        return 0
    until = present + LATER
    table = Vote.objects.filter(pk=vote.pk)
    table.update(closes_at=until)
    in_person = KIOSK if "kiosk" in config.channels else 0.0
    known: dict[str, str] = {}
    choices = []
    for choice, _voter in zip(told.choices(), voters, strict=False):
        name = str(choice)
        if name not in known:
            known[name] = spelled(config, choice)
        choices.append(known[name])
    with connection.cursor() as cursor:
        cursor.execute(
            _CAST,
            {
                "entries": voters,
                "channels": ["kiosk" if rng.random() < in_person else "web" for _ in voters],
                "choices": choices,
                "until": until,
            },
        )
        taken = int(cursor.fetchone()[0])
    if taken != len(voters):
        raise NotAllTaken(f"{len(voters) - taken} of {len(voters)} in {told.key}")
    table.update(closes_at=config.closes)
    TurnoutHour.objects.bulk_create(_hours(vote, rng, taken, at))
    record(kind="ballots.demo", by=by, at=at, subject=_subject(vote), public={"ballots": taken})
    return taken


def _hours(vote: Vote, rng: random.Random, taken: int, end: dt.datetime) -> list[TurnoutHour]:
    """When the town's people came, as one can imagine it: by day, and most in the first days.

    Ends with an hour in which all have voted; told as the sequencer tells it.
    """
    hours = int((end - vote.opens_at) / HOUR)
    weights = [
        (0.1 + max(0.0, math.sin(math.pi * ((localtime(vote.opens_at).hour + n) % 24 - 6) / 17)))
        * (1 + 2 / (1 + n / 24))
        for n in range(hours)
    ]
    came = Counter(rng.choices(range(hours), weights, k=taken)) if hours > 0 else Counter()
    rows: list[TurnoutHour] = []
    told = number = 0
    first = vote.opens_at.replace(minute=0, second=0, microsecond=0)
    for n in range(hours):
        number += came[n]
        if number - told >= LEAST_PEOPLE:
            rows.append(TurnoutHour(vote=vote, hour=first + n * HOUR, number=number))
            told = number
    return rows


def absent(vote: Vote, number: int) -> list[int]:
    """Entries of people of the largest place who have not voted: they come to the booth."""
    with connection.cursor() as cursor:
        cursor.execute(_ABSENT, [vote.pk, vote.pk, number])
        return [int(row[0]) for row in cursor.fetchall()]


def _subject(vote: Vote) -> str:
    return f"vote:{vote.config['vote']}"
