"""The catalogue of connected systems, and the page of one: open to everybody."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from veche import clock
from veche.city.pulse.access import offices_read, reads, source_for, stewards, watches
from veche.city.pulse.connectors.base import NAMES, manifest, problem_words
from veche.city.pulse.models import Application
from veche.city.pulse.operations.sources import DOOR
from veche.city.pulse.queries import sources as queries
from veche.city.pulse.source_words import STATES, connector_word, reason_word, span
from veche.core.cases.terms import city_zone
from veche.core.organisations.middleware import asker
from veche.languages import here
from veche.look.http import cached
from veche.tables import csv_whole


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """Every department with its systems, and the systems of a choice."""
    at = clock.now()
    which = queries.read_which(request.GET)
    found = queries.catalogue(which, at)
    inside = watches(asker(request).holdings)
    last = max(1, -(-found.matching // queries.PAGE))
    which = replace(which, page=min(which.page, last))
    context: dict[str, Any] = {
        "which": which,
        "found": found,
        "rows": [
            (
                line,
                STATES[line.state],
                span(line.cadence),
                # It names machines and says what their databases answer: not for everybody.
                problem_words(line.problem) if inside else "",
            )
            for line in queries.lines(which, at)
        ],
        "states": [(STATES[state], count) for state, count in found.by_state],
        "owners": [(one, one.share) for one in found.owners],
        "connectors": [(name, connector_word(name)) for name in (DOOR, *NAMES)],
        "page": {"number": which.page, "last": last},
        "query": which.parameters(),
        "at": at,
        "steward": stewards(asker(request).holdings),
    }
    return cached(request, render(request, "pulse/sources/catalogue.html", context))


@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """The systems of a choice as a table."""
    at = clock.now()
    head = ["code", "name", "owner", "connector", "state", "seen_at", "cadence_s", "fresh_for_s",
            "public", "agreement_until", "applications", "taken", "refused"]  # fmt: skip
    rows = (
        [
            one.code,
            here(one.names),
            here(one.owner_names),
            one.connector,
            one.state,
            one.seen_at.isoformat() if one.seen_at else "",
            one.cadence,
            one.fresh_for,
            "yes" if one.public else "no",
            one.until.isoformat() if one.until else "",
            one.applications,
            one.taken,
            one.refused,
        ]
        for one in queries.all_lines(queries.read_which(request.GET), at)
    )
    return cached(request, csv_whole("sources", [head, *rows]))


@require_safe
def departments(request: HttpRequest) -> HttpResponse:
    """The departments with their systems as a table."""
    found = queries.catalogue(queries.Which(), clock.now())
    head = ["code", "name", "systems", "fresh", "stale", "new", "off", "applications"]
    rows = (
        [o.code, here(o.names), o.systems, o.fresh, o.stale, o.new, o.off, o.applications]
        for o in found.owners
    )
    return cached(request, csv_whole("departments", [head, *rows]))


@require_safe
def source(request: HttpRequest, code: str) -> HttpResponse:
    """One system: whose, what for, how it does, what was refused, who read it.

    Raises:
        UnknownSource: there is none.
    """
    at = clock.now()
    found, who = source_for(code), asker(request)
    steward, allowed = stewards(who.holdings), reads(found, who.holdings)
    inside = watches(who.holdings) or found.owner_id in offices_read(who.holdings)
    today = at.astimezone(city_zone()).date()
    # Who looked is shown to those who may look themselves: names of officers are not everybody's.
    looks = queries.looks(found) if allowed and not found.public else []
    context: dict[str, Any] = {
        "source": found,
        "state": STATES[queries.state_of(found, at)],
        "cadence": span(found.cadence),
        "fresh_for": span(found.fresh_for),
        "silent_for": at - found.seen_at if found.seen_at else None,
        "problem": problem_words(found.problem) if inside else "",
        "connector": connector_word(found.connector),
        "applications": Application.objects.filter(source=found).order_by("code")[:200],
        "told": queries.told(found),
        "turns": [(one, STATES[one.state]) for one in queries.turns(found)],
        "refusals": [
            (one, reason_word(one.reason), one.sample if allowed else "")
            for one in queries.refusals(found, today)
        ],
        "looks": looks,
        "allowed": allowed,
        "steward": steward,
        "keys": queries.keys(found) if steward else [],
        "polled": found.connector in NAMES and manifest(found.connector).way == "poll",
        "agreement_state": queries.agreement_state(found.agreement, today)
        if found.agreement
        else "",
    }
    return render(request, "pulse/sources/source.html", context)


@require_safe
def refusals(request: HttpRequest, code: str) -> HttpResponse:
    """What was refused of a source, by day and reason, as a table.

    Raises:
        UnknownSource: there is none.
    """
    found = source_for(code)
    today = clock.now().astimezone(city_zone()).date()
    rows = ([r.day.isoformat(), r.reason, r.count] for r in queries.refusals(found, today))
    return csv_whole(f"{found.code}-refused", [["day", "reason", "count"], *rows])
