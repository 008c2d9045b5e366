"""The pages of the evaluation: six families of indicators, and where they stand in ISO 37120."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from veche import clock
from veche.city.dispatch.indicators import FAMILIES, GROUPINGS, Grouping
from veche.city.dispatch.iso import MAPPED
from veche.city.dispatch.models import IncidentKind
from veche.city.dispatch.procedure import INCIDENT, TASK
from veche.city.dispatch.queries.packets import unit_name
from veche.city.dispatch.rules_packets import TIERS
from veche.core.opendata.queries import NoSuchDataset, figure, remembered
from veche.core.organisations.models import Organisation
from veche.core.places.queries import atlas
from veche.figures import Measure, Value
from veche.look.http import cached
from veche.look.words import percent
from veche.tables import csv_whole

SIGN_STATES = {
    "normal": gettext_lazy("as usual"),
    "watch": gettext_lazy("to be watched"),
    "warning": gettext_lazy("warning"),
    "critical": gettext_lazy("critical"),
    "stale": gettext_lazy("no fresh data"),
    "none": gettext_lazy("no data yet"),
}
"""A state of a vital sign, as the data set of them names it → word."""
VITAL = ("vital_signs_by_state", "warnings_by_indicator")
"""Published figures of a module above: asked by name, and left out where there are none."""


def _cells(name: str, at: dt.datetime) -> list[dict[str, Value]] | None:
    """The cells of a published figure; None where no module publishes it."""
    try:
        found, over = figure(name)
    except NoSuchDataset:
        return None
    return remembered(found, over, at).value


def _chosen(request: HttpRequest) -> Grouping:
    asked = request.GET.get("by", "")
    return next((one for one in GROUPINGS if one.code == asked), GROUPINGS[0])


def _names(grouping: Grouping) -> dict[Any, str]:
    """The groups of a table in words."""
    if grouping.code == "unit":
        return {o.code: str(o) for o in Organisation.objects.filter(imported=False)}
    if grouping.code == "kind":
        return {k.code: str(k) for k in IncidentKind.objects.all()}
    if grouping.code == "tier":
        return {int(code[-1]): unit_name(code) for code in TIERS}
    if grouping.code == "district":
        return {code: str(place) for code, place in atlas().by_code.items()}
    return {}


def _table(
    name: str, measures: tuple[Measure, ...], names: dict[Any, str], at: dt.datetime
) -> list[dict[str, Any]]:
    rows = []
    for cell in _cells(name, at) or ():
        group = cell["group"][0] if cell["group"] else None
        title = names.get(group, group) if cell["group"] else _("The whole city")
        rows.append(
            {
                "title": _("not known") if title is None else title,
                "values": list(zip(measures, cell["values"], strict=True)),
            }
        )
    return rows


@require_safe
def evaluation(request: HttpRequest) -> HttpResponse:
    """The six families, divided as asked."""
    at, grouping = clock.now(), _chosen(request)
    names = _names(grouping)
    tables = [
        {
            "code": code,
            "title": title,
            "measures": measures,
            "rows": _table(f"incidents_{code}_by_{grouping.code}", measures, names, at),
        }
        for code, title, measures in FAMILIES
    ]
    whole = _cells("incidents_ratio_by_city", at) or []
    handled = _cells("incidents_handled_by_city", at) or []
    # A share of nothing has no value.
    above, below = (whole[0]["values"][0] if whole else None) or (0, 0)
    titles = {state.code: state.title for way in (TASK, INCIDENT) for state in way.states}
    signs = _cells(VITAL[0], at)
    context: dict[str, Any] = {
        "groupings": [(one, one is grouping) for one in GROUPINGS],
        "grouping": grouping,
        "tables": tables,
        "in_time": percent(above / below) if below else "",
        "opened": handled[0]["values"][0] if handled else 0,
        "kinds": _kinds(at),
        "signs": signs
        and [
            {"title": SIGN_STATES.get(cell["group"][0], ""), "count": cell["values"][0]}
            for cell in signs
        ],
        "signs_all": sum(cell["values"][0] for cell in signs or ()),
        "warnings": sum(cell["values"][0] for cell in _cells(VITAL[1], at) or ()),
        "steps": [
            (titles.get(cell["group"][0], cell["group"][0]), cell["values"])
            for cell in _cells("incident_steps_by_state", at) or ()
        ],
    }
    return cached(request, render(request, "dispatch/evaluation/evaluation.html", context))


def _kinds(at: dt.datetime) -> list[dict[str, Any]]:
    """Every scenario: a kind of incident with what it is handled by."""
    names = _names(next(one for one in GROUPINGS if one.code == "kind"))
    handled = {c["group"][0]: c["values"] for c in _cells("incidents_handled_by_kind", at) or ()}
    ratio = {c["group"][0]: c["values"] for c in _cells("incidents_ratio_by_kind", at) or ()}
    return [
        {
            "title": name,
            "opened": handled[code][0] if code in handled else 0,
            "in_time": ratio[code][0] if code in ratio else None,
            "false": ratio[code][5] if code in ratio else None,
        }
        for code, name in sorted(names.items(), key=lambda pair: pair[1])
        if code in handled
    ]


@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """All families of a division as one table file; shares and means as two numbers."""
    at, grouping = clock.now(), _chosen(request)
    rows: list[list[object]] = [["family", "group", "measure", "value", "of"]]
    for code, _title, measures in FAMILIES:
        for cell in _cells(f"incidents_{code}_by_{grouping.code}", at) or ():
            group = cell["group"][0] if cell["group"] else "city"
            for one, value in zip(measures, cell["values"], strict=True):
                above, below = value if isinstance(value, list) else (value, "")
                if isinstance(above, list):
                    above = f"{above[0]}/{above[1]}"
                rows.append([code, group, one.name, "" if above is None else above, below])
    return csv_whole(f"evaluation-{grouping.code}", rows)


@require_safe
def codes(request: HttpRequest) -> HttpResponse:
    """Which of ours stands near which indicator of ISO 37120."""
    return cached(request, render(request, "dispatch/evaluation/codes.html", {"rows": MAPPED}))


@require_safe
def codes_csv(request: HttpRequest) -> HttpResponse:
    """The same as a table file."""
    rows: list[list[object]] = [["indicator", "iso_37120", "theme", "kind", "name"]]
    rows += [[one.indicator, one.code, one.theme, one.kind, one.english] for one in MAPPED]
    return csv_whole("iso-37120", rows)
