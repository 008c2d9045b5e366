"""Which streams of the city may be read for a trial."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import F, Q

from veche.city.pulse.models import Stream as CityStream

if TYPE_CHECKING:
    from veche.city.pilots.models import Trial

MOST = 60


def near(trial: Trial, at: dt.datetime) -> list[CityStream]:
    """Streams of one number that may be read for a trial, the nearest to its site first, at most
    sixty; those of things without a place come last."""
    day = at.date()
    application = trial.application
    takers = [
        one for one in (application.programme.agency_id, application.department_id)
        if one is not None
    ]  # fmt: skip
    agreed = Q(
        Q(source__agreement__until__isnull=True) | Q(source__agreement__until__gte=day),
        source__agreement__taker__in=takers,
        source__agreement__ended_at__isnull=True,
        source__agreement__since__lte=day,
    )
    site = trial.site
    # Nearness by plane coordinates is enough to sort what lies in one city.
    away = (F("thing__longitude") - site.longitude) * (F("thing__longitude") - site.longitude) + (
        4.0 * (F("thing__latitude") - site.latitude) * (F("thing__latitude") - site.latitude)
    )
    rows = CityStream.objects.filter(Q(source__public=True) | agreed, multi=False)
    rows = rows.annotate(away=away).order_by(F("away").asc(nulls_last=True), "pk")
    return list(rows.select_related("thing", "source__agreement")[:MOST])


def said(stream: CityStream) -> str:
    """A stream in words: whose, what, in which unit."""
    unit = stream.unit if isinstance(stream.unit, dict) else {}
    symbol = str(unit.get("symbol") or unit.get("name") or "")
    return f"{stream.thing}: {stream}" + (f", {symbol}" if symbol else "")
