"""What this module knows of a person, for their download, and how it forgets."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from veche.core.notices.models import Following, Notice, PushAddress, Reader, Subscription
from veche.core.notices.operations import forget_person

if TYPE_CHECKING:
    from veche.core.people.models import Person


def collect(person: Person) -> dict[str, Any]:
    """Everything told to the person, what they subscribed to, and how they want to be told."""
    reader = Reader.objects.filter(person=person).first()
    if reader is None:
        return {}
    return {
        "ways": reader.ways,
        "quiet_hours": [
            value.isoformat("minutes") if value else None
            for value in (reader.quiet_from, reader.quiet_until)
        ],
        "follows": list(
            Following.objects.filter(reader=reader).values_list("case__number", flat=True)
        ),
        "subscriptions": [
            {
                "place": row.territory.code if row.territory else "",
                "street": row.street_name,
                "theme": row.theme,
                "longitude": row.longitude,
                "latitude": row.latitude,
                "radius": row.radius,
                "since": row.since.isoformat(),
            }
            for row in Subscription.objects.filter(reader=reader).select_related("territory")
        ],
        "devices": [
            {"service": one.endpoint.split("/")[2], "since": one.since.isoformat()}
            for one in PushAddress.objects.filter(reader=reader)
        ],
        "notices": [
            {"kind": kind, "matter": number, "at": at.isoformat()}
            for kind, number, at in Notice.objects.filter(reader=reader)
            .order_by("id")
            .values_list("kind", "case__number", "at")
        ],
    }


def erase(*, by: Person | None, at: dt.datetime, person: Person) -> None:
    """Forget all of it."""
    forget_person(by=by, at=at, person=person)
