"""Letters to the city and corrections of its registry, as data: who writes what and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import cache
from typing import Any, NamedTuple

from veche.town.names import Names, data, names


@dataclass(frozen=True)
class Topic:
    """What letters can be about, and the code of the office that answers."""

    code: str
    names: Names
    office: str


class Moment(NamedTuple):
    """So many days ago, at a time of the town's clock; of today: so long before the present."""

    days: int
    clock: timedelta

    def before(self, at: datetime, zone: tzinfo) -> datetime:
        """The moment, seen from `at`."""
        if self.days == 0:
            return at - self.clock
        midnight = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight - timedelta(days=self.days) + self.clock


@dataclass(frozen=True)
class Act:
    """One step: `ago` is when; `who` is the key of somebody of the cast or staff."""

    ago: Moment
    who: str = ""
    code: str = ""
    text: str = ""


@dataclass(frozen=True)
class Letter:
    """A letter with what became of it; what did not happen is None."""

    key: str
    who: str
    """Of the cast; empty for somebody without an account."""
    kind: str
    topic: str
    public: bool
    title: str
    text: str
    written: Moment
    accept: Act | None
    reject: Act | None
    later: Act | None
    """A later date, asked for by ``who``; the head of the office signs it a day after."""
    answer: Act | None
    refuse: Act | None
    rate: Act | None
    paper: tuple[str, str] | None
    """Name and words of a text that came with it."""


@dataclass(frozen=True)
class Correction:
    """A correction with what became of it; `near` is the identifier of the object it is about, of
    a missing one that of an object `metres` (east, north) away."""

    key: str
    who: str
    what: str
    kind: str
    near: str
    metres: tuple[float, float]
    owner: str
    note: str
    proposed: Moment
    repair: Act | None
    keep: Act | None


def _moment(text: str) -> Moment:
    day, clock = text.split()
    hours, minutes = clock.split(":")
    return Moment(int(day), timedelta(hours=int(hours), minutes=int(minutes)))


@cache
def topics() -> tuple[Topic, ...]:
    """Return what letters can be about, in the order of a menu."""
    rows: dict[str, dict[str, str]] = data("letters.toml")["topics"]
    return tuple(Topic(code, names(row["names"]), row["office"]) for code, row in rows.items())


def _act(row: dict[str, Any], name: str, *parts: str) -> Act | None:
    """The step of this name: its moment first, then its `parts` in order."""
    value = row.get(name)
    if value is None:
        return None
    given = [value] if isinstance(value, str) else list(value)
    return Act(_moment(given[0]), **dict(zip(parts, given[1:], strict=True)))


@cache
def letters() -> tuple[Letter, ...]:
    """Return the letters of the town, as they are told in the file."""
    return tuple(
        Letter(
            row["key"], row["who"], row["kind"], row["topic"], row["public"], row["title"],
            row["text"], _moment(row["day"]),
            accept=_act(row, "accept"),
            reject=_act(row, "reject", "code", "text"),
            later=_act(row, "later", "who", "code", "text"),
            answer=_act(row, "answer", "who", "text"),
            refuse=_act(row, "refuse", "who", "code", "text"),
            rate=_act(row, "rate", "code", "text"),
            paper=(row["paper"][0], row["paper"][1]) if "paper" in row else None,
        )
        for row in data("letters.toml")["letters"]
    )  # fmt: skip


@cache
def corrections() -> tuple[Correction, ...]:
    """Return the corrections of the town's registry."""
    return tuple(
        Correction(
            row["key"], row["who"], row["what"], row["kind"], row["near"],
            tuple(row.get("metres", (0, 0))), row.get("owner", ""), row["note"],
            _moment(row["day"]),
            repair=_act(row, "repair", "text"),
            keep=_act(row, "keep", "code", "text"),
        )
        for row in data("letters.toml")["corrections"]
    )  # fmt: skip
