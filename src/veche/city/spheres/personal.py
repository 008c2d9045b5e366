"""What this module holds about a person, and how it is erased."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from veche.core.people.models import Person


def collect(person: Person) -> dict[str, Any]:
    """The meters of a person with every number they gave, corrected and undone ones too."""
    from veche.city.spheres.models import Meter, MeterEntry

    meters = list(Meter.objects.filter(person=person).order_by("pk"))
    if not meters:
        return {}
    entries = list(
        MeterEntry.objects.filter(meter__in=meters).select_related("photograph").order_by("pk")
    )
    return {
        "meters": [
            {
                "kind": one.kind,
                "serial": one.serial,
                "place": one.place,
                "since": one.since.isoformat(),
                "closed": one.ended_at.isoformat() if one.ended_at else None,
                "numbers": [
                    {
                        "number": str(entry.number),
                        "at": entry.at.isoformat(),
                        "entered": entry.recorded_at.isoformat(),
                        "confirmed": entry.sure,
                        "corrects": entry.corrects_id,
                        "entry": entry.pk,
                        "undone": entry.undone_at.isoformat() if entry.undone_at else None,
                        "photograph": entry.photograph.digest if entry.photograph else None,
                    }
                    for entry in entries
                    if entry.meter_id == one.pk
                ],
            }
            for one in meters
        ]
    }


def erase(*, by: Person | None, at: dt.datetime, person: Person) -> None:
    """The meters go with their numbers and photographs: nobody else needs them."""
    from veche.city.spheres.operations.meters import forget_meters

    forget_meters(by=by, at=at, person=person)
