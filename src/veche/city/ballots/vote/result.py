"""The outcome of a vote: from its configuration, its sums and its roll to one document.

Sums are rows of (choice, territory, channel, number); the same function makes the outcome that is
announced, the one a stranger computes from the published ballots, and the count that is shown
while people vote. Small places of an open poll are counted together before anything is told.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from veche.city.ballots.counting.ballots import Papers
from veche.city.ballots.counting.majority import Majority, Needed, Side, decide
from veche.city.ballots.counting.record import plain
from veche.city.ballots.counting.rule import count
from veche.city.ballots.counting.sums import add_up, first_choices
from veche.city.ballots.counting.ties import seed
from veche.city.ballots.vote.choice import papers_of
from veche.city.ballots.vote.config import WAYS, Asked, VoteConfig, canonical_text

RESULT_FORMAT = "veche-result/1"
TOGETHER = "small-places"
"""The place under which an open poll counts its small places together."""
LEAST_PEOPLE = 10
"""People whose answers an open poll shows apart: a smaller cell joins another."""

SumRow = tuple[str, str, str, int]
"""Choice, territory, channel, and how many counted ballots say so."""


class DiceNeeded(Exception):
    """A tie is decided by lottery, and the dice were not thrown yet."""


@dataclass(frozen=True)
class Lottery:
    """What a lottery is drawn by: the checkpoint of the closed log, and dice thrown after it."""

    size: int
    root: bytes
    dice: str


def result_of(
    config: VoteConfig,
    rows: Iterable[SumRow],
    roll: Mapping[str, int],
    *,
    lottery: Lottery | None = None,
) -> dict[str, Any]:
    """The outcome: turnout by place and channel, and each question counted by its rule.

    ``roll`` is how many may vote in each place.

    Raises:
        DiceNeeded: a tie is decided by lottery and none is given.
        ValueError: more ballots are counted than there are people on the roll.
    """
    sums = _Sums(config, rows, roll)
    questions = [_counted(one, sums, lottery) for one in config.questions]
    drawn = any(
        tie["decided_by"] == "lottery"
        for one in questions
        for step in one["count"]["rounds"]
        for tie in step.get("ties", ())
    )
    if drawn and lottery is None:
        raise DiceNeeded
    return sums.head(RESULT_FORMAT) | {
        "questions": questions,
        "lottery": {"size": lottery.size, "root": lottery.root.hex(), "dice": lottery.dice}
        if lottery is not None and drawn
        else None,
    }


def tally(
    config: VoteConfig,
    rows: Iterable[SumRow],
    roll: Mapping[str, int],
    *,
    questions: bool = True,
) -> dict[str, Any]:
    """The count as it stands, in the shape of `result_of`.

    Ties follow the order of the ballot paper: nothing is drawn while people vote. Without
    ``questions``, and where only the turnout is live, the list of questions is empty.
    """
    sums = _Sums(config, rows, roll)
    asked = config.questions if questions and config.whole["live"]["mode"] != "turnout" else ()
    return sums.head("veche-tally/1") | {
        "questions": [
            _counted(_by_paper(one), sums, None) for one in asked
        ],
        "lottery": None,
    }  # fmt: skip


def result_digest(result: Mapping[str, Any]) -> str:
    """SHA-256 of a result in its one spelling, in hexadecimal."""
    return hashlib.sha256(canonical_text(result).encode()).hexdigest()


def _by_paper(asked: Asked) -> Asked:
    return dataclasses.replace(asked, rule=dataclasses.replace(asked.rule, ties="declared"))


class _Sums:
    """Sums gathered by choice and by place."""

    def __init__(self, config: VoteConfig, rows: Iterable[SumRow], roll: Mapping[str, int]) -> None:
        self.config = config
        self.roll = dict(roll)
        if not config.audited:
            rows, self.roll = together(rows, roll)
        self.whole: Counter[str] = Counter()
        self.places: dict[str, Counter[str]] = {code: Counter() for code in self.roll}
        self.ways: dict[str, dict[str, int]] = {code: dict.fromkeys(WAYS, 0) for code in self.roll}
        for choice, place, way, number in rows:
            self.whole[choice] += number
            self.places.setdefault(place, Counter())[choice] += number
            self.ways.setdefault(place, dict.fromkeys(WAYS, 0))[way] += number

    def head(self, form: str) -> dict[str, Any]:
        """What of the outcome is no question."""
        ways = {way: sum(one[way] for one in self.ways.values()) for way in WAYS}
        return {
            "format": form,
            "vote": self.config.number,
            "config": self.config.digest,
            "roll": {"number": sum(self.roll.values()), "territories": sorted_places(self.roll)},
            "turnout": {
                "number": sum(ways.values()),
                "channels": ways,
                "territories": sorted_places(self.ways),
            },
        }


def sorted_places(found: Mapping[str, Any]) -> dict[str, Any]:
    """A mapping by place in the order of the places' codes."""
    return {code: found[code] for code in sorted(found)}


def _counted(asked: Asked, sums: _Sums, lottery: Lottery | None) -> dict[str, Any]:
    papers = papers_of(asked, sums.whole.items())
    drawn = lottery or Lottery(0, b"", "")
    found: dict[str, Any] = {
        "code": asked.code,
        "count": count(asked.rule, papers, seed=seed(drawn.root, drawn.dice)).as_json(),
        "territories": {
            place: _standing(papers_of(asked, choices.items()))
            for place, choices in sorted(sums.places.items())
        },
    }
    if asked.majority is not None:
        found["decision"] = _decided(asked, asked.majority, papers, sums)
    return found


def _standing(papers: Papers) -> dict[str, int | float]:
    """What each option has in one place: the sum of its marks, or first preferences."""
    marked = first_choices(papers) if papers.ranked else papers
    return {
        option: plain(total) for option, total in zip(papers.options, add_up(marked), strict=True)
    }


def _decided(asked: Asked, rule: Majority, papers: Papers, sums: _Sums) -> dict[str, Any]:
    whole = _side(papers, sum(sums.roll.values()))
    places = {
        code: _side(papers_of(asked, sums.places[code].items()), sums.roll.get(code, 0))
        for code in sorted(sums.places)
    }
    found = decide(rule, whole, places)
    return {
        "passed": found.passed,
        "conditions": [_condition(one) for one in found.conditions],
        "carried": dict(found.carried),
        "sides": {"whole": _side_told(whole)}
        | {"territories": {code: _side_told(side) for code, side in places.items()}},
    }


def _side(papers: Papers, roll: int) -> Side:
    """Yes, no, and everything else that was cast: who left the answer blank abstained."""
    total = dict(zip(papers.options, add_up(papers), strict=True))
    yes, no = int(total["yes"]), int(total["no"])
    return Side(yes, no, papers.number - yes - no, roll)


def _side_told(side: Side) -> dict[str, int]:
    return {"yes": side.yes, "no": side.no, "abstain": side.abstain, "roll": side.roll}


def _condition(one: Needed) -> dict[str, Any]:
    return {
        "name": one.name,
        "have": str(one.have),
        "need": str(one.need),
        "met": one.met,
        "more_than": one.more_than,
    }


# --- cells of an open poll --------------------------------------------------------------------


def together(
    rows: Iterable[SumRow], roll: Mapping[str, int]
) -> tuple[list[SumRow], dict[str, int]]:
    """Sums and roll of an open poll with small places counted together.

    A place in which fewer than `LEAST_PEOPLE` took part joins the others that are as small; where
    those are still too few, the next smallest place joins them too. Within a place a channel by
    which fewer came is not told apart: its ballots are counted with the web's.
    """
    kept = list(rows)
    people = Counter[str](dict.fromkeys(roll, 0))
    for _choice, place, _way, number in kept:
        people[place] += number
    order = sorted(people, key=lambda code: (people[code], code))
    small = [code for code in order if people[code] < LEAST_PEOPLE]
    while small and sum(people[code] for code in small) < LEAST_PEOPLE and len(small) < len(order):
        small.append(order[len(small)])
    joined = set(small) if len(small) > 1 else set()
    found: Counter[tuple[str, str, str]] = Counter()
    for choice, place, way, number in kept:
        found[choice, TOGETHER if place in joined else place, way] += number
    merged_roll: Counter[str] = Counter()
    for code, number in roll.items():
        merged_roll[TOGETHER if code in joined else code] += number
    return _channels_together(found), dict(merged_roll)


def _channels_together(found: Mapping[tuple[str, str, str], int]) -> list[SumRow]:
    by_way: Counter[tuple[str, str]] = Counter()
    for (_choice, place, way), number in found.items():
        by_way[place, way] += number
    hidden = {place for (place, _way), number in by_way.items() if number < LEAST_PEOPLE}
    sums: Counter[tuple[str, str, str]] = Counter()
    for (choice, place, way), number in found.items():
        sums[choice, place, WAYS[0] if place in hidden else way] += number
    return [(*key, number) for key, number in sorted(sums.items()) if number]


def summed(parts: Sequence[SumRow]) -> list[SumRow]:
    """Rows added up and sorted: one row for each choice, place and channel."""
    found: Counter[tuple[str, str, str]] = Counter()
    for choice, place, way, number in parts:
        found[choice, place, way] += number
    return [(*key, number) for key, number in sorted(found.items()) if number]
