"""What modes and command hold about a person, for their download."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from veche.core.people.models import Person


def collect(person: Person) -> dict[str, Any]:
    """Every mode that somebody entered, extended or ended, every command they were given and every
    secondment. Official acts: they stay when the account is erased, without the name."""
    from veche.city.dispatch.models import Command, ModeAct, Secondment

    told: dict[str, Any] = {}
    acts = ModeAct.objects.filter(by=person).select_related("mode__territory").order_by("at")
    if acts:
        told["modes"] = [
            {
                "place": one.mode.territory.code,
                "level": one.mode.level,
                "did": one.kind,
                "as": one.role,
                "at": one.at.isoformat(),
                "reason": one.reason,
            }
            for one in acts
        ]
    commands = Command.objects.filter(person=person).order_by("since")
    if commands:
        told["commands"] = [
            {
                "powers": one.powers,
                "since": one.since.isoformat(),
                "until": (one.ended_at or one.until).isoformat(),
                "reason": one.reason,
            }
            for one in commands
        ]
    lent = Secondment.objects.filter(person=person).select_related("origin").order_by("since")
    if lent:
        told["secondments"] = [
            {
                "role": one.role,
                "office": one.origin.code,
                "since": one.since.isoformat(),
                "until": (one.ended_at or one.until).isoformat(),
                "reason": one.reason,
            }
            for one in lent
        ]
    return told
