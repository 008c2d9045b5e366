"""Messages to the public for tests: words, residents, and the usual steps."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.cast import START, SmallTown
from veche.city.dispatch.alert_contents import Contents
from veche.city.dispatch.models import Alert, AlertSending
from veche.city.dispatch.operations import alert_sending, alerts
from veche.city.dispatch.queries.alerts import rule_of
from veche.core.people.models import Level, Person, Residence
from veche.core.people.operations import add_person
from veche.core.places.models import Territory

HOUR = dt.timedelta(hours=1)
SCHEMA = Path(__file__).parents[4] / "shared/data/signals/cap/CAP-v1.2.xsd"


def everywhere(text: str) -> dict[str, str]:
    """The same words in the three languages, told apart by a letter."""
    return {"en": text, "ru": f"{text} (р)", "zh": f"{text}（中）"}


def contents(at: dt.datetime = START, **more: Any) -> Contents:
    """A flood in the west of the town, moderate unless said otherwise."""
    usual = Contents(
        category="Met",
        response="Avoid",
        urgency="Expected",
        severity="Moderate",
        certainty="Likely",
        event=everywhere("Flood"),
        headline=everywhere("Water in the streets of the west"),
        description=everywhere("The river has risen by a metre."),
        instruction=everywhere("Keep away from the embankment."),
        territories=("west",),
        expires=at + 6 * HOUR,
        contact="112",
    )
    return replace(usual, **more)


def published(town: SmallTown, at: dt.datetime = START, **more: Any) -> Alert:
    """A message of the west's dispatcher, published by them, nobody told yet."""
    status = more.pop("status", "Actual")
    incident = more.pop("incident", None)
    by = more.pop("by", town.dispatcher)
    words = contents(at, **more)
    draft = alerts.begin_alert(by=by, at=at, contents=words, status=status, incident=incident)
    way = rule_of(words.severity, words.urgency)
    if way.second:
        alerts.ask_second(by=by, at=at, draft=draft)
        return alerts.publish(by=town.watch, at=at, draft=draft)
    return alerts.publish(by=by, at=at, draft=draft)


def told(alert: Alert, at: dt.datetime | None = None) -> AlertSending:
    """… and its people told."""
    sending = alert_sending.tell_alert(by=None, at=at or alert.sent, alert=alert.pk)
    assert sending is not None
    return sending


def resident(name: str, place: Territory, at: dt.datetime = START) -> Person:
    """Somebody who lives in a place, with a confirmed e-mail."""
    early = at - dt.timedelta(days=200)
    person = add_person(by=None, at=early, name=name, email=f"{name.lower()}@example.org")
    Person.objects.filter(pk=person.pk).update(level=Level.RESIDENT)
    Residence.objects.create(
        person=person,
        territory=place,
        how=Residence.How.COUNTER,
        since=early,
        until=at + dt.timedelta(days=200),
    )
    person.refresh_from_db()
    return person
