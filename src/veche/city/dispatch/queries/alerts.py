"""Reading messages to the public."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F, Q, QuerySet

from veche.city.dispatch.alert_contents import Contents
from veche.city.dispatch.alert_procedure import IN_FORCE
from veche.city.dispatch.models import (
    Alert,
    AlertDraft,
    AlertRule,
    AlertSeen,
    AlertSending,
    AlertSeries,
    AlertTemplate,
)
from veche.core.places.queries import atlas

if TYPE_CHECKING:
    from veche.city.dispatch.models import Incident, IncidentKind
    from veche.core.places.models import Territory

FEWEST = 5
"""A count of people below this is told as “fewer than”."""
MOST = 200
"""Alerts on one page or in one feed."""


@dataclass(frozen=True)
class Way:
    """How an alert of some gravity is sent."""

    danger: bool
    second: bool


USUAL = {
    ("Extreme", ""): Way(danger=True, second=True),
    ("Severe", "Immediate"): Way(danger=True, second=True),
    ("Severe", ""): Way(danger=False, second=False),
    ("Moderate", "Immediate"): Way(danger=False, second=True),
    ("Minor", "Immediate"): Way(danger=False, second=True),
}
"""What stands where the city has set nothing of its own."""


def rule_of(severity: str, urgency: str) -> Way:
    """How an alert of this gravity is sent: by the city's row for the two, else its row for the
    severity, else as usual."""
    rows = {
        (row.severity, row.urgency): Way(row.danger, row.second)
        for row in AlertRule.objects.filter(severity=severity, urgency__in=["", urgency])
    }
    for known in (rows, USUAL):
        for key in ((severity, urgency), (severity, "")):
            if key in known:
                return known[key]
    return Way(danger=False, second=False)


def of_public() -> QuerySet[Alert]:
    """The alerts that everybody may read: no drill and no test among them."""
    return Alert.objects.filter(status=AlertSeries.Status.ACTUAL).select_related("series__case")


def newest_of_each(rows: QuerySet[Alert]) -> QuerySet[Alert]:
    """Of every series its last word only."""
    return rows.order_by("series_id", "-number").distinct("series_id")


def in_force(
    at: dt.datetime, territories: Collection[int] = (), *, cancelled: bool = False
) -> list[Alert]:
    """What is in force now, the gravest first; of some territories only. ``cancelled``: with what
    was taken back before its hours were over, so that whoever reads the feed hears of it."""
    states = (*IN_FORCE, "cancelled") if cancelled else IN_FORCE
    rows = of_public().filter(expires__gt=at, sent__lte=at, series__case__state__in=states)
    if territories:
        rows = rows.filter(areas__territory__in=territories)
    found = list(newest_of_each(rows)[:MOST])
    # An earlier word of the same series may reach further than its last: the last one counts.
    last = _numbers(found)
    kept = [one for one in found if last[one.series_id] == one.number]
    return sorted(kept, key=_grave)


def _numbers(rows: Iterable[Alert]) -> dict[int, int]:
    series = {one.series_id for one in rows}
    found: dict[int, int] = {}
    for pk, number in Alert.objects.filter(series__in=series).values_list("series_id", "number"):
        found[pk] = max(number, found.get(pk, 0))
    return found


_ORDER = {"Extreme": 0, "Severe": 1, "Moderate": 2, "Minor": 3}


def _grave(one: Alert) -> tuple[int, float]:
    return _ORDER.get(one.severity, 4), -one.sent.timestamp()


def around(place: Territory) -> list[int]:
    """The territories an alert for which concerns a place: itself, what lies in it and what it
    lies in."""
    above = [pk for pk in (place.district_id, place.city_id) if pk is not None]
    return sorted({*atlas().inside(place), *above})


def published(most: int = MOST, before: int | None = None) -> list[Alert]:
    """All alerts that everybody may read, the newest first."""
    rows = of_public().order_by("-sent", "-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows[:most])


def chain(series: AlertSeries) -> list[Alert]:
    """What was said of one thing, the last word first."""
    return list(series.alerts.select_related("by", "second").order_by("-number"))


def open_draft(series: AlertSeries) -> AlertDraft | None:
    """What is being written of it, if anything is."""
    rows = AlertDraft.objects.filter(series=series, ended_at__isnull=True)
    return rows.select_related("by", "series__case__territory").first()


def drafts() -> list[AlertDraft]:
    """Everything that is being written, what waits for a second person first."""
    rows = AlertDraft.objects.filter(ended_at__isnull=True)
    rows = rows.select_related("by", "series__case__territory")
    return list(rows.order_by(F("asked_at").asc(nulls_last=True), "at")[:MOST])


def drills(most: int = 20) -> list[Alert]:
    """The last exercises and tests: for those inside."""
    rows = Alert.objects.exclude(status=AlertSeries.Status.ACTUAL).select_related("series__case")
    return list(rows.order_by("-sent")[:most])


def by_identifier(identifier: str) -> Alert | None:
    """The alert of this identifier, whoever may read it."""
    rows = Alert.objects.filter(identifier=identifier) if "\x00" not in identifier else None
    return rows.select_related("series__case").first() if rows is not None else None


def template_of(kind: IncidentKind) -> AlertTemplate | None:
    """What is said first of an incident of this kind."""
    return AlertTemplate.objects.filter(kind=kind).first()


def first_words(incident: Incident, at: dt.datetime) -> Contents | None:
    """What an alert of an incident says before anybody has changed a word; None where the city has
    no template of its kind."""
    template = template_of(incident.kind)
    if template is None:
        return None
    place = incident.case.territory
    kept: Mapping[str, object] = {
        **template.contents,
        "territories": [place.code],
        "onset": None,
        "expires": (at + dt.timedelta(hours=template.hours)).isoformat(),
        "circle": None,
    }
    return Contents.from_json(kept)


@dataclass(frozen=True)
class Counts:
    """How an alert came to people."""

    sending: AlertSending | None
    seen: int
    """How many said that they have seen it."""

    @property
    def few(self) -> bool:
        """Whether so few said so that the number is not shown."""
        return 0 < self.seen < FEWEST

    @property
    def seconds(self) -> int | None:
        """From publishing until all were told on their page."""
        if self.sending is None:
            return None
        return max(0, round((self.sending.at - self.sending.alert.sent).total_seconds()))


def counts(alert: Alert) -> Counts:
    """How many were told by which way, and how many said that they have seen it."""
    sending = AlertSending.objects.filter(alert=alert).select_related("alert").first()
    return Counts(sending, AlertSeen.objects.filter(alert=alert).count())


def has_seen(alert: Alert, reader: int) -> bool:
    """Whether a reader said that they have seen it."""
    return AlertSeen.objects.filter(alert=alert, reader_id=reader).exists()


def unsent(at: dt.datetime) -> list[int]:
    """Alerts of which nobody was told yet, because the job that should have done it died."""
    told = AlertSending.objects.values("alert")
    rows = Alert.objects.filter(~Q(pk__in=told), sent__lte=at, sent__gt=at - dt.timedelta(days=2))
    return list(rows.order_by("pk").values_list("pk", flat=True)[:50])
