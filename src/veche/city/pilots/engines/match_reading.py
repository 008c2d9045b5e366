"""Reading an instance of matching from what a file or the city gives, with the place of a fault."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from veche.city.pilots.rules.sites import CRITERIA, WEIGHTS

MOST = 5_000
"""Solutions, or sites, of one instance at most."""
MOST_PAIRS = 1_000_000
MOST_WINDOWS = 200
MOST_DAYS = 3_660
_LONGEST = 200


class Broken(ValueError):
    """An instance cannot be read. ``where`` names the place as ``solutions[3].days``; ``what`` is
    one of `FAULTS`."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {FAULTS[what]}")
        self.where, self.what = where, what


FAULTS = {
    "object": "must be an object",
    "list": "must be a list",
    "text": "must be a text of 1 to 200 characters",
    "number": "must be a finite number of at least 0",
    "flag": "must be true or false, or a number of at least 0",
    "whole": "must be a whole number of at least 1, and not too large",
    "day": "must be a day as 2026-12-31",
    "place": "must be [longitude, latitude] in degrees",
    "window": "must be [first day, last day, places]",
    "backwards": "must not end before it begins",
    "months": "must be a list of months from 1 to 12",
    "missing": "is missing",
    "twice": "stands there twice",
    "unknown": "is not known here",
    "too-many": "holds too much: 5,000 solutions or sites, a million pairs, 200 windows of a site",
    "shape": "must be rows of equal length, one for each solution",
    "nothing": "must hold a weight above 0",
}
"""What is wrong → the words."""


@dataclass(frozen=True)
class Window:
    """From the first to the last day, both included, so many places."""

    begins: dt.date
    ends: dt.date
    places: int = 1


@dataclass(frozen=True)
class Solution:
    """What is to be tested, and what its trial needs."""

    id: str
    needs: Mapping[str, bool | float] = field(default_factory=dict)
    wishes: Mapping[str, bool | float] = field(default_factory=dict)
    brings: frozenset[str] = frozenset()
    environment: str = ""
    target_group: str = ""
    place: tuple[float, float] | None = None
    days: int = 1
    begins: dt.date | None = None
    ends: dt.date | None = None
    months: frozenset[int] = frozenset()
    feasible: frozenset[str] | None = None
    """The sites that are possible, where the instance says so itself."""


@dataclass(frozen=True)
class Offer:
    """A site, and what it offers."""

    id: str
    offers: Mapping[str, bool | float] = field(default_factory=dict)
    requires: tuple[str, ...] = ()
    environment: str = ""
    place: tuple[float, float] | None = None
    windows: tuple[Window, ...] = ()
    people: Mapping[str, float] = field(default_factory=dict)
    """How many it reaches, by group; ``""`` is the number of all."""
    past: float = 0.5

    def reached(self, group: str) -> float:
        """How many people of a group it reaches; of a group it says nothing about, all."""
        if group in self.people:
            return self.people[group]
        return self.people.get("", max(self.people.values(), default=0.0))


@dataclass(frozen=True)
class Instance:
    """Solutions, sites, and what counts how much."""

    solutions: tuple[Solution, ...]
    sites: tuple[Offer, ...]
    weights: dict[str, float]
    scores: npt.NDArray[np.float64] | None = None
    """Scores that were given instead of parts."""


def read(data: Any) -> Instance:
    """An instance of either form.

    ``{"solutions": [{"id", "needs": {code: true|number}, "wishes", "brings": [code],
    "environment", "target_group", "place": [longitude, latitude], "days", "from", "until",
    "months"}], "sites": [{"id", "offers", "requires", "environment", "place", "windows":
    [[from, until, places]], "people": number | {group: number}, "history": share |
    {"trials", "done"}}], "weights": {part: number}}``; everything but ``id`` may be missing.
    With ``scores`` it is the plain form of `read_matrix`.

    Raises:
        Broken: something cannot be what it should.
    """
    if not isinstance(data, dict):
        raise Broken("$", "object")
    if "scores" in data:
        return read_matrix(data)
    for name in ("solutions", "sites"):
        if name not in data:
            raise Broken(name, "missing")
    rows, columns = _list(data["solutions"], "solutions"), _list(data["sites"], "sites")
    if len(rows) > MOST or len(columns) > MOST or len(rows) * len(columns) > MOST_PAIRS:
        raise Broken("$", "too-many")
    solutions = tuple(_solution(row, f"solutions[{n}]") for n, row in enumerate(rows))
    sites = tuple(_site(row, f"sites[{n}]") for n, row in enumerate(columns))
    _once([one.id for one in solutions], "solutions")
    _once([one.id for one in sites], "sites")
    return Instance(solutions, sites, _weights(data.get("weights")))


def read_matrix(data: Mapping[str, Any]) -> Instance:
    """The plain form: ``{"scores": [[number]], "feasible": [[true|false]], "capacity": [number],
    "solutions": [id], "sites": [id]}``, a row a solution; all but ``scores`` may be missing.

    Raises:
        Broken: something cannot be what it should.
    """
    table = _list(data.get("scores"), "scores")
    width = len(_list(table[0], "scores[0]")) if table else 0
    if len(table) > MOST or width > MOST or len(table) * width > MOST_PAIRS:
        raise Broken("scores", "too-many")
    scores = np.zeros((len(table), width))
    for row, line in enumerate(table):
        cells = _list(line, f"scores[{row}]")
        if len(cells) != width:
            raise Broken(f"scores[{row}]", "shape")
        for column, cell in enumerate(cells):
            scores[row, column] = _any_number(cell, f"scores[{row}][{column}]")
    sites = _names(data.get("sites"), "sites", width)
    names = _names(data.get("solutions"), "solutions", len(table))
    able = _able(data.get("feasible"), len(table), width)
    room = [1] * width
    if data.get("capacity") is not None:
        given = _list(data["capacity"], "capacity")
        if len(given) != width:
            raise Broken("capacity", "shape")
        room = [_places(cell, f"capacity[{n}]") for n, cell in enumerate(given)]
    day = dt.date.min
    return Instance(
        solutions=tuple(
            Solution(
                name, feasible=frozenset(s for s, fits in zip(sites, line, strict=True) if fits)
            )
            for name, line in zip(names, able, strict=True)
        ),
        sites=tuple(
            Offer(name, windows=(Window(day, day, places),))
            for name, places in zip(sites, room, strict=True)
        ),
        weights=dict(WEIGHTS),
        scores=scores,
    )


def _able(given: Any, height: int, width: int) -> list[list[bool]]:
    if given is None:
        return [[True] * width for _ in range(height)]
    table = _list(given, "feasible")
    if len(table) != height:
        raise Broken("feasible", "shape")
    for row, line in enumerate(table):
        if len(_list(line, f"feasible[{row}]")) != width:
            raise Broken(f"feasible[{row}]", "shape")
        for column, cell in enumerate(line):
            if cell not in (0, 1, True, False):
                raise Broken(f"feasible[{row}][{column}]", "flag")
    return [[bool(cell) for cell in line] for line in table]


def _names(given: Any, where: str, count: int) -> list[str]:
    if given is None:
        return [str(number) for number in range(count)]
    names = [_text(one, f"{where}[{n}]") for n, one in enumerate(_list(given, where))]
    if len(names) != count:
        raise Broken(where, "shape")
    _once(names, where)
    return names


def _solution(row: Any, where: str) -> Solution:
    row = _object(row, where)
    begins, ends = _day_or_none(row, "from", where), _day_or_none(row, "until", where)
    if begins and ends and ends < begins:
        raise Broken(f"{where}.until", "backwards")
    months = _list(row.get("months") or [], f"{where}.months")
    if any(not _is_whole(month) or not 1 <= month <= 12 for month in months):
        raise Broken(f"{where}.months", "months")
    return Solution(
        id=_id(row, where),
        needs=_features(row, "needs", where),
        wishes=_features(row, "wishes", where),
        brings=frozenset(_codes(row, "brings", where)),
        environment=_word(row, "environment", where),
        target_group=_word(row, "target_group", where),
        place=_place(row, where),
        days=_days(row, where),
        begins=begins,
        ends=ends,
        months=frozenset(months) if len(set(months)) < 12 else frozenset(),
    )


def _site(row: Any, where: str) -> Offer:
    row = _object(row, where)
    windows = _list(row.get("windows") or [], f"{where}.windows")
    if len(windows) > MOST_WINDOWS:
        raise Broken(f"{where}.windows", "too-many")
    offers = _features(row, "offers", where)
    people = row.get("people", offers.get("people"))
    return Offer(
        id=_id(row, where),
        offers=offers,
        requires=tuple(_codes(row, "requires", where)),
        environment=_word(row, "environment", where),
        place=_place(row, where),
        windows=tuple(_window(one, f"{where}.windows[{n}]") for n, one in enumerate(windows)),
        people=_people(people, f"{where}.people"),
        past=_past(row.get("history"), f"{where}.history"),
    )


def _window(given: Any, where: str) -> Window:
    if not isinstance(given, list) or len(given) not in (2, 3):
        raise Broken(where, "window")
    begins, ends = _day(given[0], f"{where}[0]"), _day(given[1], f"{where}[1]")
    if ends < begins:
        raise Broken(where, "backwards")
    return Window(begins, ends, _places(given[2], f"{where}[2]") if len(given) == 3 else 1)


def _people(given: Any, where: str) -> dict[str, float]:
    if given is None:
        return {}
    if isinstance(given, dict):
        return {
            "" if group == "everybody" else str(group): _number(count, f"{where}.{group}")
            for group, count in given.items()
        }
    return {"": _number(given, where)}


def _past(given: Any, where: str) -> float:
    """A share as it is; of so many trials the mean after a uniform prior."""
    if given is None:
        return 0.5
    if isinstance(given, dict):
        trials = _number(given.get("trials", 0), f"{where}.trials")
        done = _number(given.get("done", 0), f"{where}.done")
        if done > trials:
            raise Broken(f"{where}.done", "number")
        return (done + 1) / (trials + 2)
    share = _number(given, where)
    if share > 1:
        raise Broken(where, "number")
    return share


def _weights(given: Any) -> dict[str, float]:
    """The weights that are given, the others as usual; none given: the usual ones."""
    if given is None:
        return dict(WEIGHTS)
    given = _object(given, "weights")
    for name in given:
        if name not in CRITERIA:
            raise Broken(f"weights.{name}"[:_LONGEST], "unknown")
    found = {name: _number(given.get(name, WEIGHTS[name]), f"weights.{name}") for name in CRITERIA}
    if not sum(found.values()):
        raise Broken("weights", "nothing")
    return found


# --- values -------------------------------------------------------------------------------------


def _object(given: Any, where: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise Broken(where, "object")
    return given


def _list(given: Any, where: str) -> list[Any]:
    if not isinstance(given, list):
        raise Broken(where, "list")
    return given


def _text(given: Any, where: str) -> str:
    if isinstance(given, int) and not isinstance(given, bool):
        given = str(given)
    if not isinstance(given, str) or not 1 <= len(given) <= _LONGEST:
        raise Broken(where, "text")
    return given


def _id(row: dict[str, Any], where: str) -> str:
    if "id" not in row:
        raise Broken(f"{where}.id", "missing")
    return _text(row["id"], f"{where}.id")


def _word(row: dict[str, Any], name: str, where: str) -> str:
    given = row.get(name)
    return "" if given in (None, "") else _text(given, f"{where}.{name}")


def _codes(row: dict[str, Any], name: str, where: str) -> list[str]:
    given = _list(row.get(name) or [], f"{where}.{name}")
    return [_text(code, f"{where}.{name}[{n}]") for n, code in enumerate(given)]


def _features(row: dict[str, Any], name: str, where: str) -> dict[str, bool | float]:
    """What is needed or offered; false, nothing and zero are as if it did not stand there."""
    given = row.get(name)
    if isinstance(given, list):  # a plain list of codes: each is needed
        given = {_text(code, f"{where}.{name}[{n}]"): True for n, code in enumerate(given)}
    found: dict[str, bool | float] = {}
    for code, value in _object(given or {}, f"{where}.{name}").items():
        place = f"{where}.{name}.{code}"[:_LONGEST]
        if value is None or value is False:
            continue
        if value is True:
            found[code] = True
            continue
        if isinstance(value, str) or not isinstance(value, int | float):
            raise Broken(place, "flag")
        if _number(value, place):
            found[code] = float(value)
    return found


def _is_whole(given: Any) -> bool:
    return isinstance(given, int) and not isinstance(given, bool)


def _any_number(given: Any, where: str) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise Broken(where, "number")
    try:
        value = float(given)
    except OverflowError as fault:
        raise Broken(where, "number") from fault
    if not math.isfinite(value) or abs(value) > 1e12:
        raise Broken(where, "number")
    return value


def _number(given: Any, where: str) -> float:
    value = _any_number(given, where)
    if value < 0:
        raise Broken(where, "number")
    return value


def _places(given: Any, where: str) -> int:
    if not _is_whole(given) or not 0 <= given <= MOST:
        raise Broken(where, "whole")
    return int(given)


def _days(row: dict[str, Any], where: str) -> int:
    given = row.get("days", 1)
    if not _is_whole(given) or not 1 <= given <= MOST_DAYS:
        raise Broken(f"{where}.days", "whole")
    return int(given)


def _day(given: Any, where: str) -> dt.date:
    """A day, or the day of a moment."""
    if not isinstance(given, str) or len(given) > 40:
        raise Broken(where, "day")
    try:
        return dt.date.fromisoformat(given[:10])
    except ValueError as fault:
        raise Broken(where, "day") from fault


def _day_or_none(row: dict[str, Any], name: str, where: str) -> dt.date | None:
    given = row.get(name)
    return None if given in (None, "") else _day(given, f"{where}.{name}")


def _place(row: dict[str, Any], where: str) -> tuple[float, float] | None:
    given = row.get("place")
    if given is None:
        return None
    where = f"{where}.place"
    if not isinstance(given, list) or len(given) != 2:
        raise Broken(where, "place")
    try:
        lon, lat = (_any_number(value, where) for value in given)
    except Broken as fault:
        raise Broken(where, "place") from fault
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise Broken(where, "place")
    return lon, lat


def _once(names: Sequence[str], where: str) -> None:
    seen: set[str] = set()
    for number, name in enumerate(names):
        if name in seen:
            raise Broken(f"{where}[{number}].id", "twice")
        seen.add(name)
