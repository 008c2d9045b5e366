"""Setting the ladders: who is told of what waits, and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection
from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import rules
from veche.city.dispatch.models import EscalationStep
from veche.city.dispatch.procedure import INCIDENT, OPEN, TASK
from veche.city.dispatch.words_duty import ROLES
from veche.core.journal.operations import record
from veche.core.organisations.access import check_keeps_rules
from veche.errors import Invalid
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

MOST_STEPS = 12
MOST_TIMES = 5
"""A step is repeated so often at most: more is noise that nobody hears."""
STATES: dict[str, tuple[str, ...]] = {
    INCIDENT.code: OPEN,
    TASK.code: ("asked", "in_work"),
}
"""Procedure → the states that have a ladder."""
Act = EscalationStep.Act


class LadderWrong(Invalid):
    """A step that says nothing, or what cannot be."""

    code = "ladder-wrong"
    sentence = _(
        "Step {n} cannot be: say when (a share of the term, or minutes) and whom, and repeat at"
        " most five times."
    )


class NoSuchLadder(Invalid):
    """There is no such state, or no such tier."""

    code = "ladder-unknown"
    sentence = _("There is no such ladder.")


@dataclass(frozen=True)
class Rung:
    """A step as it is set."""

    act: str
    percent: int | None = None
    minutes: int | None = None
    role: str = ""
    person: Person | None = None
    times: int = 1
    every: int = 0

    @property
    def right(self) -> bool:
        """Whether it says when, whom and how often, and nothing besides."""
        when = (self.percent is not None and 1 <= self.percent <= 1000) != (
            self.minutes is not None and 1 <= self.minutes <= 60 * 24 * 90
        ) and (self.percent is None) != (self.minutes is None)
        whom = (self.act == Act.PERSON) == (self.person is not None) and (
            (self.role in ROLES) if self.act == Act.ROLE else not self.role
        )
        often = (
            1 <= self.times <= MOST_TIMES and 1 <= self.every <= 1440
            if self.act == Act.REPEAT
            else (self.times, self.every) == (1, 0)
        )
        return self.act in Act.values and when and whom and often


@operation
def set_ladder(
    *,
    by: Person | None,
    at: dt.datetime,
    procedure: str,
    state: str,
    tier: int | None = None,
    rungs: Sequence[Rung] = (),
) -> list[EscalationStep]:
    """Set the ladder of a state, for one tier or for all that have none of their own. What was set
    before counts no longer; the new steps count from now on, and nothing is made up for. Without
    steps nobody is told, or, for one tier, the ladder for all counts.

    Raises:
        NotARuleKeeper: the person sets none.
        NoSuchLadder: there is no such state or tier.
        LadderWrong: a step cannot be.
    """
    check_keeps_rules(by, at)
    if state not in STATES.get(procedure, ()) or (tier is not None and tier not in rules.TIERS):
        raise NoSuchLadder
    if len(rungs) > MOST_STEPS:
        raise LadderWrong(n=MOST_STEPS + 1)
    for place, one in enumerate(rungs, 1):
        if not one.right:
            raise LadderWrong(n=place)
    with connection.cursor() as cursor:  # pressed twice, the second finds what the first has set
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('dispatch-ladder'), hashtext(%s))", [state]
        )
    EscalationStep.objects.filter(
        procedure=procedure, state=state, tier=tier, until__isnull=True
    ).update(until=at)
    made = EscalationStep.objects.bulk_create(
        [
            EscalationStep(
                procedure=procedure,
                state=state,
                tier=tier,
                place=place,
                percent=one.percent,
                minutes=one.minutes,
                act=one.act,
                person=one.person,
                role=one.role,
                times=one.times,
                every=one.every,
                since=at,
            )
            for place, one in enumerate(rungs, 1)
        ]
    )
    record(
        kind="dispatch.ladder-set",
        by=by,
        at=at,
        subject=f"ladder:{procedure}:{state}",
        public={
            "tier": tier,
            "steps": [
                [one.percent, one.minutes, one.act, one.role, one.times, one.every] for one in rungs
            ],
        },
        personal={"people": [one.person.pk for one in rungs if one.person is not None]},
    )
    return made
