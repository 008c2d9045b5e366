"""Counting rides: single ones are never kept."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection
from django.utils.translation import gettext_lazy as _

from veche.city.spheres.models import RideBatch
from veche.core.cases.terms import city_zone
from veche.core.journal.operations import record
from veche.errors import Refused
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person


class CountedAlready(Refused):
    """The same file twice."""

    code = "rides-counted-already"
    sentence = _("These rides were counted already.")


class Ride(NamedTuple):
    """Many rides alike: numbers of territories, a moment, how many."""

    at: dt.datetime
    mode: str
    origin: int
    destination: int
    times: int = 1


_ADD = """
INSERT INTO spheres_ridecount (day, hour, mode, origin_id, destination_id, rides)
SELECT * FROM unnest(%s::date[], %s::smallint[], %s::text[], %s::bigint[], %s::bigint[], %s::int[])
ON CONFLICT (day, hour, mode, origin_id, destination_id)
DO UPDATE SET rides = spheres_ridecount.rides + excluded.rides
"""


@operation
def count_rides(
    *, by: Person | None, at: dt.datetime, rides: Iterable[Ride], digest: str, refused: int = 0
) -> int:
    """Add rides to the counts of their hours; returns how many were counted.

    ``rides`` may be as long as it likes: it is read once and nothing of it is kept but counts.

    Raises:
        CountedAlready: a batch of this digest was counted.
    """
    if RideBatch.objects.filter(digest=digest).exists():
        raise CountedAlready
    zone, sums = city_zone(), Counter[tuple[dt.date, int, str, int, int]]()
    hours: dict[dt.datetime, tuple[dt.date, int]] = {}
    for ride in rides:
        hour = ride.at.replace(minute=0, second=0, microsecond=0)
        here = hours.get(hour)
        if here is None:
            local = hour.astimezone(zone)
            here = hours[hour] = (local.date(), local.hour)
        sums[(*here, ride.mode, ride.origin, ride.destination)] += ride.times
    total = sum(sums.values())
    if sums:
        columns = [list(column) for column in zip(*sums, strict=True)]
        with connection.cursor() as cursor:
            cursor.execute(_ADD, [*columns, list(sums.values())])
    RideBatch.objects.create(digest=digest, at=at, rides=total, refused=refused)
    record(
        kind="spheres.rides-counted", by=by, at=at, subject="rides",
        public={"rides": total, "cells": len(sums), "refused": refused, "sha256": digest},
    )  # fmt: skip
    return total
