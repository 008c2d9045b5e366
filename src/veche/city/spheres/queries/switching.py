"""Reading what can be switched, and the orders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from django.db.models import Q

from veche.city.spheres.models import Task, TaskingCapability
from veche.city.spheres.operations.tasks import OPEN
from veche.core.places.models import Territory
from veche.errors import NotFound


def capabilities(within: Collection[int] | None) -> Sequence[TaskingCapability]:
    """What can be switched in these territories; None: everywhere."""
    rows = TaskingCapability.objects.select_related("thing__territory", "source", "actuator")
    if within is not None:
        places = Territory.objects.filter(
            Q(pk__in=within) | Q(district__in=within) | Q(city__in=within)
        )
        rows = rows.filter(thing__territory__in=places)
    return list(rows.defer("thing__territory__outline").order_by("code"))


def capability_of(code: str) -> TaskingCapability:
    """What can be switched, by its code.

    Raises:
        NotFound: there is none.
    """
    found = (
        TaskingCapability.objects.select_related("thing__territory", "source", "actuator")
        .filter(code=code)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def open_orders(at: dt.datetime, of: Collection[int]) -> Mapping[int, Task]:
    """The open order of each of these capabilities."""
    rows = Task.objects.filter(capability__in=of, state__in=OPEN, until__gt=at)
    return {one.capability_id: one for one in rows.select_related("by", "agreed_by", "key")}


def orders(capability: TaskingCapability, most: int = 50) -> Sequence[Task]:
    """The orders of a capability, newest first, with what became of each."""
    rows = Task.objects.filter(capability=capability).select_related("by", "agreed_by", "key")
    return list(rows.prefetch_related("changes__by").order_by("-created_at")[:most])
