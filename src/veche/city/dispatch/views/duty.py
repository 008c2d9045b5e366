"""Who is on duty: the page of now, a list with its weeks, my own turns."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from icalendar import Calendar

from veche import clock
from veche.city.dispatch import access_duty as access
from veche.city.dispatch.models import DutyTurn
from veche.city.dispatch.operations.duty import note_look
from veche.city.dispatch.pictures_duty import weeks
from veche.city.dispatch.queries import duty as queries
from veche.city.dispatch.shown_duty import events_of
from veche.city.dispatch.words_duty import TIERS
from veche.core.cases.terms import city_zone
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.languages import here
from veche.look.http import cached
from veche.tables import csv_whole

HEAD = ("list", "name", "of", "telephone", "on_duty", "since", "until")


@require_safe
def now(request: HttpRequest) -> HttpResponse:
    """Who is on duty now: names for the staff, offices and their telephones for everybody."""
    at, who = clock.now(), asker(request)
    staff = access.staff(who.holdings)
    if staff and who.person is not None:
        note_look(by=who.person, at=at)
    rows = queries.now(at)
    context: dict[str, Any] = {
        "rows": [(one, TIERS.get(one.list.tier or 0, "")) for one in rows],
        "empty_lists": sum(not one.turns for one in rows),
        "not_taken": [one for one in rows if one.not_taken is not None] if staff else [],
        "staff": staff,
        "keeps": "administrator" in who.city_roles,
        "person": who.person,
        "at": at,
    }
    answer = render(request, "dispatch/duty/now.html", context)
    return answer if staff else cached(request, answer)


@require_safe
def now_csv(request: HttpRequest) -> HttpResponse:
    """The same as a table; the names for the staff alone."""
    at, who = clock.now(), asker(request)
    staff = access.staff(who.holdings)
    if staff and who.person is not None:
        note_look(by=who.person, at=at)
    rows: list[tuple[object, ...]] = [HEAD]
    for one in queries.now(at):
        of = one.list.organisation or one.list.territory
        first = one.turns[0] if one.turns else None
        named = "; ".join(str(turn.person) for turn in one.turns) if staff else len(one.turns)
        rows.append(
            (
                one.list.code,
                here(one.list.names),
                of.code if of else "",
                one.list.telephone,
                named,
                first.since.isoformat(timespec="seconds") if first else "",
                first.until.isoformat(timespec="seconds") if first else "",
            )
        )
    return csv_whole("duty", rows)


@require_safe
@signed_in("")
def one_list(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """A list with the turns of the next weeks, its gaps and its hand-overs.

    Raises:
        NotStaff: a resident.
        veche.city.dispatch.queries.duty.UnknownList: there is none.
    """
    at, who = clock.now(), asker(request)
    duty = queries.list_for(code)
    note_look(by=person, at=at)
    until = at + queries.AHEAD
    turns = queries.turns_of(duty, at, until)
    gaps = queries.gaps(turns, at, until)
    pieces = [
        *((one.since, one.until, one.person_id, str(one.person)) for one in turns if one.lead),
        *((one.since, one.until, None, _("nobody")) for one in gaps),
    ]
    rows: list[tuple[dt.datetime, DutyTurn | None, queries.Gap | None]] = [
        *((one.since, one, None) for one in turns),
        *((one.since, None, one) for one in gaps),
    ]
    context: dict[str, Any] = {
        "duty": duty,
        "of": duty.organisation or duty.territory,
        "rows": sorted(rows, key=lambda row: row[0]),
        "turns": turns,
        "gaps": gaps,
        "weeks": weeks(pieces, at, until, city_zone()),
        "keeps": access.keeps(who.holdings, duty),
        "person": person,
        "rotation": getattr(duty, "rotation", None),
        "hand_overs": queries.hand_overs(duty),
        "at": at,
        "tier": TIERS.get(duty.tier or 0, ""),
    }
    return render(request, "dispatch/duty/list.html", context)


TURNS_HEAD = ("since", "until", "person", "first", "instead_of", "made_ahead")


@require_safe
@signed_in("")
def turns_csv(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """The turns of a list as a table, from a month ago to as far as they are made.

    Raises:
        NotStaff: a resident.
        veche.city.dispatch.queries.duty.UnknownList: there is none.
    """
    at = clock.now()
    duty = queries.list_for(code)
    note_look(by=person, at=at)
    found = queries.turns_of(duty, at - queries.AHEAD, at + 6 * queries.AHEAD)
    rows: list[tuple[object, ...]] = [TURNS_HEAD]
    rows += [
        (
            one.since.isoformat(timespec="seconds"),
            one.until.isoformat(timespec="seconds"),
            str(one.person),
            int(one.lead),
            str(one.instead_of) if one.instead_of else "",
            int(one.made_ahead),
        )
        for one in found
    ]
    return csv_whole(f"duty-{duty.code}", rows)


@require_safe
@signed_in("")
def mine(request: HttpRequest, person: Person) -> HttpResponse:
    """My turns, exchanges I am asked for, shifts to hand over and to take over."""
    at = clock.now()
    turns = queries.mine(person, at)
    context: dict[str, Any] = {
        "turns": turns,
        "current": [one for one in turns if one.since <= at],
        "asked": queries.asked_of(person, at),
        "to_write": queries.to_hand_over(person, at),
        "to_take": queries.to_take_over(person, at),
        "at": at,
    }
    return render(request, "dispatch/duty/mine.html", context)


@require_safe
@signed_in("")
def mine_calendar(request: HttpRequest, person: Person) -> HttpResponse:
    """My turns as a file for a calendar (RFC 5545)."""
    made = Calendar()
    made.add("prodid", "-//veche//duty//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", here(settings.TOWN_NAMES))
    for event in events_of(person, clock.now()):
        made.add_component(event)
    answer = HttpResponse(made.to_ical(), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="duty.ics"'
    return answer
