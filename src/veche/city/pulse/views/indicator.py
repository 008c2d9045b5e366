"""The page of an indicator: how it stands, its course against its season, what it is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from veche import clock
from veche.city.pulse import pictures, rules, sentences
from veche.city.pulse.access import watches
from veche.city.pulse.models import Alarm, Indicator, ObservedProperty
from veche.city.pulse.operations.indicators import SETTERS
from veche.city.pulse.operations.reckoning import judged_by
from veche.city.pulse.queries import now as queries
from veche.city.pulse.queries.course import DAYS, Hour, course
from veche.city.pulse.templatetags.signs import said
from veche.city.pulse.views.now import lines
from veche.city.pulse.words import LEVELS, THEMES, sphere_word
from veche.core.cases.terms import city_zone
from veche.core.organisations.middleware import asker
from veche.core.places.queries import atlas
from veche.errors import NotFound
from veche.languages import here
from veche.look.http import cached
from veche.tables import csv_answer

MOST_ROWS = 200
"""Places in the table of the page; the file has all."""


def indicator_for(request: HttpRequest, code: str) -> Indicator:
    """The indicator of this code, where whoever asks may see it.

    Raises:
        NotFound: there is none, or it is not public.
    """
    found = Indicator.objects.select_related("owner").filter(code=code).first()
    if found is None or not (found.public or watches(asker(request).holdings)):
        raise NotFound
    return found


def _chosen(request: HttpRequest, rows: Sequence[queries.Row]) -> queries.Row | None:
    """The place to be drawn: the one asked for, else the worst."""
    place, thing = request.GET.get("place", ""), request.GET.get("device", "")
    for row in rows:
        if row.territory.code == place and (not thing or str(row.thing or "") == thing):
            return row
    return rows[0] if rows else None


@require_safe
def indicator(request: HttpRequest, code: str) -> HttpResponse:
    """The page of one indicator."""
    found, at = indicator_for(request, code), clock.now()
    rows = queries.rows([found], atlas(), MOST_ROWS)
    row = _chosen(request, rows)
    hours = _hours(found, row) if row else []
    formula = rules.Formula.of(found.formula)
    measured = ObservedProperty.objects.filter(code=formula.property).first()
    said_property = (measured.properties or {}).get("names") if measured else None
    context: dict[str, Any] = {
        "one": found,
        "sentence": sentences.how_it_stands(found, rows),
        "rows": rows,
        "row": row,
        "chart": _chart(found, hours) if any(h.value is not None for h in hours) else None,
        "hours": hours[-25:],
        "usual": any(h.low is not None for h in hours),
        "days": DAYS,
        "formula": sentences.formula_in_words(
            found, here(said_property) or (measured.name if measured else "")
        ),
        "limits": sentences.limits_of(found),
        "hold": sentences.hold_in_words(found),
        "theme": THEMES.get(found.theme, found.theme),
        "sphere": sphere_word(found.sphere),
        "alarms": Alarm.objects.filter(indicator=found, drill=False)
        .select_related("territory", "thing")
        .order_by("-last_at", "-id")[:10],
        "sets": bool(asker(request).city_roles & set(SETTERS)),
        "inside": watches(asker(request).holdings),
        "at": at,
    }
    return cached(request, render(request, "pulse/indicator.html", context))


def _hours(found: Indicator, row: queries.Row, days: int = DAYS) -> list[Hour]:
    rule = judged_by(found)
    steps = next((s for s in (rule.season.steps if rule.season else ()) if s is not None), None)
    return course(
        found.pk, row.territory.pk, row.thing, clock.now(), days=days, steps=steps, rule=rule
    )


def _chart(found: Indicator, hours: Sequence[Hour]) -> pictures.Chart:
    zone = city_zone()
    limits = []
    for side in ("high", "low"):
        three = (found.limits or {}).get(side) or [None] * 3
        for level, value in zip(rules.LEVELS, three, strict=True):
            if value is not None:
                limits.append((float(value), f"{LEVELS[level]}: {said(value, found)}", level))
    return pictures.chart(
        [hour.at.astimezone(zone) for hour in hours],
        [hour.value for hour in hours],
        [hour.low for hour in hours],
        [hour.high for hour in hours],
        limits,
    )


@require_safe
def places_table(request: HttpRequest, code: str) -> HttpResponseBase:
    """Every place of an indicator as a table."""
    return csv_answer(f"{code}-places", lines([indicator_for(request, code)], atlas()))


@require_safe
def history_table(request: HttpRequest, code: str) -> HttpResponseBase:
    """The course of an indicator at a place over the last weeks as a table."""
    found = indicator_for(request, code)
    row = _chosen(request, queries.rows([found], atlas()))
    return csv_answer(f"{code}-course", _history(found, row))


def _history(found: Indicator, row: queries.Row | None) -> Iterator[Sequence[object]]:
    yield ("place", "device", "hour", "value", "unit", "usual_from", "usual_to")
    if row is None:
        return
    for hour in _hours(found, row, 28):
        shown = [
            "" if v is None else round(v, found.digits)
            for v in (hour.value, hour.low, hour.high)
        ]  # fmt: skip
        yield (row.territory.code, row.thing_name, hour.at.isoformat(timespec="seconds"),
               shown[0], found.unit, shown[1], shown[2])  # fmt: skip
