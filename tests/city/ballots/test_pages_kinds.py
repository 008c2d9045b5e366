"""Every kind of question as a ballot asks it, and what goes wrong on the way."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.city.ballots.test_pages import hidden, running, signed_in
from tests.city.ballots.votes import Voting, question, voting, words
from veche.city.ballots import keys, tokens
from veche.city.ballots.models import Ballot, Vote
from veche.city.ballots.operations import course

pytestmark = pytest.mark.django_db
COSTS = [{"code": c, "title": words(c), "cost": n} for c, n in (("a", 30), ("b", 50), ("c", 40))]
KINDS: dict[str, tuple[dict[str, Any], dict[str, Any], object, dict[str, Any]]] = {
    "single": ({}, {"choice": "a"}, ["a"], {"choice": ["a", "b"]}),
    "several": ({"most": 2}, {"choice": ["c", "a"]}, ["a", "c"], {"choice": ["a", "b", "c"]}),
    "approval": ({}, {"choice": ["a", "b", "c"]}, ["a", "b", "c"], {}),
    "ranked": ({"most": 2}, {"order": "c,a"}, ["c", "a"], {"order": "a,b,c"}),
    "score": ({"points": 5}, {"points-a": "5", "points-b": "0"}, {"a": 5}, {"points-a": "6"}),
    "cumulative": (
        {"points": 10, "per_option": 6},
        {"points-a": "6", "points-c": "4"},
        {"a": 6, "c": 4},
        {"points-a": "6", "points-b": "6"},
    ),
    "knapsack": (
        {"options": COSTS, "budget": 80},
        {"choice": ["a", "b"]},
        ["a", "b"],
        {"choice": ["b", "c"]},
    ),
    "distribution": (
        {"points": 100},
        {"points-a": "60", "points-b": "40"},
        {"a": 60, "b": 40},
        {"points-a": "60"},
    ),
}


@pytest.fixture
def town() -> Voting:
    return voting()


def cast_form(client: Client, way: str) -> dict[str, str]:
    page = client.get(f"{way}/ballot/review/").content.decode()
    return {name: hidden(page, name) for name in ("token", "key", "choice")}


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_filled_in_and_cast_without_script(town: Voting, kind: str) -> None:
    more, good, meant, bad = KINDS[kind]
    vote = running(town, question("it", kind, **more))
    voter, way = signed_in(town.voters[0]), f"/en/votes/{vote.case.number}"
    if bad:
        answer = voter.post(f"{way}/ballot/1/", bad | {"do": "next"})
        assert answer.status_code == 422
        assert "This cannot be counted yet" in answer.content.decode()
    assert voter.post(f"{way}/ballot/1/", good | {"do": "next"}).status_code == 302
    assert voter.post(f"{way}/ballot/cast/", cast_form(voter, way)).status_code == 303
    assert json.loads(Ballot.objects.get().choice) == {"it": meant}
    page = Client().get(f"{way}/check/?code={bytes(Ballot.objects.get().code).hex()}")
    assert page.status_code == 200


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_may_be_left_blank(town: Voting, kind: str) -> None:
    vote = running(town, question("it", kind, **KINDS[kind][0]))
    voter, way = signed_in(town.voters[0]), f"/en/votes/{vote.case.number}"
    assert voter.post(f"{way}/ballot/1/", {"do": "next"}).status_code == 302
    page = voter.get(f"{way}/ballot/review/").content.decode()
    assert "Left blank" in page and "You can cast a blank ballot" in page
    assert voter.post(f"{way}/ballot/cast/", cast_form(voter, way)).status_code == 303
    assert json.loads(Ballot.objects.get().choice)["it"] in ([], {})


def test_points_count_down_and_stop_at_nothing(town: Voting) -> None:
    vote = running(town, question("it", "cumulative", points=2))
    voter, way = signed_in(town.voters[0]), f"/en/votes/{vote.case.number}/ballot/1/"
    marks: dict[str, str] = {}
    for do, left, a in (
        ("more:a", 1, "1"),
        ("more:a", 0, "2"),
        ("more:a", 0, "2"),
        ("less:a", 1, "1"),
    ):
        assert voter.post(way, marks | {"do": do}).status_code == 302
        page = voter.get(way).content.decode()
        assert f"data-left>{left}<" in page and f'name="points-a" value="{a}"' in page
        marks = {"points-a": a}


def test_what_was_reviewed_is_what_is_cast(town: Voting) -> None:
    vote = running(town)
    voter, way = signed_in(town.voters[0]), f"/en/votes/{vote.case.number}"
    voter.post(f"{way}/ballot/1/", {"choice": "a", "do": "next"})
    first = cast_form(voter, way)
    voter.post(f"{way}/ballot/1/", {"choice": "b", "do": "next"})
    second = cast_form(voter, way)
    assert voter.post(f"{way}/ballot/cast/", first).status_code == 303
    answer = voter.post(f"{way}/ballot/cast/", second)
    page = answer.content.decode()
    assert answer.status_code == 409 and "Option b" in page, "the other window keeps its choice"
    form = {name: hidden(page, name) for name in ("token", "key", "choice")}
    assert voter.post(f"{way}/ballot/cast/", form).status_code == 303
    choices = Ballot.objects.order_by("revision").values_list("choice", flat=True)
    assert [json.loads(one)["lamps"] for one in choices] == [["a"], ["b"]]


def test_the_way_back_after_casting_casts_no_blank_over_the_vote(town: Voting) -> None:
    vote = running(town)
    voter, way = signed_in(town.voters[0]), f"/en/votes/{vote.case.number}"
    voter.post(f"{way}/ballot/1/", {"choice": "a", "do": "next"})
    assert voter.post(f"{way}/ballot/cast/", cast_form(voter, way)).status_code == 303
    back = voter.get(f"{way}/ballot/review/")
    assert back.status_code == 302 and back["Location"] == f"{way}/ballot/1/"
    voter.post(f"{way}/ballot/1/", {"choice": "", "do": "next"})
    assert "Left blank" in voter.get(f"{way}/ballot/review/").content.decode(), "who means it may"


def test_who_changes_a_vote_begins_with_the_one_before(town: Voting) -> None:
    vote = running(town)
    voter, way = signed_in(town.voters[0]), f"/en/votes/{vote.case.number}"
    voter.post(f"{way}/ballot/1/", {"choice": "b", "do": "next"})
    assert voter.post(f"{way}/ballot/cast/", cast_form(voter, way)).status_code == 303
    page = voter.get(f"{way}/ballot/1/").content.decode()
    marked = re.compile(r'<input[^>]*value="(\w*)"[^>]*\bchecked')
    assert marked.findall(page) == ["b"] and "what you chose then" in page
    other = signed_in(town.voters[1]).get(f"{way}/ballot/1/").content.decode()
    assert marked.findall(other) == [""] and "what you chose then" not in other


def test_a_ballot_that_lay_open_or_came_late_is_kept_and_told(
    town: Voting, monkeypatch: pytest.MonkeyPatch
) -> None:
    vote = running(town)
    voter, way = signed_in(town.voters[0]), f"/en/votes/{vote.case.number}"
    voter.post(f"{way}/ballot/1/", {"choice": "a", "do": "next"})
    form = cast_form(voter, way)
    token = tokens.read_token(form["token"], keys.token_key())
    old = tokens.BallotToken(
        token.vote, token.entry, token.code, token.revision, token.territory, token.channel,
        dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1),
    )  # fmt: skip
    stale = voter.post(f"{way}/ballot/cast/", form | {"token": old.sign(keys.token_key())})
    assert stale.status_code == 409 and "Option a" in stale.content.decode()
    assert (
        voter.post(f"{way}/ballot/cast/", form | {"token": "x" + form["token"]}).status_code == 403
    )
    wrong = voter.post(f"{way}/ballot/cast/", form | {"choice": '{"lamps":["z"]}'})
    assert wrong.status_code == 422
    course.close_in_time(by=None, at=dt.datetime.now(dt.UTC), case=Vote.objects.get().case)
    closed = voter.post(f"{way}/ballot/cast/", form)
    page = closed.content.decode()
    assert closed.status_code == 409 and "It was not cast" in page and "Option a" in page
    assert not Ballot.objects.exists()


def test_the_token_of_another_vote_casts_nothing_here(town: Voting) -> None:
    one, other = running(town), running(town, question("bench"))
    voter = signed_in(town.voters[0])
    here, there = (f"/en/votes/{vote.case.number}" for vote in (one, other))
    answer = voter.post(f"{there}/ballot/cast/", cast_form(voter, here))
    assert answer.status_code == 403 and not Ballot.objects.exists()


def test_who_is_not_on_the_roll_is_told_so(town: Voting) -> None:
    vote = running(town)
    way = f"/en/votes/{vote.case.number}"
    assert Client().get(f"{way}/ballot/1/").status_code == 302
    stranger = signed_in(town.organiser)
    answer = stranger.get(f"{way}/ballot/1/")
    assert answer.status_code == 403 and "not on the roll" in answer.content.decode()
    assert stranger.get(f"{way}/receipt/").status_code == 404


def test_nobody_else_sees_a_sheet_in_the_same_browser(town: Voting) -> None:
    vote = running(town)
    way = f"/en/votes/{vote.case.number}"
    browser = signed_in(town.voters[0])
    browser.post(f"{way}/ballot/1/", {"choice": "b", "do": "next"})
    assert "Option b" in browser.get(f"{way}/ballot/review/").content.decode()
    browser.force_login(town.voters[1])
    page = browser.get(f"{way}/ballot/review/").content.decode()
    assert "Option b" not in page and "Left blank" in page
    for name, morsel in browser.cookies.items():
        assert "lamps" not in morsel.value, name


def test_casting_asks_the_database_little(town: Voting) -> None:
    vote = running(town)
    voter, way = signed_in(town.voters[0]), f"/en/votes/{vote.case.number}"
    other = signed_in(town.voters[1])
    other.post(f"{way}/ballot/cast/", cast_form(other, way))  # what a process learns once
    form = cast_form(voter, way)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert voter.post(f"{way}/ballot/cast/", form).status_code == 303
    said = [
        one["sql"]
        for one in asked.captured_queries
        if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))
    ]
    assert len(said) <= 5, "\n".join(said)
