"""A warning of another service opens an incident, where its source has a rule that says so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from veche.city.dispatch.models import Incident, IncidentKind
from veche.city.dispatch.operations import incidents
from veche.city.pulse.connectors.base import Measured
from veche.city.pulse.models import Source
from veche.core.journal.operations import record
from veche.core.places.queries import atlas
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

KIND, FROM = "incident_kind", "incident_from"
"""The settings of a source that are its rule: of which kind, and from which severity on."""
LEAST = 3
"""From this severity on (severe), where the rule names none."""


def key_of(one: Measured) -> str:
    """By what a warning is known, and every later message about the same."""
    told = one.result if isinstance(one.result, dict) else {}
    # What is updated refers to what was said first: sender,identifier,sent.
    first = str(told.get("references", "")).split()
    parts = first[0].split(",") if first else []
    sender, identifier = (
        (parts[0], parts[1])
        if len(parts) >= 2
        else (str(told.get("sender", "")), str(told.get("identifier", "")))
    )
    return f"{sender},{identifier}"[:100]


def _asks(one: Measured, least: int, at: dt.datetime) -> bool:
    """Whether a warning is grave enough, still in force, and real or an exercise (no test)."""
    told = one.result if isinstance(one.result, dict) else {}
    if one.number is None or one.number < least or told.get("status") not in REAL_OR_DRILL:
        return False
    try:
        expires = dt.datetime.fromisoformat(str(told.get("expires", "")))
    except ValueError:
        return True
    return expires.tzinfo is None or expires > at


REAL_OR_DRILL = frozenset({"Actual", "Exercise"})


def fresh(source: Source, measured: Sequence[Measured], at: dt.datetime) -> list[Measured]:
    """The warnings that open an incident by the source's rule and have opened none yet."""
    if not source.settings.get(KIND):
        return []
    given = str(source.settings.get(FROM, ""))
    least = int(given) if given in ("1", "2", "3", "4") else LEAST
    asking = {key_of(one): one for one in measured if _asks(one, least, at)}
    known = set(
        Incident.objects.filter(
            source=Incident.Source.WARNING, source_key__in=asking
        ).values_list("source_key", flat=True)
    )  # fmt: skip
    return [one for key, one in asking.items() if key not in known]


@operation
def open_incidents(
    *, by: Person | None, at: dt.datetime, source: Source, measured: Sequence[Measured]
) -> list[Incident]:
    """Open an incident of every warning that asks for one; an exercise opens a drill.

    Where the city has no such kind any more, nothing is opened: readings go on being taken.
    """
    kind = IncidentKind.objects.filter(code=source.settings.get(KIND, ""), until=None).first()
    city = atlas().home()
    made: list[Incident] = []
    for one in fresh(source, measured, at) if kind is not None and city is not None else ():
        assert kind is not None and city is not None and one.number is not None
        told = one.result
        title = str(told.get("headline") or told.get("event") or kind)[:160]
        made.append(
            incidents.report(
                by=by, at=at, kind=kind, territory=city, title=title,
                text="; ".join(map(str, told.get("areas", ())))[:4000],
                source=Incident.Source.WARNING, source_key=key_of(one),
                severity=min(4, max(1, int(one.number))), drill=told["status"] == "Exercise",
            )
        )  # fmt: skip
    record(
        kind="pulse.warnings-opened", by=by, at=at, subject=f"source:{source.code}",
        public={"incidents": [one.case.number for one in made if not one.drill]},
    )  # fmt: skip
    return made
