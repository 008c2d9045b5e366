"""The agency's list of applications, its table, and where everybody's work begins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from veche import clock
from veche.city.pilots.access.applications import HEADS, SITE_OWNER, to_company
from veche.city.pilots.access.conflicts import barred
from veche.city.pilots.models import Appeal, Application, Call
from veche.city.pilots.procedure import ARBITER, FOUNDER, PILOT, PROGRAMME
from veche.city.pilots.queries import applications as queries
from veche.city.pilots.queries import screening
from veche.core.organisations.middleware import Asker, asker
from veche.errors import NotAllowed
from veche.look.http import sign_in
from veche.tables import csv_answer

HEAD = (
    "number", "title", "company", "identifier", "call", "department", "state", "late", "due",
    "sent", "decided", "readiness", "mean", "adjusted", "uncertainty",
)  # fmt: skip


class NotInside(NotAllowed):
    """They have no part in the programme."""

    code = "not-in-the-programme"


@never_cache
@require_safe
def screen(request: HttpRequest) -> HttpResponse:
    """The applications that somebody deals with, by call, stage and lateness."""
    who, at = asker(request), clock.now()
    if who.person is None:
        return sign_in(request)
    _check_staff(who)
    which = screening.read_filter(request.GET)
    rows = screening.listed(who.person, which, at)
    total = rows.count()
    last = max(1, -(-total // screening.PAGE))
    page = min(which.page, last)
    shown = rows[(page - 1) * screening.PAGE : page * screening.PAGE]
    context: dict[str, Any] = {
        "which": which,
        "rows": [_row(one, at) for one in shown],
        "total": total,
        "page": {"number": page, "last": last},
        "calls": _calls(who, at),
        "stages": [(one.code, one.title) for one in PILOT.states if one.code != "draft"],
        "query": which.query(),
        "tallies": screening.counts(who.person, at),
        "at": at,
    }
    return render(request, "pilots/applications_list.html", context)


def _row(one: Application, at: dt.datetime) -> dict[str, Any]:
    due = one.case.due_at
    open_ = one.case.closed_at is None
    return {
        "application": one,
        "state": f"pilot-{one.case.state}",
        "url": queries.address(one),
        "due": due if open_ else None,
        "late": open_ and due is not None and due < at,
    }


def _calls(who: Asker, at: dt.datetime) -> list[Call]:
    """The calls to which something was sent that they deal with."""
    mine = screening.listed(who.person, screening.Filter(stage="all"), at).order_by()
    rows = Call.objects.filter(pk__in=mine.values("call")).select_related("case")
    return list(rows.order_by("-case_id"))


def _check_staff(who: Asker) -> None:
    if not who.roles & {PROGRAMME, *HEADS}:
        raise NotInside


@never_cache
@require_safe
def csv(request: HttpRequest) -> HttpResponseBase:
    """The applications of the choice as a table."""
    who, at = asker(request), clock.now()
    if who.person is None:
        return sign_in(request)
    _check_staff(who)
    rows = screening.listed(who.person, screening.read_filter(request.GET), at)
    return csv_answer("applications", _table(list(rows), at))


def _table(rows: Sequence[Application], at: dt.datetime) -> Iterator[Sequence[object]]:
    yield HEAD
    for one in rows:
        row, case = _row(one, at), one.case
        yield (
            case.number, one.title, one.company.legal_name,
            f"{one.company.scheme}-{one.company.identifier}", one.call.case.number,
            one.department.code if one.department else "", case.state, row["late"],
            _moment(row["due"]), _moment(one.submitted_at), _moment(one.decided_at),
            one.readiness, one.mean, one.adjusted, one.uncertainty,
        )  # fmt: skip


def _moment(value: dt.datetime | None) -> str:
    return value.isoformat(timespec="seconds") if value else ""


@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The applications of all companies that somebody acts for."""
    who, at = asker(request), clock.now()
    if who.person is None:
        return sign_in(request)
    rows = to_company(who.person, at).order_by("case__closed_at", "-case_id")
    found = [{**_row(one, at), "stand": queries.stand_of(one, at)} for one in rows]
    context = {
        "rows": [row for row in found if row["application"].case.closed_at is None],
        "ended": [row for row in found if row["application"].case.closed_at is not None],
        "company": FOUNDER in who.roles,
    }
    return render(request, "pilots/applications_mine.html", context)


@never_cache
@require_safe
def mine_csv(request: HttpRequest) -> HttpResponseBase:
    """The same as a table."""
    who, at = asker(request), clock.now()
    if who.person is None:
        return sign_in(request)
    rows = to_company(who.person, at).order_by("-case_id")
    return csv_answer("applications", _own_table(list(rows)))


def _own_table(rows: Sequence[Application]) -> Iterator[Sequence[object]]:
    yield ("number", "title", "call", "state", "due", "sent", "decided", "reason")
    for one in rows:
        case = one.case
        due = case.due_at if case.closed_at is None else None
        yield (
            case.number, one.title, one.call.case.number, case.state, _moment(due),
            _moment(one.submitted_at), _moment(one.decided_at), one.reason,
        )  # fmt: skip


@never_cache
@require_safe
def work(request: HttpRequest) -> HttpResponse:
    """Where everybody's work in the programme begins: each role is led to its own."""
    who, at = asker(request), clock.now()
    if who.person is None:
        return sign_in(request)
    tallies = screening.counts(who.person, at) if who.roles & {PROGRAMME, *HEADS} else []
    first = screening.listed(who.person, screening.Filter(), at)[:8] if tallies else []
    own = to_company(who.person, at) if FOUNDER in who.roles else Application.objects.none()
    waiting = own.filter(case__state__in=("draft", "more_info")).order_by("case__due_at")
    context = {
        "tallies": tallies,
        "first": [_row(one, at) for one in first],
        "whole": sum(one.count for one in tallies),
        "late": sum(one.late for one in tallies),
        "waiting": [{**_row(one, at), "stand": queries.stand_of(one, at)} for one in waiting],
        "own": own.filter(case__closed_at__isnull=True).count(),
        "doors": _doors(who),
        "appeals": _appeals(who, at) if ARBITER in who.roles else [],
        "agency": PROGRAMME in who.roles,
        "founder": FOUNDER in who.roles,
    }
    return render(request, "pilots/applications_work.html", context)


DOORS: tuple[tuple[str, str, str | Promise], ...] = (
    ("pilots:reviews", "expert", _("What I have to read")),
    ("pilots:panels", "panellist", _("Panels I sit on")),
    ("pilots:sites-mine", SITE_OWNER, _("My sites")),
    ("pilots:calls", PROGRAMME, _("Calls for solutions")),
    ("pilots:scouted", PROGRAMME, _("What scouts found")),
    ("pilots:experts", PROGRAMME, _("Experts")),
    ("pilots:assignments", PROGRAMME, _("Who reads what")),
    ("pilots:panels", PROGRAMME, _("Panels")),
    ("pilots:matching", PROGRAMME, _("Matching")),
    ("pilots:companies", PROGRAMME, _("Companies")),
    ("pilots:contracts", PROGRAMME, _("Contracts")),
    ("pilots:authorities", PROGRAMME, _("Authorities")),
    ("pilots:settings", PROGRAMME, _("Settings of the programme")),
)
"""Where a role works besides what stands on the page: address, role, words."""


def _doors(who: Asker) -> list[tuple[str, str | Promise]]:
    """The pages to which the roles of a person lead, besides what stands on this one."""
    return [(reverse(name), word) for name, role, word in DOORS if role in who.roles]


def _appeals(who: Asker, at: dt.datetime) -> list[dict[str, Any]]:
    """The appeals that an arbiter may judge, those due first."""
    rows = Appeal.objects.filter(case__state="raised").select_related("case", "application__case")
    agencies = {one.organisation_id for one in who.holdings if one.organisation_id}
    rows = rows.exclude(application__in=barred(who.person, at))
    rows = rows.exclude(application__programme__agency__in=agencies)
    found = []
    for one in rows.order_by("case__due_at"):
        due = one.case.due_at
        found.append({"appeal": one, "due": due, "late": due is not None and due < at})
    return found
