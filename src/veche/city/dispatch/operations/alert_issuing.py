"""Writing an alert down as it will stand for ever."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from veche.city.dispatch import cap
from veche.city.dispatch.alert_access import territories_of
from veche.city.dispatch.alert_contents import Contents
from veche.city.dispatch.models import Alert, AlertArea, AlertSeries
from veche.city.dispatch.queries.alerts import rule_of
from veche.core.cases.terms import city_zone
from veche.operation import inside

if TYPE_CHECKING:
    from veche.core.people.models import Person

CODES = {code.partition("-")[0]: code for code, _name in settings.LANGUAGES}
"""Django's codes of the languages by ours."""


@inside
def issue(
    series: AlertSeries,
    kind: str,
    contents: Contents,
    writer: Person,
    by: Person,
    at: dt.datetime,
) -> Alert:
    """Write an alert down as it will stand for ever, and let the worker tell people."""
    zone, case = city_zone(), series.case
    before = list(series.alerts.order_by("number"))
    sent = at.replace(microsecond=0)
    number = len(before) + 1
    sender = settings.DEFAULT_FROM_EMAIL.rpartition("<")[2].rstrip(">").strip()
    named = territories_of(contents.territories)
    envelope = cap.Envelope(
        identifier=f"veche-{case.number}-{number}",
        sender=sender,
        sent=sent,
        status=series.status,
        type=kind,
        references=" ".join(
            cap.reference(one.sender, one.identifier, one.sent, zone) for one in before
        ),
        web={short: _page(case.number, code) for short, code in CODES.items()},
        names=settings.TOWN_NAMES,
        restriction="A drill: only for those on duty." if series.drill else "",
    )
    places = [cap.Place(one.code, one.names, one.outline) for one in named]
    xml = cap.write(envelope, contents, places, zone)
    made = Alert(
        series=series,
        number=number,
        identifier=envelope.identifier,
        sender=sender,
        sent=sent,
        type=kind,
        status=series.status,
        references=envelope.references,
        contents=contents.to_json(),
        severity=contents.severity,
        urgency=contents.urgency,
        # What takes back or puts right an alert that woke people wakes them too.
        danger=rule_of(contents.severity, contents.urgency).danger
        or any(one.danger for one in before),
        expires=contents.expires,
        xml=xml.decode(),
        digest=hashlib.sha256(xml).hexdigest(),
        by=writer,
        second=by if by.pk != writer.pk else None,
    )
    made.save(force_insert=True)
    AlertArea.objects.bulk_create(AlertArea(alert=made, territory=one) for one in named)
    return made


def _page(number: str, language: str) -> str:
    with translation.override(language):
        return f"{settings.ADDRESS}{reverse('dispatch:alert', args=[number])}"
