"""Everybody's pages of incidents: the list with its map, one incident, tables and feeds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from veche import clock
from veche.city.dispatch import access, acts
from veche.city.dispatch import words as said
from veche.city.dispatch.alert_access import writes
from veche.city.dispatch.models import Incident
from veche.city.dispatch.operations.looks import look
from veche.city.dispatch.procedure import OPEN
from veche.city.dispatch.queries import duty, handbook, housing, joins, lists
from veche.city.dispatch.queries import incidents as queries
from veche.core.cases.line import line_in_words
from veche.core.cases.operations import subject
from veche.core.cases.queries import clocks, history
from veche.core.journal.proofs import of_matter
from veche.core.journal.queries import about
from veche.core.notices import operations as notices
from veche.core.notices.feeds import EARLY, Atom
from veche.core.notices.queries import follows
from veche.core.organisations.middleware import asker
from veche.core.organisations.models import Holding
from veche.core.people.models import Person
from veche.core.places.ground import ground, plan
from veche.core.places.queries import Atlas, atlas
from veche.look import states
from veche.look.http import cached, sign_in
from veche.look.plan import Mark, Plan, around
from veche.tables import csv_answer, csv_whole
from veche.texts import readable

MARKED = 20
"""Rows of a page that stand on the map by their number."""
MOST_IN_FEED = 50
HEAD = (
    "number", "kind", "title", "state", "late", "severity", "tier", "lead", "territory",
    "longitude", "latitude", "source", "vulnerable", "people", "service", "sensed_datetime",
    "reported_datetime", "verified_datetime", "dispatched_datetime", "accepted_datetime",
    "acted_datetime", "done_datetime", "ended_datetime", "due_datetime", "returned", "reopened",
)  # fmt: skip


@require_safe
def incidents(request: HttpRequest) -> HttpResponse:
    """The list and its map."""
    places, at = atlas(), clock.now()
    which = lists.read_filter(request.GET, places)
    total = lists.tally(which, at, places)
    last = max(1, -(-total.matching // lists.PAGE))
    which = replace(which, page=min(which.page, last))
    rows = lists.page_of(which, at, places)
    context: dict[str, Any] = {
        "which": which,
        "total": total,
        "rows": [_row(n, one, at, places) for n, one in enumerate(rows, 1)],
        "map": _map_of(rows, which, at, places),
        "parts": _parts(which, total, places),
        "page": {"number": which.page, "last": last},
        "shows": said.SHOWN.items(),
        "kinds": lists.kinds(public_only=True),
        "districts": _districts(places),
        "query": which.parameters(),
        "tells": access.tells(asker(request).holdings),
        "at": at,
    }
    return cached(request, render(request, "dispatch/incidents/list.html", context))


def _row(n: int, one: Incident, at: dt.datetime, places: Atlas) -> dict[str, Any]:
    state = queries.state_of(one, at)
    return {
        "n": n if n <= MARKED and one.longitude is not None else None,
        "incident": one,
        "state": state,
        "late": state == "incident-late",
        "open": one.case.state in OPEN,
        "place": places.by_id.get(one.case.territory_id),
        "severity": said.SEVERITIES[one.severity],
        "left": queries.left(at, one.case.due_at) if one.case.due_at else "",
    }


def _districts(places: Atlas) -> list[Any]:
    home = places.home()
    return places.children(home) if home else []


def _map_of(
    rows: Sequence[Incident], which: lists.Filter, at: dt.datetime, places: Atlas
) -> Plan | None:
    city = places.home()
    if city is None:
        return None
    marks = [
        Mark(
            one.longitude,
            one.latitude,
            label=str(n),
            tone="late" if queries.state_of(one, at) == "incident-late" else "pin",
            href=queries.address(one),
            title=one.title,
        )
        for n, one in enumerate(rows[:MARKED], 1)
        if one.longitude is not None and one.latitude is not None
    ]
    return plan(
        ground(city, places),
        (which.place or city).bounds,
        focus=which.place,
        marks=marks,
        title=_("Map of these incidents; the list beside it says the same"),
    )


def _parts(which: lists.Filter, total: lists.Tally, places: Atlas) -> list[dict[str, Any]]:
    """The districts of the city, or the neighbourhoods of a district, with their counts."""
    top = which.place or places.home()
    found = []
    for part in places.children(top) if top else []:
        counts = [total.by_place.get(pk, (0, 0)) for pk in places.inside(part)]
        found.append(
            {
                "name": str(part),
                "count": sum(n for n, _o in counts),
                "open": sum(o for _n, o in counts),
                "url": which.parameters(place=part.code),
            }
        )
    return sorted(found, key=lambda row: (-row["open"], -row["count"], row["name"]))


@require_safe
def csv(request: HttpRequest) -> HttpResponseBase:
    """The incidents of the choice as a table."""
    places, at = atlas(), clock.now()
    which = lists.read_filter(request.GET, places)
    return csv_answer("incidents", _table(lists.all_of(which, at, places), at, places))


def _table(rows: Any, at: dt.datetime, places: Atlas) -> Iterator[Sequence[object]]:
    yield HEAD
    for one in rows:
        case = one.case
        yield (
            case.number, one.kind.code, one.title, case.state,
            queries.state_of(one, at) == "incident-late", one.severity, one.tier,
            one.lead.code if one.lead else "", places.by_id[case.territory_id].code,
            one.longitude, one.latitude, one.source, one.vulnerable, one.people,
            one.service.code if one.service else "", _moment(one.sensed_at),
            _moment(one.reported_at), _moment(one.verified_at), _moment(one.dispatched_at),
            _moment(one.accepted_at), _moment(one.acted_at), _moment(one.done_at),
            _moment(one.ended_at), _moment(case.due_at), one.returned, one.reopened,
        )  # fmt: skip


def _moment(value: dt.datetime | None) -> str:
    return value.isoformat(timespec="seconds") if value else ""


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """What moved last among the incidents of the choice, as Atom."""
    places, at = atlas(), clock.now()
    which = lists.read_filter(request.GET, places)
    rows = lists.newest(which, at, places, MOST_IN_FEED)
    query = which.parameters()
    made = Atom(
        title=_("Incidents of the city"),
        link=request.build_absolute_uri(reverse("dispatch:incidents") + query),
        name=f"incidents{query}",
        updated=max((row.case.moved_at or EARLY for row in rows), default=EARLY),
        own=request.build_absolute_uri(reverse("dispatch:incidents-feed") + query),
    )
    for row in rows:
        case = row.case
        word = states.find(queries.state_of(row, at)).word
        made.add_item(
            title=readable(f"{word}: {row.title}"),
            link=request.build_absolute_uri(queries.address(row)),
            description=readable(str(row.kind)),
            unique_id=f"tag:{settings.MAIL_HOST},{case.opened_at.date()}:{case.number}",
            pubdate=case.opened_at,
            updateddate=case.moved_at or case.opened_at,
            author_name=str(row.lead or ""),
        )
    answer = HttpResponse(
        made.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )
    return cached(request, answer, 60)


@require_safe
def incident(request: HttpRequest, number: str) -> HttpResponse:
    """Where an incident stands, who leads, who helps, and everything that happened."""
    who, at, places = asker(request), clock.now(), atlas()
    found = access.incident_for(number, who.holdings)
    inside = bool(who.holdings) and access.inside(who.holdings, found)
    if inside and who.person is not None and look(by=who.person, at=at, incident=found):
        found = access.incident_for(number, who.holdings)
    case = found.case
    events = history(case)
    helping = queries.helpers(found, at)
    can = acts.acts_for(found, who.holdings) if inside else []
    # It is closed when everybody who helps is done; until then the page says whom it waits for.
    open_parts = [one.task for one in helping if one.task.case.closed_at is None]
    waits_for = [str(one.organisation) for one in open_parts]
    closing = any(one.code == "close" for one in can) and waits_for
    context: dict[str, Any] = {
        **shared(found, at, places),
        "line": line_in_words(case, events, clocks(case)),
        "acts": [one for one in can if not (closing and one.code == "close")],
        "waits_for": ", ".join(waits_for) if closing else "",
        "helpers": [
            (one, acts.acts_of_task(one.task, found, who.holdings) if inside else [])
            for one in helping
        ],
        "told": queries.told(found, events, helping, inside=inside),
        "moments": queries.moments(found),
        "linked": queries.linked(found),
        "map": _map(found, places),
        "inside": inside,
        "followed": follows(who.person, case) if who.person else False,
        "person": who.person,
        "records": about(subject(case)).count(),
        "into": next((e.public.get("into", "") for e in events if e.move == "join"), ""),
        "whole": _whole(found, at, who.holdings),
        "cost": queries.cost_words(found.cost),
        **(_inner(found, at, who.holdings) if inside else {}),
    }
    response = render(request, "dispatch/incidents/incident.html", context)
    return response if inside else cached(request, response)


def _whole(found: Incident, at: dt.datetime, held: Collection[Holding]) -> dict[str, Any] | None:
    """How the incident stands in which this one goes on, for whoever may read it."""
    goes_on = joins.whole(found)
    if goes_on is None or not (goes_on.public or access.inside(held, goes_on)):
        return None
    return {"number": goes_on.case.number, "stand": queries.stand(goes_on, at)}


def shared(found: Incident, at: dt.datetime, places: Atlas) -> dict[str, Any]:
    """What every page about one incident shows."""
    place = places.by_id.get(found.case.territory_id, found.case.territory)
    return {
        "incident": found,
        "case": found.case,
        "place": place,
        "district": places.by_id.get(place.district_id or 0),
        "stand": queries.stand(found, at),
        "state": queries.state_of(found, at),
        "clock": queries.clock_of(found.case, at) if found.case.state in OPEN else None,
        "severity": said.SEVERITIES[found.severity],
        "tier": said.TIERS[found.tier],
        "source": said.SOURCES[found.source],
        "vulnerable": said.VULNERABLE[found.vulnerable] if found.vulnerable else "",
        "now": at,
    }


def _inner(found: Incident, at: dt.datetime, held: Collection[Holding]) -> dict[str, Any]:
    """What only those inside are shown: who is on duty, what is done first."""
    called: dict[int, tuple[Person, str]] = {}
    if found.case.state in OPEN:
        office = found.lead
        if office is not None:
            for one in duty.on_duty(organisation=office, at=at):
                called[one.pk] = (one, str(office))
        for one in duty.on_duty(territory=found.case.territory, at=at):
            called.setdefault(one.pk, (one, str(_("dispatcher"))))
    return {
        "on_duty": list(called.values()),
        "said": [text for text in (found.text, *housing.said_of(found)) if text],
        "writes": found.case.state in OPEN and writes(held, found.case.territory),
        "first_steps": handbook.steps_of(found) if found.case.state in OPEN else [],
    }


def _map(found: Incident, places: Atlas) -> Plan | None:
    place = places.by_id.get(found.case.territory_id, found.case.territory)
    city = places.by_id.get(place.city_id or place.pk, place)
    if found.longitude is None or found.latitude is None:
        return plan(ground(city, places), place.bounds, focus=place, title=str(place), ratio="4x3")
    point = (found.longitude, found.latitude)
    return plan(
        ground(city, places),
        around([point], least=0.009, margin=0.3),
        marks=[Mark(*point, tone="hot", title=found.title)],
        title=found.title,
        ratio="4x3",
    )


@require_safe
def table(request: HttpRequest, number: str) -> HttpResponse:
    """What happened in an incident, as a table; the inner log only to those inside."""
    who, at = asker(request), clock.now()
    found = access.incident_for(number, who.holdings)
    inside = bool(who.holdings) and access.inside(who.holdings, found)
    if inside and who.person is not None:
        look(by=who.person, at=at, incident=found)
    rows = queries.told(found, history(found.case), queries.helpers(found, at), inside=inside)
    lines: list[Sequence[object]] = [("datetime", "what", "text", "inner")]
    lines += [(_moment(one.at), one.did, one.text, one.inner) for one in reversed(rows)]
    return cached(request, csv_whole(f"incident-{number}", lines))


@require_safe
def proof(request: HttpRequest, number: str) -> HttpResponse:
    """Each step's record, its place in the city's log and its receipt."""
    found = access.incident_for(number, asker(request).holdings)
    rows = reversed(queries.told(found, history(found.case), (), inside=False))
    lines = of_matter(subject(found.case), found.case.procedure, ((r.at, r.did) for r in rows))
    context = {
        "number": number,
        "back": queries.address(found),
        "lines": lines.lines,
        "others": lines.others,
    }
    return cached(request, render(request, "journal/proof.html", context))


@never_cache
@require_http_methods(["GET", "POST"])
def follow(request: HttpRequest, number: str) -> HttpResponse:
    """Be told about an incident."""
    return _following(request, number, notices.follow)


@never_cache
@require_http_methods(["GET", "POST"])
def unfollow(request: HttpRequest, number: str) -> HttpResponse:
    """No longer be told about an incident."""
    return _following(request, number, notices.unfollow)


def _following(request: HttpRequest, number: str, change: Callable[..., None]) -> HttpResponse:
    who = asker(request)
    found = access.incident_for(number, who.holdings)
    if who.person is None:
        return sign_in(request)
    if request.method == "POST":
        change(by=who.person, at=clock.now(), case=found.case)
    return HttpResponseRedirect(queries.address(found))
