"""VoteKit and pref_voting beside our counts: the same winners where the rule is the same.

Where they count otherwise, it is asserted as known, and docs/city/counting.md says why.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.judges.present import missing
from veche.city.ballots.counting import Count, Papers, Rule, count, preferences
from veche.city.ballots.files import read_ballots
from veche.project import home as homes

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv/judges/bin/python"
RANKED = ROOT.parent / "shared/data/ranked"
JUDGE = Path(__file__).with_name("votes") / "judge.py"
PINS = ROOT / "requirements/judges.txt"
NUMBER = 200
pytestmark = pytest.mark.slow

Ballots = dict[tuple[int, ...], int]


@pytest.fixture(scope="module")
def python() -> Path:
    if not PYTHON.exists():
        missing("VoteKit", "python3 -m venv .venv/judges && .venv/judges/bin/pip install"
                " --require-hashes -r requirements/judges.txt")  # fmt: skip
    return PYTHON


def ask(python: Path, elections: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the judges say of these elections. They take most of a minute, and say the same to the
    same: their words are kept until an election, the judge or a pinned package changes."""
    question = json.dumps(elections).encode()
    digest = hashlib.sha256(question + JUDGE.read_bytes() + PINS.read_bytes()).hexdigest()
    kept = homes.current().path / "judged" / f"{digest}.json"
    if not kept.exists():
        done = subprocess.run(
            [str(python), str(JUDGE)],
            input=question,
            stdout=subprocess.PIPE,
            check=True,
            timeout=600,
        )
        kept.parent.mkdir(exist_ok=True)
        fresh = kept.with_suffix(f".{os.getpid()}")
        fresh.write_bytes(done.stdout)
        fresh.replace(kept)
    found: list[dict[str, Any]] = json.loads(kept.read_bytes())
    return found


def papers(options: int, ballots: Ballots) -> Papers:
    ranked = {tuple((one,) for one in order): times for order, times in ballots.items()}
    return Papers(tuple(f"c{one}" for one in range(options)), ranked)


def election(options: int, ballots: Ballots, ask: list[str], seats: int = 1) -> dict[str, Any]:
    rows = [[list(order), times] for order, times in ballots.items()]
    return {"options": options, "seats": seats, "ballots": rows, "ask": ask}


def drawn(number: int, *, whole: bool = False) -> tuple[int, Ballots]:
    """An election by its number: 3 to 7 options, up to 40 different papers, cut off or whole."""
    dice = random.Random(f"election {number}")
    options = dice.randrange(3, 8)
    ballots: Ballots = {}
    for _paper in range(dice.randrange(5, 40)):
        length = options if whole else dice.randrange(1, options + 1)
        order = tuple(dice.sample(range(options), length))
        ballots[order] = ballots.get(order, 0) + dice.randrange(1, 30)
    return options, ballots


def winners(found: Count) -> list[int]:
    return sorted(found.options.index(name) for name in found.winners)


def tied(found: Count) -> bool:
    return any(one.ties for one in found.rounds)


def met_at_once(found: Count) -> bool:
    """Whether somebody had the quota while another's surplus still waited."""
    return any(len(one.elected) > 1 for one in found.rounds[:-1])


CONTESTS: dict[str, tuple[str, int, bool, tuple[str, ...]]] = {
    "plurality": ("plurality", 1, False, ("votekit plurality", "pref_voting plurality")),
    "approval": ("approval", 1, False, ("votekit approval", "pref_voting approval")),
    "irv": (
        "irv", 1, False,
        ("votekit irv", "pref_voting irv", "pref_voting irv, every tie both ways"),
    ),
    "two seats": (
        "stv-scottish", 2, False,
        ("pref_voting stv_scottish", "pref_voting stv_wig", "votekit stv"),
    ),
    "three seats": (
        "stv-scottish", 3, False,
        ("pref_voting stv_scottish", "pref_voting stv_wig", "votekit stv"),
    ),
    "schulze, whole papers": (
        "schulze", 1, True, ("pref_voting schulze, margins", "votekit schulze, margins"),
    ),
    "schulze": (
        "schulze", 1, False,
        ("pref_voting schulze, winning votes", "pref_voting schulze, margins"),
    ),
}  # fmt: skip
"""Rule, seats, whether every paper ranks everybody, and who judges."""
OTHERWISE = {
    ("two seats", "votekit stv"),
    ("three seats", "votekit stv"),
    ("two seats", "pref_voting stv_wig"),
    ("three seats", "pref_voting stv_wig"),
    ("schulze", "pref_voting schulze, margins"),
}
"""Whose rule is another one; held against ours in tests of their own."""

Judged = list[tuple[int, Count, dict[str, Any]]]


@pytest.fixture(scope="module")
def judged(python: Path) -> dict[str, Judged]:
    """For each contest all drawn elections: the number, our count, what the judges say."""
    asked, ours = [], []
    for name, (rule, most, whole, judges) in CONTESTS.items():
        for number in range(NUMBER):
            options, ballots = drawn(number, whole=whole)
            seats = min(most, options - 1)
            asked.append(election(options, ballots, list(judges), seats))
            ours.append((name, number, count(Rule(rule, seats=seats), papers(options, ballots))))
    found: dict[str, Judged] = {name: [] for name in CONTESTS}
    for (name, number, counted), said in zip(ours, ask(python, asked), strict=True):
        found[name].append((number, counted, said))
    return found


@pytest.mark.parametrize("name", CONTESTS)
def test_the_same_winners(judged: dict[str, Judged], name: str) -> None:
    """Without a tie every judge says what we say; where it names all tied, ours is among them."""
    clear = 0
    for number, ours, said in judged[name]:
        clear += not tied(ours)
        for judge, theirs in said.items():
            if (name, judge) in OTHERWISE:
                continue
            if not tied(ours):
                assert theirs == winners(ours), (number, judge)
            elif isinstance(theirs, list) and len(theirs) > len(ours.winners):
                assert set(winners(ours)) <= set(theirs), (number, judge)
    assert clear > 150


@pytest.mark.parametrize("name", ["two seats", "three seats"])
def test_votekit_gives_surpluses_to_those_who_have_the_quota(
    judged: dict[str, Judged], name: str
) -> None:
    """It elects one a round, so that another with the quota still gets papers: known."""
    other = []
    for number, ours, said in judged[name]:
        if not tied(ours) and said["votekit stv"] != winners(ours):
            assert met_at_once(ours), number
            other.append(number)
    assert other == {"two seats": [], "three seats": [108, 114, 175]}[name]


@pytest.mark.parametrize("name", ["two seats", "three seats"])
def test_stv_wig_has_a_quota_of_no_whole_number(judged: dict[str, Judged], name: str) -> None:
    other = [
        number
        for number, ours, said in judged[name]
        if not tied(ours) and said["pref_voting stv_wig"] != winners(ours)
    ]
    assert other == {"two seats": [], "three seats": [32, 183]}[name]


def test_margins_and_winning_votes_differ_on_papers_cut_off(judged: dict[str, Judged]) -> None:
    other = [
        number
        for number, ours, said in judged["schulze"]
        if not tied(ours) and said["pref_voting schulze, margins"] != winners(ours)
    ]
    assert len(other) == 9 and other[:4] == [3, 10, 18, 28]


@pytest.mark.skipif(not RANKED.exists(), reason="the real ballots are not here")
@pytest.mark.parametrize("ward", ["02_pentland_hills", "11_city_centre"])
def test_edinburgh(python: Path, ward: str) -> None:
    read = read_ballots(RANKED / f"edinburgh_2022_ward{ward}.csv", "scot-csv")
    ours = count(Rule("stv-scottish", seats=4), read)
    judges = ["pref_voting stv_scottish", "pref_voting stv_wig", "votekit stv"]
    ballots = dict(preferences(read).ballots)
    (said,) = ask(python, [election(len(read.options), ballots, judges, 4)])
    assert said == dict.fromkeys(judges, winners(ours))
