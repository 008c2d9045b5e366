"""The strategy: its tree, the same as a road map and by years, the portfolio, one knot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from veche import clock
from veche.city.delivery.forms.strategy import FIELD_WORDS, KIND_WORDS
from veche.city.delivery.models import Goal, Strategy
from veche.city.delivery.queries import portfolio as sums
from veche.city.delivery.queries import strategy as queries
from veche.city.delivery.queries.board import GROUPS
from veche.city.delivery.views.board import GROUP_WORDS
from veche.city.delivery.views.common import cached
from veche.core.cases.terms import city_zone
from veche.core.organisations.access import holds
from veche.core.organisations.middleware import asker
from veche.core.places.models import Territory
from veche.languages import here
from veche.look import words
from veche.tables import csv_whole

YEARS = 3


def plans(request: HttpRequest, territory: Territory) -> bool:
    """Whether who asks keeps the strategy of a territory."""
    return holds(asker(request).person, "planner", territory, clock.now())


def _shared(strategy: Strategy, tab: str, request: HttpRequest) -> dict[str, Any]:
    """What every page about a strategy shows."""
    return {
        "strategy": strategy,
        "tab": tab,
        "plans": plans(request, strategy.territory),
        "kinds": {str(kind): word for kind, word in KIND_WORDS.items()},
    }


@require_safe
def portfolio(request: HttpRequest) -> HttpResponse:
    """All strategies whole."""
    at = clock.now()
    trees = queries.trees(queries.strategies(), at)
    offices, goals = sums.by_office(trees), sums.by_goal(trees)
    promised: dict[str, int] = {}
    for share in offices:
        for group, count in share.promises.items():
            promised[group] = promised.get(group, 0) + count
    knots = [knot for tree in trees for knot in tree.walk()]
    paced = [knot.pace for knot in knots if knot.pace]
    context: dict[str, Any] = {
        "trees": trees,
        "offices": offices,
        "goals": goals,
        "promised": [(GROUP_WORDS[name], promised.get(name, 0)) for name in GROUPS],
        "groups": [(name, GROUP_WORDS[name]) for name in GROUPS],
        "slipped": sorted(
            (knot for knot in knots if knot.slipped > 0), key=lambda one: -one.slipped
        )[:20],
        "measured": len(paced),
        "paces": [(name, paced.count(name)) for name in ("reached", "on-time", "behind")],
        "planned": sum(tree.planned for tree in trees),
        "spent": sum(tree.spent for tree in trees),
        "most_office": max((share.planned for share in offices), default=0),
        "most_goal": max((share.planned for share in goals), default=0),
        "plans": bool({"planner"} & asker(request).roles),
        "at": at,
    }
    return cached(request, render(request, "delivery/strategy/portfolio.html", context))


@require_safe
def tree(request: HttpRequest, code: str) -> HttpResponse:
    """A strategy as its tree."""
    at = clock.now()
    found = queries.tree(queries.strategy_of(code), at)
    context = _shared(found.strategy, "tree", request) | {
        "tree": found,
        "rows": list(found.walk()),
        "counts": [(KIND_WORDS[kind], found.count(kind)) for kind in Goal.Kind],
        "at": at,
    }
    return cached(request, render(request, "delivery/strategy/tree.html", context))


@require_safe
def road_map(request: HttpRequest, code: str) -> HttpResponse:
    """The terms of a strategy as bars on one line of years, with a table of the same."""
    at = clock.now()
    found = queries.tree(queries.strategy_of(code), at)
    begin = min([found.strategy.begins, *_days(found, "begins")])
    end = max([found.strategy.ends, *_days(found, "ends")])
    first, last = dt.date(begin.year, 1, 1), dt.date(end.year + 1, 1, 1)
    whole = (last - first).days
    today = at.astimezone(city_zone()).date()
    now = 100 * (today - first).days / whole if first <= today < last else None
    context = _shared(found.strategy, "road-map", request) | {
        "rows": [(knot, *_term(knot, found.strategy, first, whole)) for knot in found.walk()],
        "years": _ticks(first, last, whole),
        "now": now,
        "at": at,
    }
    return cached(request, render(request, "delivery/strategy/road_map.html", context))


def _days(found: queries.Tree, name: str) -> list[dt.date]:
    return [day for knot in found.walk() if (day := getattr(knot.goal, name))]


def _term(
    knot: queries.Knot, strategy: Strategy, first: dt.date, whole: int
) -> tuple[float, float]:
    """Where a term begins on the line and how long it is, in per cent; no term: no length."""
    goal = knot.goal
    if goal.begins is None and goal.ends is None:
        return 0.0, 0.0
    begins, ends = goal.begins or strategy.begins, goal.ends or strategy.ends
    return 100 * (begins - first).days / whole, 100 * ((ends - begins).days + 1) / whole


def _ticks(first: dt.date, last: dt.date, whole: int) -> list[tuple[str, int]]:
    """The years under the line, with their places; not more than eight are named."""
    years = range(first.year, last.year)
    step = -(-len(years) // 8)
    return [
        (f"{100 * (dt.date(year, 1, 1) - first).days / whole:.2f}", year) for year in years[::step]
    ]


@require_safe
def years(request: HttpRequest, code: str) -> HttpResponse:
    """Three years of a strategy as columns with money."""
    at = clock.now()
    found = queries.tree(queries.strategy_of(code), at)
    first, last = found.strategy.begins.year, found.strategy.ends.year
    asked = request.GET.get("from", "")
    now = at.astimezone(city_zone()).year
    begin = int(asked) if asked.isdecimal() and len(asked) == 4 else now
    begin = max(first, min(begin, max(first, last - YEARS + 1)))
    shown = list(range(begin, begin + YEARS))
    money = sums.years_of(found, shown)
    rows = [(knot, [money[knot.goal.pk][year] for year in shown]) for knot in found.walk()]
    total = [
        {
            name: sum(getattr(money[root.goal.pk][year], name) for root in found.roots)
            for name in ("planned", "promised", "spent")
        }
        for year in shown
    ]
    context = _shared(found.strategy, "years", request) | {
        "rows": rows,
        "years": shown,
        "total": total,
        "begins": list(range(first, max(first, last - YEARS + 1) + 1)),
        "begin": begin,
        "at": at,
    }
    return cached(request, render(request, "delivery/strategy/years.html", context))


HEAD = (
    "code", "above", "kind", "title", "title_ru", "title_zh", "owner", "begins", "ends",
    "first_ends", "planned", "spent", "indicator", "indicator_ru", "indicator_zh", "unit",
    "unit_ru", "unit_zh", "baseline", "baseline_on", "target", "target_on", "value", "value_on",
    "promises",
)  # fmt: skip


@require_safe
def csv(request: HttpRequest, code: str) -> HttpResponseBase:
    """A strategy as the table that it can be imported from again."""
    found = queries.tree(queries.strategy_of(code), clock.now())
    return csv_whole(f"strategy-{code}", _table(found))


def _table(found: queries.Tree) -> Iterator[Sequence[object]]:
    yield HEAD
    for knot in found.walk():
        goal, measured = knot.goal, knot.measured
        above = found.by_id.get(goal.above_id or 0)
        cells: list[object] = [goal.code, above.goal.code if above else "", goal.kind]
        cells += _words(goal.titles)
        cells += [goal.owner.code if goal.owner else "", goal.begins, goal.ends]
        cells += [knot.first_ends or goal.ends, goal.planned, goal.spent]
        cells += [*_words(goal.indicator), *_words(goal.units)]
        cells += [goal.baseline, goal.baseline_on, goal.target, goal.target_on]
        cells += [measured.value, measured.on] if measured else ["", ""]
        cells.append(sum(knot.promises.values()))
        yield ["" if cell is None else cell for cell in cells]


def _words(said: dict[str, str]) -> list[object]:
    return [said.get(code, "") for code in ("en", "ru", "zh")]


@require_safe
def knot(request: HttpRequest, code: str, goal: str) -> HttpResponse:
    """One item: what it says, what was measured, what stood there before, its promises."""
    at = clock.now()
    one = queries.goal_of(code, goal)
    found = queries.tree(one.strategy, at).by_id[one.pk]
    series = queries.series(one)
    hung = queries.hung([each.goal.pk for each in found.walk()], at)
    context = _shared(one.strategy, "tree", request) | {
        "knot": found,
        "goal": one,
        "kind": KIND_WORDS[Goal.Kind(one.kind)],
        "series": series,
        "picture": _picture(found, series),
        "history": [
            (FIELD_WORDS[row.field], _readable(row.before), _readable(row.after), row)
            for row in queries.history(one)
        ],
        "hung": hung,
        "more": sum(found.all_promises().values()) - len(hung),
        "at": at,
    }  # fmt: skip
    return cached(request, render(request, "delivery/strategy/knot.html", context))


def _readable(text: str) -> str:
    """A superseded value in the reader's language; a measured one is a day and a number."""
    day, _space, rest = text.partition(" ")
    try:
        return " · ".join(
            part for part in (words.day(dt.date.fromisoformat(day), "year"), rest) if part
        )
    except ValueError:
        pass
    try:
        return words.number(float(text))
    except ValueError:
        return text or "—"


def _picture(found: queries.Knot, series: Sequence[Any]) -> dict[str, Any] | None:
    """The values over time as points of a picture 100 wide and 100 high, from zero."""
    goal = found.goal
    points = [(one.on, one.value) for one in series]
    if goal.baseline is not None and goal.baseline_on:
        points.insert(0, (goal.baseline_on, goal.baseline))
    target = (goal.target_on, goal.target) if goal.target is not None and goal.target_on else None
    every = [*points, *([target] if target else [])]
    if len(every) < 2 or any(value < 0 for _on, value in every):
        return None
    days = [on for on, _value in every if on]
    first, wide = min(days), max((max(days) - min(days)).days, 1)
    top = max(value for _on, value in every) or 1.0

    def place(on: dt.date, value: float) -> tuple[str, str]:
        return f"{4 + 92 * (on - first).days / wide:.1f}", f"{92 - 84 * value / top:.1f}"

    drawn = [place(on, value) for on, value in points]
    ends = place(*target) if target else None
    return {
        "lines": list(pairwise(drawn)),
        "points": drawn,
        "to_target": (drawn[0], ends) if drawn and ends else None,
        "target": ends,
        "title": here(goal.indicator),
    }
