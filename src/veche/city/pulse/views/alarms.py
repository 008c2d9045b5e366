"""Alarms for those who watch the city: the list, one alarm, and what is done with them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from veche import clock
from veche.city.dispatch.queries.joins import wholes
from veche.city.dispatch.words import VULNERABLE
from veche.city.pulse.access import OPERATOR, WATCHERS, NotAnOperator, operates
from veche.city.pulse.models import Alarm, Situation
from veche.city.pulse.operations import handling
from veche.city.pulse.operations.incidents import kind_for, title_for
from veche.city.pulse.queries import alarms as queries
from veche.city.pulse.queries.incidents import incident_numbers, kinds_open
from veche.city.pulse.words import HANDLING, HAPPENED, LEVELS, SPHERES, alarm_name
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.core.places.queries import atlas
from veche.errors import Invalid, NotFound, Refused
from veche.look.http import sent
from veche.tables import csv_whole

VIEW_WORDS = {
    "open": gettext_lazy("Open"),
    "new": gettext_lazy("Nobody saw"),
    "away": gettext_lazy("Those put away"),
    "closed": gettext_lazy("Closed"),
}
HOURS = (1, 4, 12, 24, 72, 168)
"""For so many hours an alarm can be put away at once."""


def _check(request: HttpRequest) -> None:
    if not asker(request).roles & WATCHERS:
        raise NotAnOperator


def _rows(request: HttpRequest) -> list[Alarm]:
    return list(queries.chosen(request.GET, atlas())[: queries.SHOWN])


@require_safe
@signed_in("")
def alarms(request: HttpRequest, person: Person) -> HttpResponse:
    """The list of alarms, the most urgent first.

    Raises:
        NotAnOperator: the person does not watch the city.
    """
    _check(request)
    places, counts = atlas(), queries.counts()
    view = request.GET.get("view", "")
    city = places.home()
    context: dict[str, Any] = {
        "rows": [(one, alarm_name(one), HANDLING[one.handling]) for one in _rows(request)],
        "view": view if view in queries.VIEWS else "open",
        "views": [(code, word, counts.get(code)) for code, word in VIEW_WORDS.items()],
        "districts": places.children(city) if city else [],
        "spheres": list(SPHERES.items()),
        "levels": [(code, LEVELS[code]) for code in ("warning", "critical")],
        "asked": request.GET,
        "query": request.GET.urlencode(),
        "hours": HOURS,
        "does": OPERATOR in asker(request).roles,  # of which places is asked when it is done
        "here": request.get_full_path(),
        "at": clock.now(),
        "situations": _situations(),
        "undoable": bool(request.session.get("pulse-last")),
    }
    return render(request, "pulse/alarms.html", context)


def _situations() -> list[tuple[Situation, int, str, int | None]]:
    """The situations that go on: how many open alarms each has, the number of the incident it
    became, and its first alarm."""
    found = (
        Situation.objects.filter(ended_at__isnull=True)
        .select_related("territory")
        .annotate(
            open_ones=Count("alarms", filter=Q(alarms__closed_at__isnull=True)),
            first_alarm=Min("alarms"),
        )
        .filter(Q(open_ones__gt=1) | Q(incident__isnull=False))
    )
    rows = list(found.order_by("-begun_at")[:20])
    numbers = incident_numbers(one.incident for one in rows)
    return [
        (one, one.open_ones, numbers.get(one.incident or 0, ""), one.first_alarm) for one in rows
    ]


HEAD = (
    "alarm", "rule", "name", "place", "device", "level", "worst", "active", "handling",
    "first_time", "last_time", "returned_time", "closed_time", "times", "value", "drill",
)  # fmt: skip


@require_safe
@signed_in("")
def table(request: HttpRequest, person: Person) -> HttpResponse:
    """The alarms of the choice as a table.

    Raises:
        NotAnOperator: the person does not watch the city.
    """
    _check(request)
    rows: list[tuple[object, ...]] = [HEAD]
    for one in queries.chosen(request.GET, atlas())[:50_000]:
        times = (one.first_at, one.last_at, one.returned_at, one.closed_at)
        rows.append(
            (
                one.pk,
                one.rule,
                alarm_name(one),
                one.territory.code,
                one.thing.name if one.thing else "",
                one.level,
                one.worst,
                int(one.active),
                one.handling,
                *(t.isoformat(timespec="seconds") if t else "" for t in times),
                one.count,
                one.value if one.value is not None else "",
                int(one.drill),
            )
        )
    return csv_whole("alarms", rows)


@require_safe
@signed_in("")
def alarm(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """One alarm with all that happened to it.

    Raises:
        NotAnOperator: the person does not watch the city.
        NotFound: there is no such alarm.
    """
    _check(request)
    rows = Alarm.objects.select_related(
        "indicator__owner", "territory", "thing", "source__owner", "handled_by", "situation",
        "maintenance", "larger__indicator", "larger__territory", "larger__source",
    )  # fmt: skip
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound
    changes = [
        (change, HAPPENED.get(change.what, change.what))
        for change in found.changes.select_related("by").order_by("-at", "-id")[:100]
    ]
    beside: list[Alarm] = []
    if found.situation is not None:
        near = found.situation.alarms.exclude(pk=found.pk)
        beside = list(near.select_related("indicator", "territory", "source").order_by("-last_at"))
    does = operates(asker(request).holdings, found.territory)
    became = found.situation.incident if found.situation is not None else None
    suggested = kind_for(found) if does and became is None else None
    goes_on = wholes([became]).get(became, became) if became is not None else None
    numbers = incident_numbers([became, goes_on])
    context = {
        "incident": numbers.get(became or 0, ""),
        "goes_on": numbers.get(goes_on or 0, "") if goes_on != became else "",
        "outcome": HAPPENED.get(found.situation.outcome, "") if found.situation else "",
        "kinds": kinds_open() if does and became is None else [],
        "suggested": suggested.code if suggested else "",
        "title": title_for(found),
        "vulnerable": list(VULNERABLE.items()),
        "alarm": found,
        "name": alarm_name(found),
        "larger": alarm_name(found.larger) if found.larger is not None else "",
        "level": LEVELS[found.level],
        "handling": HANDLING[found.handling],
        "changes": changes,
        "beside": [(one, alarm_name(one)) for one in beside],
        "hours": HOURS,
        "does": does,
        "mine": found.handled_by_id == person.pk and found.handling in ("seen", "shelved"),
        "here": request.get_full_path(),
    }
    return render(request, "pulse/alarm.html", context)


def _numbers(data: QueryDict) -> list[int]:
    return [int(v) for v in data.getlist("alarm") if v.isascii() and v.isdigit() and len(v) < 18]


def _back(request: HttpRequest) -> str:
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return back
    return reverse("pulse:alarms")


@require_POST
@signed_in("")
def handle(request: HttpRequest, person: Person) -> HttpResponse:
    """Do one thing with the chosen alarms: see, put away, bring back, take back, make an incident's
    situation.

    Raises:
        NotAnOperator: the person does not watch one of their places.
        NotFound: one does not exist.
    """
    data, at = sent(request), clock.now()
    chosen, what = _numbers(data), data.get("do", "")
    if not chosen:
        messages.info(request, _("Choose alarms first."))
        return redirect(_back(request))
    try:
        if what == "acknowledge":
            done = handling.acknowledge(by=person, at=at, alarms=chosen)
            said = ngettext("%(n)s alarm seen.", "%(n)s alarms seen.", len(done))
        elif what == "shelve":
            until = at + dt.timedelta(hours=_hours(data))
            why = data.get("why", "")[:500]
            done = handling.shelve(by=person, at=at, alarms=chosen, until=until, why=why)
            said = ngettext("%(n)s alarm put away.", "%(n)s alarms put away.", len(done))
        elif what == "unshelve":
            done = handling.unshelve(by=person, at=at, alarms=chosen)
            said = ngettext("%(n)s alarm brought back.", "%(n)s alarms brought back.", len(done))
        elif what == "suppress":
            done = handling.suppress(by=person, at=at, alarms=chosen, why=data.get("why", "")[:500])
            said = ngettext("%(n)s alarm put away.", "%(n)s alarms put away.", len(done))
        elif what == "back":
            done = handling.take_back(by=person, at=at, alarms=chosen)
            said = ngettext("%(n)s alarm is new again.", "%(n)s alarms are new again.", len(done))
        else:
            raise NotFound
    except (Invalid, handling.NothingToTakeBack) as fault:
        messages.error(request, str(fault))
        return redirect(_back(request))
    except Refused:
        raise
    messages.success(request, said % {"n": len(done)})
    if what in ("acknowledge", "shelve"):
        request.session["pulse-last"] = [one.pk for one in done]
    return redirect(_back(request))


def _hours(data: QueryDict) -> int:
    """For how many hours; one where nothing of the choice was sent."""
    given = data.get("hours", "")
    return next((n for n in HOURS if str(n) == given), 1)


@require_POST
@signed_in("")
def undo(request: HttpRequest, person: Person) -> HttpResponse:
    """Take back what one did last to alarms."""
    last = request.session.pop("pulse-last", [])
    try:
        done = handling.take_back(by=person, at=clock.now(), alarms=last) if last else []
    except (handling.NothingToTakeBack, NotFound) as fault:
        messages.error(request, str(fault))
        return redirect(_back(request))
    said = ngettext("%(n)s alarm is new again.", "%(n)s alarms are new again.", len(done))
    messages.success(request, said % {"n": len(done)})
    return redirect(_back(request))
