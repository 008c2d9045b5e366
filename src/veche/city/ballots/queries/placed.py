"""What the outcome of a vote is made of: its sums, its roll, and whether all is placed."""

from __future__ import annotations

import json

from django.db import connection

from veche.city.ballots.models import (
    Ballot,
    LogEntry,
    Sum,
    Unpublished,
    Vote,
    VoteCheckpoint,
    VoteLog,
)
from veche.city.ballots.vote.leaves import roll_after
from veche.city.ballots.vote.result import SumRow


def rows_of(vote: Vote) -> list[SumRow]:
    """The counted ballots of a vote, added up: choice, place, channel, number."""
    found = Sum.objects.filter(vote=vote, number__gt=0).values_list(
        "choice", "territory__code", "channel", "number"
    )
    return sorted((choice, place, way, number) for choice, place, way, number in found)


def roll_of(vote: Vote) -> dict[str, int]:
    """How many may vote in each place, as the leaves of the log say."""
    kinds = ('%"type":"roll"%', '%"type":"roll-change"%')
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT body FROM ballots_logentry WHERE vote_id = %s AND body LIKE ANY(%s)"
            " ORDER BY id",
            [vote.pk, list(kinds)],
        )
        return roll_after(json.loads(body) for (body,) in cursor.fetchall())


def waits(vote: Vote) -> bool:
    """Whether something of this vote is not in its signed and published log yet."""
    return (
        Ballot.objects.filter(vote=vote, place__isnull=True).exists()
        or LogEntry.objects.filter(vote=vote, place__isnull=True).exists()
        or Unpublished.objects.filter(vote=vote).exists()
    )


def checkpoint_of(vote: Vote) -> VoteCheckpoint | None:
    """The checkpoint of the whole log; None while something waits for one."""
    log = VoteLog.objects.filter(vote=vote).first()
    if log is None:
        return None
    return VoteCheckpoint.objects.filter(vote=vote, size=log.size).first()
