"""The page of a count and of a result: who sees what, and that it says what was counted."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from tests.city.ballots.test_pages import running, signed_in
from tests.city.ballots.votes import Voting, cast, decision, question, voting
from veche.city.ballots.models import Tally, Vote
from veche.city.ballots.queries.outcome import told, turnout
from veche.city.ballots.queries.placed import roll_of
from veche.city.ballots.queries.votes import config_of
from veche.city.ballots.vote.config import VoteConfig, canonical_text
from veche.city.ballots.vote.result import SumRow, result_of, tally
from veche.core.places.queries import atlas

pytestmark = pytest.mark.django_db
ROLL = {"west": 7, "east": 5}


@pytest.fixture
def town() -> Voting:
    return voting()


def rows(*given: tuple[dict[str, Any], str, int]) -> list[SumRow]:
    return [(canonical_text(choice), place, "web", number) for choice, place, number in given]


def verdict(config: VoteConfig, given: list[SumRow], *, final: bool = True) -> str:
    with override("en"):
        return told(config, result_of(config, given, ROLL), atlas(), final=final)[0].verdict


def test_the_sentence_says_what_was_decided(town: Voting) -> None:
    def of(asked: dict[str, Any]) -> VoteConfig:
        return config_of(town.draft(config=None or _config(asked)))

    yes, no = {"bridge": ["yes"]}, {"bridge": ["no"]}
    bridge = of(decision(quorum="1/2"))
    assert verdict(bridge, rows((yes, "west", 4), (no, "east", 2))) == (
        "Passed: 66.7% in favour, quorum reached"
    )
    assert verdict(bridge, rows((yes, "west", 4))) == (
        "Not passed: 100.0% in favour, quorum not reached"
    )
    assert verdict(bridge, rows((no, "west", 6)), final=False) == (
        "It would not pass: 0.0% in favour so far, quorum reached"
    )
    single = of(question())
    a, b, c = ({"lamps": [one]} for one in "abc")
    assert verdict(single, rows((a, "west", 3), (b, "east", 1))) == "Chosen: Option a, 75.0%"
    assert verdict(single, []) == "Nobody chose anything: there is no result."
    assert verdict(single, [], final=False) == "Nobody has chosen anything yet."
    ranked = of(question(kind="ranked"))
    moves = {"lamps": ["c", "b"]}
    found = rows((a, "west", 4), (b, "east", 3), (moves, "west", 2))
    assert verdict(ranked, found) == "Chosen: Option b, 55.6% in the last round"
    points = of(question(kind="score", points=5))
    assert verdict(points, rows(({"lamps": {"b": 5}}, "east", 2))) == (
        "Chosen: Option b, with 10 points"
    )
    assert verdict(single, rows((c, "west", 2)), final=False) == "Ahead so far: Option c, 100.0%"


def _config(*questions: dict[str, Any]) -> dict[str, Any]:
    from tests.city.ballots.votes import config

    return config(*questions)


def test_bars_table_and_places_say_the_same(town: Voting) -> None:
    config = config_of(town.draft(config=_config(question())))
    given = rows(({"lamps": ["a"]}, "west", 3), ({"lamps": ["b"]}, "east", 1), ({}, "east", 2))
    body = result_of(config, given, ROLL)
    one = told(config, body, atlas(), final=True)[0]
    assert [(bar.code, bar.value, round(bar.share, 2), bar.won) for bar in one.bars] == [
        ("a", 3, 0.75, True),
        ("b", 1, 0.25, False),
        ("c", 0, 0.0, False),
    ]
    assert (one.ballots, one.valid, one.empty) == (6, 4, 2)
    assert {row.code: (row.roll, row.number) for row in turnout(body, atlas())} == {
        "west": (7, 3),
        "east": (5, 3),
    }


def counted(vote: Vote, given: list[SumRow]) -> None:
    """Let the count of a running vote stand so."""
    body = tally(config_of(vote), given, roll_of(vote))
    Tally.objects.update_or_create(vote=vote, defaults={"at": vote.opens_at, "body": body})


@pytest.mark.parametrize("mode", ["live", "after-own-vote", "turnout"])
def test_a_count_is_shown_to_whom_it_was_announced(town: Voting, mode: str) -> None:
    reason = {} if mode == "live" else {"reason": {"en": "Nobody shall follow the crowd."}}
    vote = running(town, live={"mode": mode, **reason})
    counted(vote, rows(({"lamps": ["b"]}, "west", 2)))
    voter, way = town.voters[0], f"/en/votes/{vote.case.number}"
    assert cast(vote, voter, {"lamps": ["b"]}) == "taken"

    def seen(client: Client) -> tuple[bool, int]:
        page = client.get(f"{way}/result/").content.decode()
        assert "2 of 12 people on the roll voted" in page
        assert ("Nobody shall follow the crowd." in page) != ("Option b" in page)
        return "Option b" in page, client.get(f"{way}/result.csv").status_code

    everybody, own = (True, 200), (mode != "turnout", 200 if mode != "turnout" else 404)
    assert seen(Client()) == (everybody if mode == "live" else (False, 404))
    assert seen(signed_in(voter)) == own
    assert seen(signed_in(town.voters[1])) == (everybody if mode == "live" else (False, 404))


def test_the_table_of_a_count_is_its_numbers(town: Voting) -> None:
    vote = running(town)
    counted(vote, rows(({"lamps": ["b"]}, "west", 2), ({"lamps": ["a"]}, "east", 1)))
    way = f"/en/votes/{vote.case.number}"
    text = Client().get(f"{way}/result.csv").content.decode("utf-8-sig")
    found = list(csv.DictReader(io.StringIO(text)))
    whole = {row["option"]: row["number"] for row in found if not row["place"]}
    assert whole == {"a": "1", "b": "2", "c": "0"}
    assert sum(int(row["number"]) for row in found if row["place"]) == 3
    for file in ("result.json", "certificate.txt", "files.zip"):
        assert Client().get(f"{way}/{file}").status_code == 404, "not before it is counted"
