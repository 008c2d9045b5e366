"""The steps of a scripted incident that problems play: a report of a resident, and calling others
to it."""

from __future__ import annotations

import datetime as dt
import uuid

from veche.city.dispatch.models import Incident
from veche.city.dispatch.operations import incidents
from veche.city.dispatch.scenario import NotAScript, Play, Step
from veche.city.dispatch.scenario_steps import kind_of
from veche.city.problems import operations
from veche.city.problems.models import Problem
from veche.city.problems.operations.several import make_incident

LAST = "problems.last"
"""Under this the last problem is remembered."""


def problem(*, at: dt.datetime, step: Step, play: Play) -> str:
    """A resident reports something and a moderator publishes it. In a drill it is only said: a
    problem has no mark, and would be in every figure."""
    if play.drill:
        return step.text("text")
    longitude, latitude = step.asks.get("point", (0.0, 0.0))
    made = operations.report(
        by=play.person(step.who, at), at=at, submission=uuid.uuid4(),
        category=step.text("category"), text=step.text("text"), longitude=float(longitude),
        latitude=float(latitude), address=str(step.asks.get("address", "")),
    )  # fmt: skip
    moderator = play.person(str(step.asks.get("moderator", "moderator")), at)
    if moderator is None:
        raise NotAScript(number=step.number, fault="moderator?")
    operations.accept(by=moderator, at=at, case=made.case)
    play.known[LAST] = made.pk
    return made.case.number


def several(*, at: dt.datetime, step: Step, play: Play) -> str:
    """The last problem needs several offices: it becomes an incident."""
    by, kind = play.person(step.who, at), kind_of(step, play)
    if play.drill:
        made = incidents.report(
            by=by, at=at, kind=kind, territory=play.place(step), title=step.text("title"),
            source=Incident.Source.PROBLEM, drill=True,
        )  # fmt: skip
    else:
        if LAST not in play.known or by is None:
            raise NotAScript(number=step.number, fault="problem?")
        found = Problem.objects.select_related("case__territory", "category").get(
            pk=play.known[LAST]
        )
        made = make_incident(
            by=by, at=at, problem=found, kind=kind, title=str(step.asks.get("title", ""))
        )
    play.keep(step, made)
    return f"{made.case.number} {made.title}"
