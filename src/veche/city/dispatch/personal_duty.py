"""What duty holds about a person, for their download."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from veche.core.people.models import Person


def collect(person: Person) -> dict[str, Any]:
    """Every turn, every shift that was handed over or taken over, every exchange and every step
    that was ticked off. Those of who works for the city: they stay when the account is erased, as
    every official act does, without the name."""
    from django.db.models import Q

    from veche.city.dispatch.models import DutyTurn, HandOver, StepDone, TurnSwap

    told: dict[str, Any] = {}
    turns = DutyTurn.objects.filter(person=person).select_related("list").order_by("since")
    if turns:
        told["duty"] = [
            {
                "list": one.list.code,
                "since": one.since.isoformat(),
                "until": one.until.isoformat(),
                "first": one.lead,
                "telephone": one.telephone,
            }
            for one in turns
        ]
    shifts = HandOver.objects.filter(Q(by=person) | Q(taken_by=person)).select_related("list")
    if shifts:
        told["shifts"] = [
            {
                "list": one.list.code,
                "at": one.at.isoformat(),
                "written": one.by_id == person.pk,
                "taken": one.taken_by_id == person.pk,
                "text": one.text if one.by_id == person.pk else "",
            }
            for one in shifts.order_by("at")
        ]
    swaps = TurnSwap.objects.filter(Q(asked_by=person) | Q(asked_of=person)).order_by("asked_at")
    if swaps:
        told["exchanges"] = [
            {"asked": one.asked_at.isoformat(), "agreed": one.agreed} for one in swaps
        ]
    done = StepDone.objects.filter(by=person).select_related("incident__case").order_by("at")
    if done:
        told["first_steps"] = [
            {"incident": one.incident.case.number, "at": one.at.isoformat()} for one in done
        ]
    return told
