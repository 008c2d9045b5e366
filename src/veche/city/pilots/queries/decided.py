"""Decided applications as everybody finds them: by words, how far they came, year and topic."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet

from veche.city.pilots.access.applications import PUBLIC
from veche.city.pilots.models import Application
from veche.city.pilots.procedure import PILOT, SECRET

PAGE = 30
STATES = tuple(state.code for state in PILOT.states if state.code not in SECRET)
HEAD = (
    "number", "title", "company", "state", "call", "decided", "report", "answer", "readiness",
)  # fmt: skip


@dataclass(frozen=True)
class Filter:
    """Which decided applications a list shows; its parameters stand in the address."""

    text: str = ""
    state: str = ""
    year: int | None = None
    topic: str = ""
    page: int = 1

    def parameters(self) -> str:
        """The filter as it stands in an address."""
        given = {
            "q": self.text, "state": self.state, "year": self.year or "", "topic": self.topic,
        }  # fmt: skip
        known = {name: value for name, value in given.items() if value}
        return f"?{urlencode(known)}" if known else ""


def read_filter(given: Mapping[str, str]) -> Filter:
    """The filter of an address; what is not known is left out."""
    year, page, state = given.get("year", ""), given.get("page", "1"), given.get("state", "")
    topic = given.get("topic", "")
    return Filter(
        text=" ".join(given.get("q", "")[:100].replace("\x00", "").split()),
        state=state if state in STATES else "",
        year=int(year) if year.isdecimal() and len(year) == 4 and int(year) else None,
        topic=topic if len(topic) <= 40 and "\x00" not in topic else "",
        page=max(1, int(page)) if page.isdecimal() and len(page) < 6 else 1,
    )


def decided(at: dt.datetime) -> QuerySet[Application]:
    """The applications that were decided, without what is long."""
    rows = Application.objects.filter(PUBLIC, decided_at__lte=at)
    return rows.select_related("case", "company", "call__case", "department").defer(
        "profile", "text", "call__tasks"
    )


def matching(which: Filter, at: dt.datetime) -> QuerySet[Application]:
    """Those of a choice, the newest decision first."""
    rows = decided(at)
    for word in which.text.split()[:6]:
        rows = rows.filter(
            Q(title__icontains=word)
            | Q(case__number__icontains=word)
            | Q(company__legal_name__icontains=word)
        )
    if which.state:
        rows = rows.filter(case__state=which.state)
    if which.year:
        rows = rows.filter(submitted_at__year=which.year)
    if which.topic:
        # Asked apart: a product with two targets under one goal would stand here twice.
        about = Q(product__technologies__code=which.topic) | Q(product__targets__code=which.topic)
        about |= Q(product__targets__goal__code=which.topic)
        rows = rows.filter(pk__in=Application.objects.filter(about).values("pk"))
    return rows.order_by("-decided_at", "-pk")


def years(at: dt.datetime) -> list[int]:
    """The years that decided applications were sent in, the newest first."""
    found = decided(at).order_by().values_list("submitted_at__year", flat=True).distinct()
    return sorted((int(one) for one in found if one), reverse=True)


def cells(which: Filter, at: dt.datetime) -> Iterator[tuple[Any, ...]]:
    """The rows of a choice for a table, its head first."""
    yield HEAD
    for one in matching(which, at):
        yield (
            one.case.number,
            one.title,
            one.company.legal_name,
            one.case.state,
            one.call.case.number,
            _day(one.decided_at),
            _day(one.evaluated_at),
            one.answer,
            "" if one.readiness is None else one.readiness,
        )


def _day(at: dt.datetime | None) -> str:
    return at.date().isoformat() if at else ""
