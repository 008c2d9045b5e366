"""Scores of a call, reckoned from its marks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from veche.city.pilots.engines import scoring
from veche.city.pilots.engines.scoring import Score, Scores, weighted
from veche.city.pilots.models import Application, ReviewMark, ReviewTask

if TYPE_CHECKING:
    from veche.city.pilots.models import Call


@dataclass(frozen=True)
class Marked:
    """One review that is in: what its expert marked in all."""

    application: int
    expert: int
    score: float
    """Weighted mean of its marks, 0 to 5."""


def marks_of(call: Call) -> list[Marked]:
    """The newest version of every review of a call that is in, of applications that have all."""
    rows = ReviewMark.objects.filter(
        review__task__application__call=call, review__task__standing=ReviewTask.Standing.DONE
    ).values_list(
        "review__task_id", "review__task__application_id", "review__task__expert_id",
        "review__version", "criterion__weight", "mark",
    )  # fmt: skip
    newest: dict[int, int] = {}
    by_task: dict[int, list[tuple[int, int, int, float, int]]] = defaultdict(list)
    for task, application, expert, version, weight, mark in rows.order_by("review__task_id", "pk"):
        newest[task] = max(newest.get(task, 0), version)
        by_task[task].append((version, application, expert, float(weight), mark))
    found = []
    for task, given in by_task.items():
        last = [one for one in given if one[0] == newest[task]]
        score = weighted([one[4] for one in last], [one[3] for one in last])
        found.append(Marked(last[0][1], last[0][2], score))
    whole = _whole(call, found)
    return sorted(
        (one for one in found if one.application in whole),
        key=lambda one: (one.application, one.expert),
    )


def _whole(call: Call, marks: Iterable[Marked]) -> set[int]:
    """Applications that have as many reviews as they need."""
    count: dict[int, int] = defaultdict(int)
    for one in marks:
        count[one.application] += 1
    rows = Application.objects.filter(pk__in=count).select_related("call", "programme")
    return {one.pk for one in rows if count[one.pk] >= (one.call.reviews or one.programme.reviews)}


Row = tuple[int, int, float]


def fitted(marks: list[Marked]) -> tuple[list[int], list[int], Scores]:
    """Applications and experts in the order of the scores, and the scores."""
    applications, experts, rows = _rows(marks)
    return applications, experts, _reckoned(rows)


def _rows(marks: list[Marked]) -> tuple[list[int], list[int], tuple[Row, ...]]:
    applications = sorted({one.application for one in marks})
    experts = sorted({one.expert for one in marks})
    of_application = {pk: place for place, pk in enumerate(applications)}
    of_expert = {pk: place for place, pk in enumerate(experts)}
    rows = tuple((of_application[m.application], of_expert[m.expert], m.score) for m in marks)
    return applications, experts, rows


# What follows from marks alone is reckoned once for the same marks: a new review is another key, so
# that nobody is ever shown what was true before it. Drawing the ranks of many takes longest.


@lru_cache(maxsize=4)
def _reckoned(rows: tuple[Row, ...]) -> Scores:
    return scoring.scores(rows)


@lru_cache(maxsize=32)
def _ranks(rows: tuple[Row, ...], places: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    found = _reckoned(rows)
    chosen = list(places)
    return scoring.ranks(
        Scores(
            tuple(found.scores[place] for place in chosen), found.severity, found.ratio,
            found.noise, found.cover[chosen][:, chosen],
        )
    )  # fmt: skip


def score_call(call: Call) -> Mapping[int, Score]:
    """The scores of every application of a call that has all its reviews, by its number."""
    marks = marks_of(call)
    if not marks:
        return {}
    applications, _experts, found = fitted(marks)
    return dict(zip(applications, found.scores, strict=True))


@dataclass(frozen=True)
class Ranked:
    """An application in the order of a call."""

    application: Application
    score: Score
    best: int
    """The best and the worst rank it could well have: nine draws of ten lie between."""
    worst: int
    picture: Mapping[str, Any]
    """Where its marks lie, for the drawing."""


def ranking(call: Call, rows: Iterable[Application]) -> list[Ranked]:
    """The applications among ``rows`` (those the reader may know of) that have all their reviews,
    best first, with the ranks among themselves that cannot be told apart."""
    marks = marks_of(call)
    known = {one.pk: one for one in rows}
    if not marks:
        return []
    applications, _experts, table = _rows(marks)
    found = _reckoned(table)
    places = tuple(place for place, pk in enumerate(applications) if pk in known)
    if not places:
        return []
    dots = defaultdict(list)
    for one in marks:
        dots[one.application].append(one.score)
    made = []
    for place, (best, worst) in zip(places, _ranks(table, places), strict=True):
        pk, score = applications[place], found.scores[place]
        made.append(Ranked(known[pk], score, best, worst, picture(dots[pk], score)))
    return sorted(made, key=lambda one: (-one.score.adjusted, one.application.pk))


WIDE, HIGH, EDGE = 320, 34, 12
"""The drawing of marks: a line from 0 to 5."""


def across(value: float) -> float:
    """Where a mark stands on the line."""
    return round(EDGE + (WIDE - 2 * EDGE) * min(max(value, 0.0), 5.0) / 5.0, 1)


def picture(dots: Iterable[float], score: Score | None = None) -> dict[str, Any]:
    """Marks as dots on a line from 0 to 5; equal ones stand above each other. With the score: the
    mean as a tick, the adjusted one as a bar of its standard error."""
    stack: dict[float, int] = defaultdict(int)
    placed = []
    for value in sorted(dots):
        x = across(value)
        placed.append((x, HIGH - 10 - 7 * stack[x]))
        stack[x] += 1
    drawn: dict[str, Any] = {
        "dots": placed, "wide": WIDE, "high": HIGH, "ground": HIGH - 6,
        "ticks": [(across(n), n) for n in range(6)],
    }  # fmt: skip
    if score is not None:
        error = score.error or 0.0
        drawn |= {
            "mean": across(score.mean), "adjusted": across(score.adjusted),
            "low": across(score.adjusted - error), "high_end": across(score.adjusted + error),
        }  # fmt: skip
    return drawn
