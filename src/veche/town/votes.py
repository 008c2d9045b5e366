"""The votes of the town: what is asked, from when until when, and how its people would answer."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from veche.town.geometry import SEED
from veche.town.names import Names, data, names

OPENS_HOUR: Final = 5
"""Hour of the day, in UTC, at which votes open: nine in the morning in the town."""
CLOSES_HOUR: Final = 16
BLANK: Final = 0.012
"""How many of the ballots are blank."""
_PASSED_ON: Final = ("kind", "rule", "majority", "budget", "points", "least", "most")


@dataclass(frozen=True)
class TownVote:
    """One vote. `opens` and `closes` are whole days from the present; `turnout` is the share of
    the roll that has voted so far."""

    key: str
    area: str
    level: str
    title: Names
    text: Names
    opens: int
    closes: int
    grain: str
    turnout: float
    questions: tuple[Mapping[str, Any], ...]
    booth: Names | None = None
    """Where one can vote in person."""
    papers: int = 0
    """Ballots of paper that were put into its box."""
    appeal_reason: str = ""
    appeal: str = ""
    """What somebody wrote against the vote, and what the commission answered, if it has."""
    answer: str = ""

    def moments(self, at: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
        """When it opens and closes, seen from the moment `at`."""
        day = at.astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return (
            day + dt.timedelta(days=self.opens, hours=OPENS_HOUR),
            day + dt.timedelta(days=self.closes, hours=CLOSES_HOUR),
        )

    def config(self, at: dt.datetime) -> dict[str, Any]:
        """The configuration as an organiser would write it, without the number."""
        opens, closes = self.moments(at)
        return {
            "format": "veche-vote/1",
            "title": self.title,
            "text": self.text,
            "level": self.level,
            "opens": opens.isoformat(),
            "closes": closes.isoformat(),
            "live": {"mode": "live"},
            "change": True,
            "channels": ["web", "kiosk", "paper"] if self.level == "audited" else ["web"],
            "grain": self.grain,
            "roll": {"territory": self.area, "level": "resident"},
            "questions": [_document(question) for question in self.questions],
        }

    def choices(self) -> Iterator[dict[str, Any]]:
        """What one after another of its voters says, without end, the same every time."""
        rng = random.Random(f"{SEED}votes{self.key}")
        while True:
            yield {
                question["code"]: [] if rng.random() < BLANK else _answer(rng, question)
                for question in self.questions
            }


@cache
def votes() -> tuple[TownVote, ...]:
    """Return the votes of the town, the earliest first."""
    return tuple(
        TownVote(
            key=one["key"],
            area=one["area"],
            level=one.get("level", "audited"),
            title=names(one["title"]),
            text=names(one["text"]),
            opens=one["opens"],
            closes=one["closes"],
            grain=one["grain"],
            turnout=one["turnout"],
            questions=tuple(one["questions"]),
            booth=names(one["booth"]) if "booth" in one else None,
            papers=one.get("papers", 0),
            appeal_reason=one.get("appeal_reason", ""),
            appeal=one.get("appeal", ""),
            answer=one.get("answer", ""),
        )
        for one in data("votes.toml")["votes"]
    )


def _document(question: Mapping[str, Any]) -> dict[str, Any]:
    options = []
    for line in question["options"]:
        code, ru, en, zh, *cost = line.split("|")
        option: dict[str, Any] = {"code": code, "title": {"ru": ru, "en": en, "zh": zh}}
        if cost:
            option["cost"] = int(cost[0])
        options.append(option)
    passed = {name: question[name] for name in _PASSED_ON if name in question}
    return {
        "code": question["code"],
        "title": names(question["title"]),
        "options": options,
        **passed,
    }


def _answer(rng: random.Random, question: Mapping[str, Any]) -> list[str] | dict[str, int]:
    lines = [line.split("|") for line in question["options"]]
    codes, wish = [line[0] for line in lines], list(question["wish"])
    kind = question["kind"]
    if kind == "single":
        return rng.choices(codes, wish)
    if kind == "score":
        points = question["points"]
        return {
            code: max(0, min(points, round(rng.gauss(mean, 1.3))))
            for code, mean in zip(codes, wish, strict=True)
        }
    if kind == "ranked":
        left = dict(zip(codes, wish, strict=True))
        order: list[str] = []
        for _ in range(rng.randint(1, len(codes))):
            (code,) = rng.choices(list(left), list(left.values()))
            order.append(code)
            del left[code]
        return order
    taken = [code for code, share in zip(codes, wish, strict=True) if rng.random() * 100 < share]
    if kind == "knapsack":
        rng.shuffle(taken)
        costs = {line[0]: int(line[4]) for line in lines}
        money, kept = question["budget"], []
        for code in taken:
            if costs[code] <= money:
                money -= costs[code]
                kept.append(code)
        return kept
    return taken
