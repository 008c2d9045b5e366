"""The red list and the score cards, as pages, tables and a feed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.http import require_safe

from veche import clock
from veche.city.problems.views.common import cached
from veche.core.organisations.models import Organisation
from veche.errors import NotFound
from veche.portal.public import red_list, scorecards
from veche.tables import csv_answer, csv_whole

BARS = 10
"""Offices in a small picture."""
SECONDS = 30
"""For which other visitors may be given the same page."""


def _office(code: str) -> Organisation:
    """The office of this code. Raises: NotFound."""
    found = Organisation.objects.filter(code=code, imported=False).first()
    if found is None:
        raise NotFound
    return found


def _chosen(request: HttpRequest) -> Organisation | None:
    """The office in the address; None where none, or none that is known, is named."""
    code = request.GET.get("office", "").replace("\x00", "")[:80]
    return Organisation.objects.filter(code=code).first() if code else None


# The red list ---------------------------------------------------------------------------------


@require_safe
def red_list_page(request: HttpRequest) -> HttpResponse:
    """Promises so long overdue that everybody is told, the longest first."""
    at, office = clock.now(), _chosen(request)
    code = office.code if office else ""
    count = red_list.count(at, code)
    last = max(1, -(-count // red_list.PAGE))
    asked = request.GET.get("page", "1")
    known = asked.isascii() and asked.isdigit() and len(asked) < 7
    page = min(max(int(asked), 1), last) if known else 1
    context: dict[str, Any] = {
        "at": at,
        "office": office,
        "count": count,
        "rows": list(red_list.listed(at, code, page)),
        "offices": red_list.by_office(at),
        "page": page,
        "last": last,
        "late_url": reverse("problems:list") + "?state=late",
        "query": f"?office={code}" if code else "",
    }
    return cached(request, render(request, "portal/red_list.html", context), SECONDS)


@require_safe
def red_list_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The red list as a table file."""
    at, office = clock.now(), _chosen(request)

    def rows() -> Any:
        yield (
            "service_request_id", "agency_responsible", "agency_name", "service_code", "district",
            "first_expected_datetime", "expected_datetime", "days_late", "returns", "link",
        )  # fmt: skip
        for row in red_list.listed(at, office.code if office else "", size=red_list.MOST):
            path = reverse("problems:matter", args=[row.number])
            yield (
                row.number,
                row.office.code if row.office else "",
                str(row.office or ""),
                row.problem.category.code,
                row.problem.case.territory.code,
                row.first_promised_at.isoformat(timespec="seconds"),
                row.promised_at.isoformat(timespec="seconds"),
                row.days,
                row.problem.returns,
                request.build_absolute_uri(path),
            )

    return csv_answer(f"red-list-{at:%Y-%m-%d}", rows())


@require_safe
def red_list_feed(request: HttpRequest) -> HttpResponse:
    """The red list as an Atom feed."""
    at, office = clock.now(), _chosen(request)
    code = office.code if office else ""
    page = reverse("portal:red-list") + (f"?office={code}" if code else "")
    made = Atom1Feed(
        title=gettext("Red list: {name}").format(name=office or gettext("all offices")),
        link=request.build_absolute_uri(page),
        description="",
        language=get_language() or "en",
        feed_url=request.build_absolute_uri(),
    )
    for row in red_list.listed(at, code):
        link = request.build_absolute_uri(reverse("problems:matter", args=[row.number]))
        made.add_item(
            title=f"{row.number}: {row.title}" if row.title else row.number,
            link=link,
            description=ngettext(
                "%(office)s is %(n)s day late.", "%(office)s is %(n)s days late.", row.days
            )
            % {"office": row.office or "", "n": row.days},
            unique_id=f"{link}#{row.first_promised_at:%Y%m%d}",
            pubdate=row.first_promised_at,
            updateddate=row.promised_at,
        )
    return HttpResponse(made.writeString("utf-8"), content_type="application/atom+xml")


# Score cards ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Period:
    """Which problems the cards are of."""

    year: int | None
    lately: bool
    """Those of the last days: what is shown where nothing was chosen."""

    @property
    def query(self) -> str:
        """The period as it stands in an address."""
        return "" if self.lately else f"?year={self.year or 'all'}"

    def cards(self, at: dt.datetime) -> scorecards.Cards:
        """The cards of it."""
        return scorecards.remembered(at, self.year, lately=self.lately)


def _period(request: HttpRequest, known: list[int]) -> _Period:
    asked = request.GET.get("year", "")
    year = int(asked) if asked in {str(one) for one in known} else None
    return _Period(year, lately=year is None and asked != "all")


def _cells(card: scorecards.Card, names: Any) -> list[tuple[str, Any, int | None]]:
    """Kind, value and decimals of each column."""
    return [
        ("share" if name in scorecards.SHARES else "number", card.shown(name),
         1 if name in scorecards.TIMES else None)
        for name in names
    ]  # fmt: skip


def _pictures(rows: list[scorecards.Card]) -> list[dict[str, Any]]:
    """Small pictures of the same offices in the same order: two of speed, two of quality."""
    rows = rows[:BARS]

    def picture(title: str, tone: str, values: list[float | None], share: bool) -> dict[str, Any]:
        most = 1.0 if share else max([v for v in values if v is not None], default=0)
        bars = [(row.office, v) for row, v in zip(rows, values, strict=True)]
        return {"title": title, "tone": tone, "bars": bars, "most": most, "share": share}

    def returned(card: scorecards.Card) -> float | None:
        given = (card.values.get("answered_in_time") or 0) + (card.values.get("answered_late") or 0)
        return (card.values.get("returned") or 0) / given if given else None

    return [
        picture(
            gettext("Speed: what share of the answers came in time?"), "1",
            [row.in_time for row in rows], True,
        ),
        picture(
            gettext("Speed: half of the answers took at most how many days?"), "1",
            [row.shown("answer_median") for row in rows], False,
        ),
        picture(
            gettext("Quality: what share of the ended was seen done by others?"), "2",
            [row.solved for row in rows], True,
        ),
        picture(
            gettext("Quality: for every answer, how many problems were returned?"), "2",
            [returned(row) for row in rows], True,
        ),
    ]  # fmt: skip


@require_safe
def offices(request: HttpRequest) -> HttpResponse:
    """All offices beside each other: speed and quality apart."""
    at = clock.now()
    known = scorecards.years(at)
    period = _period(request, known)
    found = period.cards(at)
    context: dict[str, Any] = {
        "at": found.at,
        "period": period,
        "lately": scorecards.LATELY_WORD,
        "years": known,
        "speed": scorecards.SPEED,
        "quality": scorecards.QUALITY,
        "speed_rows": [(c.office, _cells(c, scorecards.SPEED)) for c in found.rows],
        "quality_rows": [(c.office, _cells(c, scorecards.QUALITY)) for c in found.rows],
        "speed_total": _cells(found.total, scorecards.SPEED),
        "quality_total": _cells(found.total, scorecards.QUALITY),
        "pictures": _pictures(list(found.rows)),
        "bars": BARS,
        "query": period.query,
    }
    return cached(request, render(request, "portal/offices.html", context), SECONDS)


@require_safe
def offices_csv(request: HttpRequest) -> HttpResponse:
    """The score cards as a table file; times in seconds."""
    at = clock.now()
    period = _period(request, scorecards.years(at))
    found = period.cards(at)
    names = [*scorecards.SPEED, *scorecards.QUALITY]
    heads = [f"{name}_seconds" if name in scorecards.TIMES else name for name in names]
    rows: list[list[Any]] = [["office", "office_name", *heads]]
    for card in [*found.rows, found.total]:
        values = (card.values.get(name) for name in names)
        rows.append(
            [
                card.office.code if card.office else "*",
                str(card.office or ""),
                *("" if v is None else v for v in values),
            ]
        )
    name = f"offices-{'lately' if period.lately else period.year or 'all'}"
    return cached(request, csv_whole(f"{name}-{found.at:%Y-%m-%d}", rows), SECONDS)


@require_safe
def office(request: HttpRequest, code: str) -> HttpResponse:
    """The score card of one office, beside the whole city. Raises: NotFound."""
    at, one = clock.now(), _office(code)
    known = scorecards.years(at)
    period = _period(request, known)
    found = period.cards(at)
    card = found.of(one)
    months = scorecards.months(one, at)

    def rows(names: dict[str, Any]) -> list[dict[str, Any]]:
        mine, whole = _cells(card, names), _cells(found.total, names)
        return [
            {"word": word, "how": how, "cell": a, "whole": b}
            for (word, how), a, b in zip(names.values(), mine, whole, strict=True)
        ]

    context: dict[str, Any] = {
        "at": found.at,
        "office": one,
        "card": card,
        "total": found.total,
        "period": period,
        "lately": scorecards.LATELY_WORD,
        "years": known,
        "parts": [
            (gettext("Speed"), "speed", rows(scorecards.SPEED)),
            (gettext("Quality"), "quality", rows(scorecards.QUALITY)),
        ],
        "months": months,
        "longest": max([m.days for m in months if m.days is not None], default=0),
        "largest": max([m.received for m in months], default=0),
        "red": red_list.count(at, one.code),
        "contracts": scorecards.contracts(one, at),
        "query": period.query,
    }
    return cached(request, render(request, "portal/office.html", context), SECONDS)
