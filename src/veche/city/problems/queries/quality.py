"""How answers stood up: to volunteers, to authors, to time. The figures that are published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from veche.city.problems import datasets_checks as data
from veche.city.problems.models import StandardAnswer
from veche.core.organisations.models import Holding, Organisation
from veche.figures import Dataset, Figure, compute
from veche.languages import here

FEW = 5
"""Fewer people than this are not counted in public."""
MARKS = ("good", "middling", "bad")


@dataclass
class Line:
    """One office, or the whole city."""

    code: str
    name: str
    looked: int = 0
    done: int = 0
    undone: int = 0
    came_back: int = 0
    marks: dict[str, int | None] = field(default_factory=dict)
    """By mark; None where fewer than five would be told."""

    @property
    def marked(self) -> Sequence[int | None]:
        """Good, middling, bad; 0 where nobody said so."""
        return [self.marks.get(mark, 0) for mark in MARKS]


@dataclass(frozen=True)
class Quality:
    """What the page shows."""

    whole: Line
    offices: Sequence[Line]
    asked: int
    said: dict[str, int]
    volunteers: int | None
    """How many hold the role; None while they are fewer than five."""
    joined: int
    ticked: Sequence[tuple[str, bool, int | None]]
    """Standard answer, whether it is a good one, how often."""


def _cells(figure: Figure, dataset: Dataset, at: dt.datetime) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        return compute(cursor, figure, dataset, at)


def quality(at: dt.datetime) -> Quality:
    """The figures of the page, by the definitions that are published."""
    (whole,) = [c["values"] for c in _cells(data.VERDICTS, data.ROUNDS, at)] or [[0] * 7]
    names = {o.code: str(o) for o in Organisation.objects.all()}
    lines: dict[str, Line] = {}

    def line(code: str | None) -> Line:
        return lines.setdefault(code or "", Line(code or "", names.get(code or "", code or "–")))

    for cell in _cells(data.VERDICTS_BY_OFFICE, data.ROUNDS, at):
        one = line(cell["group"][0])
        values = cell["values"]
        one.looked, one.done, one.undone = values[0], values[5], values[6]
    for cell in _cells(data.CAME_BACK, data.RECURRENCES, at):
        line(cell["group"][0]).came_back = cell["values"][0]
    for cell in _cells(data.MARKS_BY_OFFICE, data.SATISFACTION, at):
        line(cell["group"][0]).marks[cell["group"][1]] = cell["values"][0]
    city = Line("", "", whole[0], whole[5], whole[6], sum(x.came_back for x in lines.values()))
    for cell in _cells(data.MARKS, data.SATISFACTION, at):
        city.marks[cell["group"][0]] = cell["values"][0]
    joined = _cells(data.JOINED, data.JOINS, at)
    answers = {a.code: a for a in StandardAnswer.objects.all()}
    held = Holding.objects.filter(role="volunteer", since__lte=at).exclude(until__lte=at)
    people = held.values("person").distinct().count()
    return Quality(
        whole=city,
        offices=sorted(lines.values(), key=lambda x: (-x.looked - x.came_back, x.name)),
        asked=whole[1] or 0,
        said={"done": whole[2] or 0, "undone": whole[3] or 0, "not_found": whole[4] or 0},
        volunteers=people if people >= FEW else None,
        joined=joined[0]["values"][0] if joined else 0,
        ticked=[
            (here(answers[c["group"][0]].names), answers[c["group"][0]].good, c["values"][0])
            for c in _cells(data.TICKS, data.TICKED, at)
            if c["group"][0] in answers
        ],
    )
