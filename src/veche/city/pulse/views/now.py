"""The city now: one sentence, what stands out, every sign by sphere, every district."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from veche import clock
from veche.city.pulse import sentences
from veche.city.pulse.access import watches
from veche.city.pulse.models import Indicator
from veche.city.pulse.queries import now as queries
from veche.city.pulse.templatetags.signs import said
from veche.city.pulse.words import LEVELS, STATES, alarm_name, sphere_word
from veche.core.notices.feeds import EARLY, Atom
from veche.core.organisations.middleware import asker
from veche.core.places.ground import ground, rings_of
from veche.core.places.queries import Atlas, atlas
from veche.languages import here
from veche.look.http import cached
from veche.look.plan import Outline, Plan
from veche.tables import csv_answer, csv_whole
from veche.texts import readable

SHARE = {"watch": "share-1", "warning": "share-3", "critical": "share-4"}
"""How dark a district is drawn in each state; its word stands on it."""


def staff(request: HttpRequest) -> bool:
    """Whether whoever asks watches the city, and sees what is not everybody's."""
    return watches(asker(request).holdings)


@require_safe
def now(request: HttpRequest) -> HttpResponse:
    """The city now."""
    places, at, inside = atlas(), clock.now(), staff(request)
    indicators = queries.seen_by(inside)
    signs = queries.signs(indicators, places, at)
    districts = queries.districts(indicators, places)
    context: dict[str, Any] = {
        "sentence": sentences.how_the_city_is(signs, queries.silent_sources()),
        "attention": [one for one in signs if one.state in ("critical", "warning", "watch")],
        "spheres": [
            (code, sphere_word(code), sentences.counted(rows), rows)
            for code, rows in queries.by_sphere(signs)
        ],
        "whole": request.GET.get("all") == "1",
        "districts": districts,
        "map": _map(districts, places),
        "at": at,
        "inside": inside,
    }
    return cached(request, render(request, "pulse/now.html", context))


def _map(districts: Sequence[queries.District], places: Atlas) -> Plan | None:
    """The districts, the darker the worse, with the word of their state; None without outlines."""
    city = places.home()
    if city is None or not districts:
        return None
    outlines = [one for one in ground(city, places).outlines if one.kind == "city"]
    for one in districts:
        rings = rings_of(one.territory.outline)
        if one.state in SHARE:
            outlines.append(Outline("", rings, SHARE[one.state]))
        word = STATES[one.state][0]
        outlines.append(Outline(f"{one.territory}\n{word}", rings, "district"))
    return Plan(
        bounds=city.bounds,
        outlines=outlines,
        title=_("Map: how each district is now; the table beside it says the same"),
        ratio="4x3",
    )


HEAD = ("indicator", "name", "place", "device", "value", "unit", "state", "since", "data_time")


@require_safe
def table(request: HttpRequest) -> HttpResponseBase:
    """Every sign at every place as a table."""
    return csv_answer("city-now", lines(queries.seen_by(staff(request)), atlas()))


def lines(indicators: Sequence[Indicator], places: Atlas) -> Iterator[Sequence[object]]:
    """The rows of these indicators as a table; values as everybody sees them."""
    yield HEAD
    for row in queries.rows(indicators, places):
        value = row.value
        yield (
            row.indicator.code,
            here(row.indicator.names),
            row.territory.code,
            row.thing_name,
            "" if value is None else round(value, row.indicator.digits),
            row.indicator.unit,
            row.state,
            row.since.isoformat(timespec="seconds"),
            row.data_at.isoformat(timespec="seconds") if row.data_at else "",
        )


@require_safe
def districts_table(request: HttpRequest) -> HttpResponseBase:
    """How every district is, as a table."""
    found = queries.districts(queries.seen_by(staff(request)), atlas())
    head = ("district", "name", "state", "need_attention", "watched", "as_usual", "silent")
    rows = [
        (
            one.territory.code,
            str(one.territory),
            one.state,
            one.attention,
            one.counts.get("watch", 0),
            one.counts.get("normal", 0),
            one.silent,
        )
        for one in found
    ]
    return csv_whole("districts-now", [head, *rows])


@require_safe
def warnings(request: HttpRequest) -> HttpResponse:
    """The feed of warnings: what was raised of what everybody may see, the newest first."""
    alarms = queries.public_warnings()
    newest = max((one.returned_at or one.last_at for one in alarms), default=EARLY)
    made = Atom(
        title=_("Warnings of the city"),
        link=request.build_absolute_uri(reverse("pulse:now")),
        name="pulse-warnings",
        updated=newest,
        own=request.build_absolute_uri(reverse("pulse:warnings")),
    )
    for alarm in alarms:
        assert alarm.indicator is not None
        address = reverse("pulse:indicator", args=[alarm.indicator.code])
        ended = alarm.returned_at
        made.add_item(
            title=readable(f"{LEVELS[alarm.level]}: {alarm_name(alarm)}, {alarm.territory}"),
            link=request.build_absolute_uri(f"{address}?place={alarm.territory.code}"),
            description=readable(
                _("It is as it should be again.")
                if ended
                else _("Now: {value}.").format(value=said(alarm.value, alarm.indicator))
            ),
            unique_id=f"tag:{settings.MAIL_HOST},{alarm.first_at.date()}:pulse-alarm-{alarm.pk}",
            pubdate=alarm.first_at,
            updateddate=ended or alarm.last_at,
            author_name=here(settings.TOWN_NAMES) or settings.MAIL_HOST,
        )
    answer = HttpResponse(
        made.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )
    answer["Last-Modified"] = newest.astimezone(dt.UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    return cached(request, answer, 30)
