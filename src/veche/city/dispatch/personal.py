"""What this module holds about a person, and how it is erased."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from veche.operation import inside

if TYPE_CHECKING:
    from veche.core.people.models import Person


def collect(person: Person) -> dict[str, Any]:
    """What somebody wrote, asked for and looked at in incidents, as a part of their role."""
    from veche.city.dispatch import personal_alerts, personal_duty, personal_modes, personal_reviews
    from veche.city.dispatch.models import IncidentEntry, IncidentLook, IncidentTask

    entries = IncidentEntry.objects.filter(by=person).select_related("incident__case")
    asked = IncidentTask.objects.filter(asked_by=person).select_related("incident__case")
    looks = IncidentLook.objects.filter(person=person).select_related("incident__case")
    return {
        "log": [
            {
                "incident": one.incident.case.number,
                "at": one.at.isoformat(),
                "kind": one.kind,
                "text": one.text,
            }
            for one in entries.order_by("id")
        ],
        "asked": [
            {
                "incident": one.incident.case.number,
                "at": one.asked_at.isoformat(),
                "text": one.text,
            }
            for one in asked.order_by("case_id")
        ],
        "looks": [
            {"incident": one.incident.case.number, "at": one.at.isoformat()}
            for one in looks.order_by("id")
        ],
        **personal_alerts.collect(person),
        **personal_duty.collect(person),
        **personal_modes.collect(person),
        **personal_reviews.collect(person),
    }


@inside
def erase(*, by: Person | None, at: dt.datetime, person: Person) -> None:
    """Official acts stay as they were written; the name goes with the person, who is but a number
    in them from then on.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    from veche.city.dispatch import personal_reviews

    del by, at
    personal_reviews.erase(person=person)
