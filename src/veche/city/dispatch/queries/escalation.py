"""The ladders as they are set, and what was climbed in an incident."""

from __future__ import annotations

from typing import TYPE_CHECKING

from veche.city.dispatch import rules
from veche.city.dispatch.models import EscalationClimb, EscalationStep, IncidentTerm
from veche.city.dispatch.operations.ladders import STATES

if TYPE_CHECKING:
    from veche.city.dispatch.models import Incident

PUT_OFF = 60 * 24 * 30
"""Minutes by which the ladder of what was put off is drawn: its term is whatever was written."""

Ladder = tuple[str, str, int | None]
"""Procedure, state, and the tier of which it is the own ladder."""


def ladder(procedure: str, state: str, tier: int | None) -> list[EscalationStep]:
    """The steps in force of one ladder, in order; empty where none was set."""
    rows = EscalationStep.objects.filter(
        procedure=procedure, state=state, tier=tier, until__isnull=True
    )
    return list(rows.select_related("person").order_by("place"))


def ladders() -> list[tuple[Ladder, list[EscalationStep]]]:
    """Every state that has a ladder, with the one for all and those of single tiers."""
    found: dict[Ladder, list[EscalationStep]] = {}
    for procedure, states in STATES.items():
        for state in states:
            found[(procedure, state, None)] = []
    rows = EscalationStep.objects.filter(until__isnull=True).select_related("person")
    for one in rows.order_by("place"):
        found.setdefault((one.procedure, one.state, one.tier), []).append(one)
    order = {
        (procedure, state): n
        for n, (procedure, state) in enumerate((p, s) for p, ss in STATES.items() for s in ss)
    }
    return sorted(found.items(), key=lambda row: (order.get(row[0][:2], 99), row[0][2] or 0))


def usual_minutes() -> dict[tuple[str, str], int]:
    """How long each state usually lasts, for all kinds and tiers: what the picture is drawn by."""
    set_ones = dict(
        IncidentTerm.objects.filter(kind__isnull=True, tier__isnull=True).values_list(
            "state", "minutes"
        )
    )
    found = {}
    for procedure, states in STATES.items():
        for state in states:
            name = rules.TASK_STATES[state] if procedure == "incident_task" else state
            found[(procedure, state)] = set_ones.get(name, rules.MINUTES.get(name, PUT_OFF))
    return found


def climbed(incident: Incident) -> list[EscalationClimb]:
    """What was climbed in an incident and its parts, in order."""
    rows = EscalationClimb.objects.filter(incident=incident).select_related("step__person")
    return list(rows.order_by("at", "due_at", "pk"))
