"""What the first page reads: problems near a place, and how the city keeps its terms."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from typing import Any

from django.db import connection

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


# Each part reads the last days by an index of its own: the past behind them costs nothing.
_OF_CITY = "c.territory_id = ANY(%(inside)s) AND c.state = ANY(%(public)s)"
_EACH_CASE = "CROSS JOIN LATERAL (SELECT * FROM cases_case o WHERE o.id = p.case_id OFFSET 0) c"
_KEEPING = f"""
SELECT *, (
    SELECT count(*) FROM cases_case c
    WHERE c.procedure = 'problem' AND c.state = ANY(%(unanswered)s) AND c.due_at < %(at)s
        AND {_OF_CITY}
  ) AS late
FROM (
    SELECT count(*) FILTER (WHERE p.answer_due_at IS NOT NULL) AS answers,
        count(*) FILTER (WHERE p.answered_at <= p.answer_due_at) AS in_time,
        count(*) FILTER (WHERE p.answered_at > %(week)s) AS answered_week
    FROM problems_problem p {_EACH_CASE}
    WHERE p.answered_at > %(month)s AND p.answered_at <= %(at)s AND {_OF_CITY}
) answered, (
    SELECT count(*) AS confirmed,
        count(*) FILTER (WHERE p.confirmed_at > %(week)s) AS confirmed_week
    FROM problems_problem p {_EACH_CASE}
    WHERE p.confirmed_at > %(month)s AND p.confirmed_at <= %(at)s AND {_OF_CITY}
) confirmed, (
    SELECT count(*) AS reported_week
    FROM cases_case c
    WHERE c.procedure = 'problem' AND c.opened_at > %(week)s AND {_OF_CITY}
) reported
"""
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
    values: dict[str, Any] = {
        "at": at,
        "month": at - MONTH,
        "week": at - WEEK,
        "inside": places.inside(city),
        "public": list(PUBLIC),
        "unanswered": list(UNANSWERED),
    }
    with connection.cursor() as cursor:
        cursor.execute(_KEEPING, values)
        names = [column.name for column in cursor.description]
        counted = dict(zip(names, cursor.fetchone(), strict=True))
    found = Keeping(at=at, **counted)
    if len(_remembered) > 32:
        _remembered.clear()
    _remembered[key] = (time.monotonic(), found)
    return found


def forget() -> None:
    """Count afresh at the next call."""
    _remembered.clear()
