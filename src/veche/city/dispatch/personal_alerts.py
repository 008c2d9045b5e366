"""What messages to the public hold about a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q

from veche.city.dispatch.models import Alert, AlertSeen

if TYPE_CHECKING:
    from veche.core.people.models import Person


def collect(person: Person) -> dict[str, Any]:
    """What they published as a part of their role, and what they said they had seen.

    What they have seen goes with their reader when they are erased; what was said to the public
    stays, and names a number.
    """
    written = Alert.objects.filter(Q(by=person) | Q(second=person)).order_by("pk")
    seen = AlertSeen.objects.filter(reader__person=person).select_related("alert").order_by("pk")
    return {
        "alerts_published": [
            {"alert": one.identifier, "at": one.sent.isoformat()} for one in written
        ],
        "alerts_seen": [{"alert": one.alert.identifier, "at": one.at.isoformat()} for one in seen],
    }
