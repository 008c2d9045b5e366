"""The promises of a choice as a table and as a feed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from veche import clock
from veche.city.delivery.queries import board as queries
from veche.city.delivery.views.common import cached
from veche.core.notices.feeds import EARLY, Atom
from veche.core.places.queries import Atlas, atlas
from veche.look import states
from veche.tables import csv_answer
from veche.texts import readable

HEAD = (
    "number", "title", "stands", "state", "office", "territory", "strategy", "goal",
    "made_datetime", "first_due", "due", "done_datetime", "closed_datetime", "days_late",
    "planned", "spent",
)  # fmt: skip
MOST_ROWS = 100_000
MOST_IN_FEED = 50


def address(number: str) -> str:
    """The page of a promise; the board where there is none."""
    try:
        return reverse("delivery:promise", args=[number])
    except NoReverseMatch:
        return reverse("delivery:board")


@require_safe
def csv(request: HttpRequest) -> HttpResponseBase:
    """The promises of the choice as a table."""
    places = atlas()
    which = queries.read_filter(request.GET, places)
    return csv_answer("promises", _table(which, clock.now(), places))


def _table(which: queries.Filter, at: dt.datetime, places: Atlas) -> Iterator[Sequence[object]]:
    yield HEAD
    for row in queries.all_of(which, at, places, MOST_ROWS):
        promise, case, goal = row.promise, row.promise.case, row.promise.goal
        yield (
            case.number,
            promise.title,
            row.group,
            case.state,
            case.organisation.code if case.organisation else "",
            places.by_id[case.territory_id].code,
            goal.strategy.code if goal else "",
            goal.code if goal else "",
            _moment(case.opened_at),
            promise.first_due_on or "",
            promise.due_on or "",
            _moment(promise.done_at),
            _moment(case.closed_at),
            row.days,
            row.planned,
            row.spent,
        )


def _moment(value: dt.datetime | None) -> str:
    return value.isoformat(timespec="seconds") if value else ""


@require_safe
def atom(request: HttpRequest) -> HttpResponse:
    """What moved last among the promises of the choice."""
    places, at = atlas(), clock.now()
    which = queries.read_filter(request.GET, places)
    rows = queries.newest(which, at, places, MOST_IN_FEED)
    query = which.parameters()
    made = Atom(
        title=_("Promises of the city"),
        link=request.build_absolute_uri(reverse("delivery:board") + query),
        name=f"promises{query}",
        updated=max((row.promise.case.moved_at or EARLY for row in rows), default=EARLY),
        own=request.build_absolute_uri(reverse("delivery:feed") + query),
    )
    for row in rows:
        case = row.promise.case
        moved = case.moved_at or case.opened_at
        made.add_item(
            title=readable(f"{states.find(row.state).word}: {row.promise.title}"),
            link=request.build_absolute_uri(address(case.number)),
            description=readable(row.promise.text),
            unique_id=f"tag:{settings.MAIL_HOST},{case.opened_at.date()}:{case.number}",
            pubdate=case.opened_at,
            updateddate=moved,
            author_name=str(case.organisation or ""),
        )
    answer = HttpResponse(
        made.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )
    return cached(request, answer, 60)
