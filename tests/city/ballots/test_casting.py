"""The door for ballots, as the database keeps it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

from tests.city.ballots.votes import CLOSES, DAY, OPENS, Voting, cast, voting
from veche.city.ballots.models import Ballot, LogEntry, RollEntry, Vote
from veche.city.ballots.operations import course
from veche.core.journal.models import CityClock

pytestmark = pytest.mark.django_db


def city_time(moment: dt.datetime) -> None:
    """Let the city's clock stand about there."""
    CityClock.objects.update(ahead=max(moment - dt.datetime.now(dt.UTC), dt.timedelta()))


@pytest.fixture
def town() -> Voting:
    return voting()


def test_a_ballot_is_taken_once_and_stays(town: Voting) -> None:
    vote = town.opened()
    Vote.objects.filter(pk=vote.pk).update(closes_at=dt.datetime.now(dt.UTC) + DAY)
    voter = town.voters[0]
    assert cast(vote, voter, {"lamps": ["a"]}) == "taken"
    assert cast(vote, voter, {"lamps": ["a"]}) == "taken", "sent twice is one ballot"
    assert cast(vote, voter, {"lamps": ["b"]}, key="other") == "other"
    assert cast(vote, voter, {"lamps": ["b"]}, revision=2) == "taken"
    assert Ballot.objects.filter(vote=vote).count() == 2
    for statement in (
        "UPDATE ballots_ballot SET choice = '{}'",
        "DELETE FROM ballots_ballot",
        "TRUNCATE ballots_ballot",
        "UPDATE ballots_vote SET config = '{}'",
        "DELETE FROM ballots_logentry",
    ):
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_nothing_is_taken_before_or_after(town: Voting) -> None:
    vote = town.published()
    assert cast(vote, town.voters[0], {"lamps": ["a"]}) == "closed"
    course.open_in_time(by=None, at=OPENS, case=vote.case)
    Vote.objects.filter(pk=vote.pk).update(closes_at=dt.datetime.now(dt.UTC) + DAY)
    assert cast(vote, town.voters[0], {"lamps": ["a"]}) == "taken"
    city_time(dt.datetime.now(dt.UTC) + 2 * DAY)
    assert cast(vote, town.voters[1], {"lamps": ["a"]}) == "closed", "by the clock alone"
    Vote.objects.filter(pk=vote.pk).update(closes_at=dt.datetime.now(dt.UTC) + 3 * DAY)
    course.close_in_time(by=None, at=CLOSES, case=vote.case)
    assert cast(vote, town.voters[1], {"lamps": ["a"]}) == "closed", "by the close alone"


def test_the_roll_is_frozen_and_told(town: Voting) -> None:
    vote = town.published()
    assert RollEntry.objects.filter(vote=vote).count() == 12
    bodies = list(LogEntry.objects.filter(vote=vote).order_by("pk").values_list("body", flat=True))
    assert [body.count('"type":"config"') for body in bodies] == [1, 0]
    assert '"territories":{"east":5,"west":7}' in bodies[1]
