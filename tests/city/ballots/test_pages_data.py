"""What votes publish, tell those who subscribe, hold about a person, and forget."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from tests.cast import START
from tests.city.ballots.test_pages import running
from tests.city.ballots.votes import Voting, cast, voting
from veche.city.ballots import datasets, personal
from veche.city.ballots.models import Ballot, RollEntry, Voter
from veche.city.ballots.operations.forgetting import forget_voter
from veche.city.ballots.shown import newest
from veche.core.journal.models import Record
from veche.core.notices.matters import Choice

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Voting:
    return voting()


def test_all_that_is_held_about_a_person_is_told_and_forgotten(town: Voting) -> None:
    vote, person = running(town), town.voters[0]
    assert cast(vote, person, {"lamps": ["a"]}) == "taken"
    held = personal.collect(person)["rolls"]
    code = bytes(Voter.objects.get(entry__person=person).code).hex()
    assert [(one["vote"], one["code"], one["place"]) for one in held] == [
        (vote.case.number, code, "west")
    ]
    before = RollEntry.objects.filter(vote=vote).count()
    assert forget_voter(by=person, at=START, person=person) == 1
    assert not RollEntry.objects.filter(person=person).exists()
    assert RollEntry.objects.filter(vote=vote).count() == before, "the roll keeps its lines"
    assert not Voter.objects.filter(code=bytes.fromhex(code)).exists()
    assert Ballot.objects.filter(vote=vote).count() == 1, "what was cast stays"
    assert personal.collect(person)["rolls"] == []
    told = Record.objects.filter(kind="ballots.forgotten").latest("id")
    assert code not in str(told.public)


def test_drafts_are_published_nowhere(town: Voting) -> None:
    draft, vote = town.draft(), town.published()
    assert [one.number for one in newest(Choice(), 10)] == [vote.case.number]
    sql, parameters = datasets.VOTES.sql(START)  # type: ignore[operator]
    with connection.cursor() as cursor:
        cursor.execute(sql, list(parameters))
        assert [row[0] for row in cursor.fetchall()] == [vote.case.number]
    for page in ("", "result/", "check/", "config.json"):
        assert Client().get(f"/en/votes/{draft.case.number}/{page}").status_code == 404
    assert draft.case.number not in Client().get("/en/votes/").content.decode()
