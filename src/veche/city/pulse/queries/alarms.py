"""Lists of alarms for those who handle them."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from veche.city.pulse.models import Alarm
from veche.core.places.queries import Atlas

SHOWN = 200
"""Alarms on one page."""
VIEWS: dict[str, Q] = {
    "open": Q(closed_at__isnull=True, handling__in=("new", "seen")),
    "new": Q(closed_at__isnull=True, handling="new"),
    "away": Q(closed_at__isnull=True, handling__in=("shelved", "suppressed")),
    "closed": Q(closed_at__isnull=False),
}
"""What can be looked at."""


def chosen(query: Mapping[str, str], places: Atlas) -> QuerySet[Alarm]:
    """The alarms that an address asks for; what is not understood does not narrow."""
    rows = Alarm.objects.filter(VIEWS.get(query.get("view", ""), VIEWS["open"]))
    if query.get("level") in ("warning", "critical"):
        rows = rows.filter(level=query["level"])
    place = places.by_code.get(query.get("place", ""))
    if place is not None:
        rows = rows.filter(territory__in=places.inside(place))
    sphere = query.get("sphere", "")
    if sphere and "\x00" not in sphere:
        rows = rows.filter(indicator__sphere=sphere)
    worst_first = Case(
        When(closed_at__isnull=False, then=Value(9)),
        When(handling="new", active=True, level="critical", then=Value(0)),
        When(handling="new", active=True, then=Value(1)),
        When(handling="new", then=Value(2)),
        When(active=True, level="critical", then=Value(3)),
        default=Value(4),
        output_field=IntegerField(),
    )
    return (
        rows.select_related("indicator", "territory", "thing", "source", "handled_by")
        .annotate(place_in_list=worst_first)
        .order_by("place_in_list", "-last_at", "-id")
    )


def counts() -> dict[str, int]:
    """How many alarms there are in each view but the closed ones."""
    given = {name: Count("pk", filter=q) for name, q in VIEWS.items() if name != "closed"}
    found = Alarm.objects.filter(closed_at__isnull=True).aggregate(**given)
    return {name: int(found[name]) for name in given}
