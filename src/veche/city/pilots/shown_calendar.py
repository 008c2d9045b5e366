"""Meetings of panels and reviews that are due, in the calendar of a person (RFC 5545)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from veche.languages import here

if TYPE_CHECKING:
    from icalendar import Event

    from veche.city.pilots.models import Panel, ReviewTask
    from veche.core.people.models import Person

LONGEST_BACK = dt.timedelta(days=90)
"""How long a meeting that was held stays in a calendar."""


def events_of(person: Person, at: dt.datetime) -> list[Event]:
    """The panels somebody is called to, and the reviews they owe; the active language. An event
    keeps its identifier, so that another day moves it."""
    from veche.city.pilots.models import Panel
    from veche.city.pilots.queries.reviews import queue

    rows = Panel.objects.filter(members__person=person, meets_at__gte=at - LONGEST_BACK)
    made = [meeting(one, at) for one in rows.order_by("meets_at", "pk")]
    tasks = queue(person, at)
    return [*made, *(_review(one, at) for one in [*tasks["given"], *tasks["accepted"]])]


def meeting(panel: Panel, at: dt.datetime) -> Event:
    """A panel as an event. How long it sits is not known beforehand: it has a beginning alone."""
    made = _event(f"panel-{panel.pk}", at, panel.meets_at, "pilots:panel", panel.pk)
    made.add("summary", _("Panel: {title}").format(title=here(panel.titles)))
    made.add("status", "CONFIRMED")
    return made


def _review(task: ReviewTask, at: dt.datetime) -> Event:
    # By its number alone: before the decision nobody learns its title, nor does who keeps the
    # calendar for them.
    made = _event(f"review-{task.pk}", at, task.due_at, "pilots:review", task.pk)
    number = task.application.case.number
    made.add("summary", _("Review due: application {number}").format(number=number))
    made.add("transp", "TRANSPARENT")
    return made


def _event(name: str, at: dt.datetime, since: dt.datetime, page: str, pk: int) -> Event:
    from icalendar import Event

    from veche.core.notices.letters import link

    made = Event()
    made.add("uid", f"{name}@{settings.MAIL_HOST}")
    made.add("dtstamp", at)
    made.add("dtstart", since)
    made.add("url", link(reverse(page, args=[pk])))
    return made


def calendar_file(name: str, events: Iterable[Event]) -> HttpResponse:
    """Events as a calendar file to be saved."""
    from icalendar import Calendar

    made = Calendar()
    made.add("prodid", "-//veche//pilots//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", here(settings.TOWN_NAMES))
    for one in events:
        made.add_component(one)
    answer = HttpResponse(made.to_ical(), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    answer["Cache-Control"] = "private, no-store"
    return answer
