"""What this part shows on the page of an application: its site, and the search for one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from veche.city.pilots.access.applications import standing
from veche.city.pilots.models import Booking
from veche.city.pilots.queries.matching import days_of, live_bookings
from veche.city.pilots.section import STAFF, Section

if TYPE_CHECKING:
    from veche.city.pilots.models import Application
    from veche.core.people.models import Person

AFTER = ("matching", "methodology", "agreement", "running", "evaluating", "answering")


def site(
    application: Application, person: Person | None, at: dt.datetime
) -> Mapping[str, Any] | None:
    """Where it is or will be tested; how many owners were asked."""
    live = live_bookings([application], at).get(application.pk, [])
    booked = next((one for one in live if one.standing == Booking.Standing.BOOKED), None)
    looking = application.case.state == "matching"
    if booked is None and not looking:
        return None
    agency = looking and standing(application, person, at).agency
    url = reverse("pilots:matching-one", args=[application.case.number]) if agency else ""
    return {
        "booked": booked,
        "days": days_of((booked.during.lower, booked.during.upper)) if booked else None,
        "held": len(live),
        "match_url": url,
    }


SECTIONS: tuple[Section, ...] = (
    Section("site", AFTER, "pilots/sites_section.html", site, public=True,
            relations=(*STAFF, "company", "site")),
)  # fmt: skip
