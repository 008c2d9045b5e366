"""What the first page reads: problems near a place, and how the city keeps its terms."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, F, Q

from veche.city.problems.models import Problem
from veche.city.problems.procedure import PUBLIC, UNANSWERED
from veche.city.problems.queries import lists
from veche.city.problems.queries import rows as pages
from veche.city.problems.queries.categories import Kinds
from veche.core.places.models import Territory
from veche.core.places.queries import Atlas

NEAR = 5
"""How many problems stand on the first page."""
MONTH = dt.timedelta(days=30)
WEEK = dt.timedelta(days=7)
SOON = dt.timedelta(days=1)
REMEMBER_SECONDS = 30.0
"""How long the counts are remembered by a process; the page says the time they are of."""


@dataclass(frozen=True)
class Near:
    """A problem of the list beside the map."""

    label: str
    problem: Problem
    state: str
    """Code of the state as shown: late and soon come before the state of the procedure."""
    due_at: dt.datetime | None

    @property
    def tone(self) -> str:
        """How its mark is drawn."""
        return "late" if self.state == "late" else ""


@dataclass(frozen=True)
class Keeping:
    """How the city kept its terms; each number answers a question of its own, none is a part."""

    at: dt.datetime
    answers: int
    """First answers and refusals of the last 30 days that had a term."""
    in_time: int
    """Those of them given within the first term."""
    late: int
    """Problems without an answer whose term is over now."""
    confirmed: int
    """Problems whose authors confirmed in the last 30 days that they are solved."""
    reported_week: int
    answered_week: int
    confirmed_week: int

    @property
    def share(self) -> float | None:
        """The share of answers in time; None where no answer has a known term."""
        return self.in_time / self.answers if self.answers else None


def shown_state(problem: Problem, at: dt.datetime) -> str:
    """Late and soon for what waits for an office, else the state of its procedure."""
    case = problem.case
    if case.state in UNANSWERED and case.due_at is not None:
        if case.due_at < at:
            return "late"
        if case.due_at - at <= SOON:
            return "soon"
    return case.state


def near(place: Territory, at: dt.datetime, places: Atlas, known: Kinds) -> list[Near]:
    """The newest open problems of a place."""
    which = lists.Filter(
        city=places.by_id.get(place.city_id or place.pk, place), place=place, state="open"
    )
    rows = pages.page_of(which, at, places, known, NEAR)
    return [
        Near(str(number), row, shown_state(row, at), row.case.due_at)
        for number, row in enumerate(rows, 1)
    ]


_remembered: dict[tuple[str, int], tuple[float, Keeping]] = {}


def keeping(city: Territory, at: dt.datetime, places: Atlas) -> Keeping:
    """The counts of a city, at most half a minute old."""
    key = (str(connection.settings_dict["NAME"]), city.pk)
    kept = _remembered.get(key)
    # The demo's clock may have been turned by days meanwhile: then it is counted again.
    if (
        kept
        and time.monotonic() - kept[0] < REMEMBER_SECONDS
        and dt.timedelta(0) <= at - kept[1].at < dt.timedelta(minutes=5)
    ):
        return kept[1]
    inside = places.inside(city)
    rows = Problem.objects.filter(case__territory_id__in=inside, case__state__in=PUBLIC)
    month = Q(answered_at__gt=at - MONTH, answered_at__lte=at, answer_due_at__isnull=False)
    week = Q(answered_at__gt=at - WEEK, answered_at__lte=at)
    counted: Mapping[str, int] = rows.order_by().aggregate(
        answers=Count("pk", filter=month),
        in_time=Count("pk", filter=month & Q(answered_at__lte=F("answer_due_at"))),
        late=Count("pk", filter=Q(case__state__in=UNANSWERED, case__due_at__lt=at)),
        confirmed=Count("pk", filter=Q(confirmed_at__gt=at - MONTH, confirmed_at__lte=at)),
        reported_week=Count("pk", filter=Q(case__opened_at__gt=at - WEEK)),
        answered_week=Count("pk", filter=week),
        confirmed_week=Count("pk", filter=Q(confirmed_at__gt=at - WEEK)),
    )
    found = Keeping(at=at, **counted)
    if len(_remembered) > 32:
        _remembered.clear()
    _remembered[key] = (time.monotonic(), found)
    return found


def forget() -> None:
    """Count afresh at the next call."""
    _remembered.clear()
