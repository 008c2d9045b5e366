"""What alarms ask of incidents: their numbers, and the kinds there are."""

from __future__ import annotations

from collections.abc import Iterable

from veche.city.dispatch.models import IncidentKind
from veche.core.cases.models import Case


def incident_numbers(keys: Iterable[int | None]) -> dict[int, str]:
    """Incidents by their key → the number everybody knows them by."""
    wanted = [key for key in keys if key is not None]
    if not wanted:
        return {}
    return dict(Case.objects.filter(pk__in=wanted).values_list("pk", "number"))


def kinds_open() -> list[IncidentKind]:
    """The kinds of which incidents are opened now, by their names in the reader's language."""
    return sorted(IncidentKind.objects.filter(until=None), key=str)
