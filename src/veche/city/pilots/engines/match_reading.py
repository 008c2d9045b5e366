"""Reading an instance of matching from what a file or the city gives, with the place of a fault."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np

from veche.city.pilots.engines.match_instance import Broken, Instance, Offer, Solution, Window
from veche.city.pilots.engines.match_values import (
    LONGEST,
    MOST,
    MOST_PAIRS,
    MOST_WINDOWS,
    any_number,
    check_once,
    codes_of,
    day_of,
    day_or_none,
    days_of,
    features_of,
    id_of,
    is_whole,
    list_of,
    number_of,
    object_of,
    place_of,
    places_of,
    text_of,
    word_of,
)
from veche.city.pilots.rules.sites import CRITERIA, WEIGHTS


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
    rows, columns = list_of(data["solutions"], "solutions"), list_of(data["sites"], "sites")
    if len(rows) > MOST or len(columns) > MOST or len(rows) * len(columns) > MOST_PAIRS:
        raise Broken("$", "too-many")
    solutions = tuple(_solution(row, f"solutions[{n}]") for n, row in enumerate(rows))
    sites = tuple(_site(row, f"sites[{n}]") for n, row in enumerate(columns))
    check_once([one.id for one in solutions], "solutions")
    check_once([one.id for one in sites], "sites")
    return Instance(solutions, sites, _weights(data.get("weights")))


def read_matrix(data: Mapping[str, Any]) -> Instance:
    """The plain form: ``{"scores": [[number]], "feasible": [[true|false]], "capacity": [number],
    "solutions": [id], "sites": [id]}``, a row a solution; all but ``scores`` may be missing.

    Raises:
        Broken: something cannot be what it should.
    """
    table = list_of(data.get("scores"), "scores")
    width = len(list_of(table[0], "scores[0]")) if table else 0
    if len(table) > MOST or width > MOST or len(table) * width > MOST_PAIRS:
        raise Broken("scores", "too-many")
    scores = np.zeros((len(table), width))
    for row, line in enumerate(table):
        cells = list_of(line, f"scores[{row}]")
        if len(cells) != width:
            raise Broken(f"scores[{row}]", "shape")
        for column, cell in enumerate(cells):
            scores[row, column] = any_number(cell, f"scores[{row}][{column}]")
    sites = _names(data.get("sites"), "sites", width)
    names = _names(data.get("solutions"), "solutions", len(table))
    able = _able(data.get("feasible"), len(table), width)
    room = [1] * width
    if data.get("capacity") is not None:
        given = list_of(data["capacity"], "capacity")
        if len(given) != width:
            raise Broken("capacity", "shape")
        room = [places_of(cell, f"capacity[{n}]") for n, cell in enumerate(given)]
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
    table = list_of(given, "feasible")
    if len(table) != height:
        raise Broken("feasible", "shape")
    for row, line in enumerate(table):
        if len(list_of(line, f"feasible[{row}]")) != width:
            raise Broken(f"feasible[{row}]", "shape")
        for column, cell in enumerate(line):
            if cell not in (0, 1, True, False):
                raise Broken(f"feasible[{row}][{column}]", "flag")
    return [[bool(cell) for cell in line] for line in table]


def _names(given: Any, where: str, count: int) -> list[str]:
    if given is None:
        return [str(number) for number in range(count)]
    names = [text_of(one, f"{where}[{n}]") for n, one in enumerate(list_of(given, where))]
    if len(names) != count:
        raise Broken(where, "shape")
    check_once(names, where)
    return names


def _solution(row: Any, where: str) -> Solution:
    row = object_of(row, where)
    begins, ends = day_or_none(row, "from", where), day_or_none(row, "until", where)
    if begins and ends and ends < begins:
        raise Broken(f"{where}.until", "backwards")
    months = list_of(row.get("months") or [], f"{where}.months")
    if any(not is_whole(month) or not 1 <= month <= 12 for month in months):
        raise Broken(f"{where}.months", "months")
    return Solution(
        id=id_of(row, where),
        needs=features_of(row, "needs", where),
        wishes=features_of(row, "wishes", where),
        brings=frozenset(codes_of(row, "brings", where)),
        environment=word_of(row, "environment", where),
        target_group=word_of(row, "target_group", where),
        place=place_of(row, where),
        days=days_of(row, where),
        begins=begins,
        ends=ends,
        months=frozenset(months) if len(set(months)) < 12 else frozenset(),
    )


def _site(row: Any, where: str) -> Offer:
    row = object_of(row, where)
    windows = list_of(row.get("windows") or [], f"{where}.windows")
    if len(windows) > MOST_WINDOWS:
        raise Broken(f"{where}.windows", "too-many")
    offers = features_of(row, "offers", where)
    people = row.get("people", offers.get("people"))
    return Offer(
        id=id_of(row, where),
        offers=offers,
        requires=tuple(codes_of(row, "requires", where)),
        environment=word_of(row, "environment", where),
        place=place_of(row, where),
        windows=tuple(_window(one, f"{where}.windows[{n}]") for n, one in enumerate(windows)),
        people=_people(people, f"{where}.people"),
        past=_past(row.get("history"), f"{where}.history"),
    )


def _window(given: Any, where: str) -> Window:
    if not isinstance(given, list) or len(given) not in (2, 3):
        raise Broken(where, "window")
    begins, ends = day_of(given[0], f"{where}[0]"), day_of(given[1], f"{where}[1]")
    if ends < begins:
        raise Broken(where, "backwards")
    return Window(begins, ends, places_of(given[2], f"{where}[2]") if len(given) == 3 else 1)


def _people(given: Any, where: str) -> dict[str, float]:
    if given is None:
        return {}
    if isinstance(given, dict):
        return {
            "" if group == "everybody" else str(group): number_of(count, f"{where}.{group}")
            for group, count in given.items()
        }
    return {"": number_of(given, where)}


def _past(given: Any, where: str) -> float:
    """A share as it is; of so many trials the mean after a uniform prior."""
    if given is None:
        return 0.5
    if isinstance(given, dict):
        trials = number_of(given.get("trials", 0), f"{where}.trials")
        done = number_of(given.get("done", 0), f"{where}.done")
        if done > trials:
            raise Broken(f"{where}.done", "number")
        return (done + 1) / (trials + 2)
    share = number_of(given, where)
    if share > 1:
        raise Broken(where, "number")
    return share


def _weights(given: Any) -> dict[str, float]:
    """The weights that are given, the others as usual; none given: the usual ones."""
    if given is None:
        return dict(WEIGHTS)
    given = object_of(given, "weights")
    for name in given:
        if name not in CRITERIA:
            raise Broken(f"weights.{name}"[:LONGEST], "unknown")
    found = {
        name: number_of(given.get(name, WEIGHTS[name]), f"weights.{name}") for name in CRITERIA
    }
    if not sum(found.values()):
        raise Broken("weights", "nothing")
    return found
