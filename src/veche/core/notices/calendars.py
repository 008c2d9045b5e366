"""The calendar of a person: when what concerns them is due (RFC 5545)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, Todo

from veche.core.notices.calendars_more import MORE
from veche.core.notices.letters import link
from veche.core.notices.queries import Due, due_of
from veche.languages import here

if TYPE_CHECKING:
    from veche.core.people.models import Person


def build(person: Person, at: dt.datetime) -> str:
    """The calendar as text: an event for each matter, a task for each of the person's offices.

    An entry keeps its identifier for as long as the matter lives, so that a new date moves it.
    """
    with translation.override(person.language):
        made = Calendar()
        made.add("prodid", "-//veche//notices//EN")
        made.add("version", "2.0")
        made.add("method", "PUBLISH")
        made.add("x-wr-calname", here(settings.TOWN_NAMES))
        made.add("refresh-interval;value=duration", "PT4H")
        for due in due_of(person, at):
            made.add_component(_entry(due))
        for more in MORE:
            for event in more(person, at):
                made.add_component(event)
        text: str = made.to_ical().decode()
        return text


def _entry(due: Due) -> Event | Todo:
    name = (
        _("Matter {number}: {title}").format(number=due.number, title=due.title)
        if due.title
        else _("Matter {number}").format(number=due.number)
    )
    entry: Event | Todo
    if due.mine:
        entry = Todo()
        entry.add("due", due.at)
        entry.add("status", "NEEDS-ACTION")
        entry.add("summary", _("Answer by now: {matter}").format(matter=name))
    else:
        entry = Event()
        entry.add("dtstart", due.at)
        entry.add("dtend", due.at)
        entry.add("transp", "TRANSPARENT")
        entry.add("summary", _("Due: {matter}").format(matter=name))
    entry.add("uid", f"{due.number}@{settings.MAIL_HOST}")
    entry.add("dtstamp", due.moved_at)
    entry.add("last-modified", due.moved_at)
    entry.add("sequence", due.seq)
    entry.add("url", link(due.url))
    return entry
