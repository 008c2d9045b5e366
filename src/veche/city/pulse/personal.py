"""What the pulse holds about a person: what they looked at, and the alarms they handled.

Only those who work for the city are in it. Their looks and acts stay: they are the proof of who
read what. The account behind them loses its name, as every erased account does.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from veche.core.people.models import Person


def collect(person: Person) -> dict[str, Any]:
    """Every look at a source that is not public, and every act at an alarm."""
    from veche.city.pulse.models import AlarmChange, Look

    looks = Look.objects.filter(person=person).select_related("source").order_by("at", "pk")
    acts = AlarmChange.objects.filter(by=person).select_related("alarm").order_by("at", "pk")
    told: dict[str, Any] = {}
    if looks:
        told["sources read"] = [
            {"at": one.at.isoformat(), "source": one.source.code, "what": one.what} for one in looks
        ]
    if acts:
        told["alarms handled"] = [
            {"at": one.at.isoformat(), "rule": one.alarm.rule, "what": one.what, "note": one.note}
            for one in acts
        ]
    return told


def erase(*, by: Person | None, at: dt.datetime, person: Person) -> None:
    """Nothing is taken out: a list of who read what that could be emptied would prove nothing."""
