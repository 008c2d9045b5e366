"""Who may see and do what about a promise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from veche.city.delivery.models import Promise, Step
from veche.city.delivery.procedure import CONTROLLER, PLANNER
from veche.core.moderation.access import reads_unpublished
from veche.core.organisations.access import covers
from veche.errors import NotFound

if TYPE_CHECKING:
    from veche.core.organisations.models import Holding


class UnknownPromise(NotFound):
    """There is no such promise, or it is not shown."""

    code = "unknown-promise"


def promises() -> QuerySet[Promise]:
    """All promises with what their rows name."""
    return Promise.objects.select_related(
        "case__territory", "case__organisation", "goal__strategy", "replaced_by__case"
    )


def promise_for(number: str, held: Sequence[Holding] = ()) -> Promise:
    """The promise of this number.

    Raises:
        UnknownPromise: there is none, or it is hidden and the roles held do not reach it.
    """
    found = promises().filter(case__number=number).first()
    if found is None:
        raise UnknownPromise
    if found.case.hidden_at is not None and not reads_unpublished(held, found.case):
        raise UnknownPromise
    return found


def step_for(number: str, held: Sequence[Holding] = ()) -> tuple[Step, Promise]:
    """The step of this number, and its promise.

    Raises:
        UnknownPromise: as for its promise.
    """
    rows = Step.objects.select_related("case", "promise__case")
    step = rows.filter(case__number=number).first()
    if step is None:
        raise UnknownPromise
    return step, promise_for(step.promise.case.number, held)


def plans(promise: Promise, held: Sequence[Holding]) -> bool:
    """Whether one of these roles plans or controls at the place of a promise."""
    place = promise.case.territory
    return any(one.role in (PLANNER, CONTROLLER) and covers(one, place) for one in held)
