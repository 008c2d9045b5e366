"""A vote whose roll was frozen with a crowd on it, so that strangers find nothing amiss."""

from __future__ import annotations

import datetime as dt

from django.db import connection

from veche.city.ballots import load
from veche.city.ballots.models import Vote
from veche.city.ballots.operations import course, making
from veche.city.ballots.tokens import BallotToken
from veche.core.people.models import Person

HOUR = dt.timedelta(hours=1)
_LINES = """
UPDATE ballots_rollentry SET line = sha256(salt || ' loadham'::bytea) WHERE vote_id = %s
"""


def crowded(number: int, at: dt.datetime) -> tuple[Vote, list[BallotToken]]:
    """An open vote of an invented town with so many on its roll, and the ballots of all of them."""
    town = load.make_vote(at)
    organiser = Person.objects.get(email="organiser@example.org")
    opens = at - HOUR
    vote = making.draft_vote(
        by=organiser, at=opens - HOUR, territory=town.case.territory, config=town.config
    )
    tokens = load.enrol(vote, number, at)
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [vote.pk])
    making.publish_vote(by=organiser, at=opens - HOUR, case=vote.case)
    course.open_in_time(by=None, at=opens, case=vote.case)
    return Vote.objects.select_related("case").get(pk=vote.pk), tokens
