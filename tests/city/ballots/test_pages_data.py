"""What votes publish, tell those who subscribe, hold about a person, and forget."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests.cast import START
from tests.city.ballots.test_pages import running
from tests.city.ballots.votes import Voting, cast, voting
from veche.city.ballots import datasets, personal
from veche.city.ballots.models import Ballot, RollEntry, Voter
from veche.city.ballots.operations.forgetting import forget_voter
from veche.city.ballots.queries.placed import roll_of
from veche.city.ballots.queries.votes import config_of
from veche.city.ballots.shown import newest
from veche.city.ballots.vote.result import result_of
from veche.core.journal.models import Record
from veche.core.notices.matters import Choice
from veche.figures import Dataset

pytestmark = pytest.mark.django_db


def asked(dataset: Dataset, at: dt.datetime) -> tuple[str, list[Any]]:
    """What a dataset asks of the database."""
    assert callable(dataset.sql)
    sql, parameters = dataset.sql(at)
    return sql, list(parameters)


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
    sql, parameters = asked(datasets.VOTES, START)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        assert [row[0] for row in cursor.fetchall()] == [vote.case.number]
    for page in ("", "result/", "check/", "config.json"):
        assert Client().get(f"/en/votes/{draft.case.number}/{page}").status_code == 404
    assert draft.case.number not in Client().get("/en/votes/").content.decode()


def test_results_are_published_row_by_row(town: Voting) -> None:
    vote = running(town)
    rows = [('{"lamps":["b"]}', "west", "web", 2), ('{"lamps":["a"]}', "east", "paper", 1)]
    vote.result = result_of(config_of(vote), rows, roll_of(vote))
    vote.save(update_fields=["result"])
    sql, parameters = asked(datasets.RESULTS, vote.closes_at)
    states, at = parameters
    assert "open" not in states, "nothing before it is announced"
    with connection.cursor() as cursor:
        cursor.execute(sql, [["open"], at])
        columns = [one.name for one in cursor.description]
        found = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    assert columns == [one.name for one in datasets.RESULTS.columns]
    assert {(one["territory"], one["option"]): one["number"] for one in found} == {
        ("west", "a"): 0, ("west", "b"): 2, ("west", "c"): 0,
        ("east", "a"): 1, ("east", "b"): 0, ("east", "c"): 0,
    }  # fmt: skip
    assert {one["option"] for one in found if one["chosen"]} == {"b"}
