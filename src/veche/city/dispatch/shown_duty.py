"""Turns of duty in the calendar of a person."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from veche.languages import here

if TYPE_CHECKING:
    from icalendar import Event

    from veche.core.people.models import Person


def events_of(person: Person, at: dt.datetime) -> list[Event]:
    """The turns of a person that are not over, as events; the active language. An event keeps its
    identifier for as long as the turn is theirs."""
    from icalendar import Event

    from veche.city.dispatch.queries.duty import mine
    from veche.core.notices.letters import link

    made = []
    for turn in mine(person, at):
        event = Event()
        event.add("uid", f"duty-{turn.pk}-{person.pk}@{settings.MAIL_HOST}")
        event.add("dtstamp", at)
        event.add("dtstart", turn.since)
        event.add("dtend", turn.until)
        name = here(turn.list.names)
        said = _("On duty: {list}") if turn.lead else _("Second on duty: {list}")
        event.add("summary", said.format(list=name))
        event.add("url", link(reverse("dispatch:duty-mine")))
        made.append(event)
    return made
