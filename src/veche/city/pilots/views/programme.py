"""The public page of the programme: what it is for, how far applications come, what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from veche import clock
from veche.city.pilots.access.applications import PUBLIC
from veche.city.pilots.access.trials import PUBLIC_TRIAL
from veche.city.pilots.datasets.programme import FUNNEL
from veche.city.pilots.models import Application, Evaluation, Programme, Trial
from veche.city.pilots.queries import calls
from veche.city.pilots.queries.statistics import Statistics, statistics
from veche.city.pilots.rules.results import Share
from veche.city.pilots.words.trials import STAGES
from veche.look.http import cached
from veche.look.words import percent
from veche.tables import csv_whole

CALLS, REPORTS, TRIALS = 5, 5, 5
"""So many open calls, newest reports and running trials are named; the lists have all."""
TOPICS = 12


def _told(share: Share) -> str:
    """The interval of a share in words; empty of nothing."""
    if share.interval is None:
        return ""
    low, high = share.interval
    return _("between %(low)s and %(high)s in 95 cases of 100, counting chance alone") % {
        "low": percent(low),
        "high": percent(high),
    }


def _funnel(found: Statistics) -> list[dict[str, Any]]:
    most = max(found.funnel.values(), default=0)
    return [{"title": one.title, "count": found.funnel[one.name], "most": most} for one in FUNNEL]


def _stages(found: Statistics) -> list[dict[str, Any]]:
    most = max((one.ninetieth or 0 for one in found.stages), default=0)
    return [{"title": STAGES[one.stage], "one": one, "most": max(most, 1)} for one in found.stages]


def _reports() -> list[Evaluation]:
    # A hidden application is asked for apart: what is public of one is one rule.
    shown = Application.objects.filter(PUBLIC).values("pk")
    rows = Evaluation.objects.filter(published_at__isnull=False, trial__application__in=shown)
    rows = rows.order_by("-published_at", "-pk")
    return list(
        rows.select_related("trial__application__case", "trial__application__company").defer(
            "pdf", "trial__application__profile", "trial__application__text"
        )[:REPORTS]
    )


def _running() -> list[Trial]:
    rows = Trial.objects.filter(PUBLIC_TRIAL, ended_at=None).order_by("ends_at", "pk")
    return list(
        rows.select_related("application__case", "site").defer(
            "application__profile", "application__text"
        )[:TRIALS]
    )


@require_safe
def programme(request: HttpRequest) -> HttpResponse:
    """All of it on one page; every figure leads to its rows."""
    at = clock.now()
    found = statistics(at)
    opened = list(calls.chosen(calls.Choice()).filter(case__state__in=calls.GROUPS["open"])[:CALLS])
    context = {
        "programme": Programme.objects.select_related("agency").order_by("pk").first(),
        "found": found,
        "rolled": _told(found.rolled),
        "funnel": _funnel(found),
        "stages": _stages(found),
        "calls": [(one, calls.stand(one, at)) for one in opened],
        "reports": _reports(),
        "running": _running(),
        "topics": [
            (_("By goal"), "goal", found.goals[:TOPICS]),
            (_("By technology"), "technology", found.technologies[:TOPICS]),
        ],
    }
    return cached(request, render(request, "pilots/programme_programme.html", context))


HEAD = ("figure", "group", "value", "of")


def _rows(found: Statistics) -> Iterator[tuple[object, ...]]:
    for name, count in found.funnel.items():
        yield "funnel", name, count, ""
    for name, share in (
        ("rolled_out", found.rolled), ("small", found.small), ("women_led", found.women),
    ):  # fmt: skip
        yield "share", name, share.part, share.of
    yield "contracts", found.currency, found.money, found.contracted
    yield "testers", "", "" if found.testers is None else found.testers, ""
    yield "judged_now", "", "" if found.judged is None else found.judged, ""
    yield "sites", "", found.sites, ""
    yield "trials", "", found.trials, ""
    for one in (*found.stages, found.whole):
        yield "median_days", one.stage, "" if one.median is None else one.median, one.passed
        yield (
            "ninetieth_days",
            one.stage,
            "" if one.ninetieth is None else one.ninetieth,
            one.passed,
        )
    for year in found.years:
        yield "decided", year.year, year.decided, ""
        yield "tested", year.year, year.tested, ""
        yield "rolled_out", year.year, year.rolled_out, year.decided
        yield "contracts", year.year, year.money, ""
    for kind, rows in (("goal", found.goals), ("technology", found.technologies)):
        for topic in rows:
            yield f"decided_by_{kind}", topic.code, topic.decided, ""
            yield f"tested_by_{kind}", topic.code, topic.tested, topic.decided
            yield f"rolled_out_by_{kind}", topic.code, topic.rolled_out, topic.decided


@require_safe
def csv(request: HttpRequest) -> HttpResponse:
    """Every number of the page as a table."""
    return cached(request, csv_whole("pilots", [HEAD, *_rows(statistics(clock.now()))]))


__all__ = ["csv", "programme"]
