"""Promises and their steps in the one queue of those who work for the city."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from veche import clock
from veche.city.delivery.access import promise_for, step_for
from veche.city.delivery.acts import ACTS, Act
from veche.city.delivery.models import Promise, Step
from veche.city.delivery.operations.guard import is_missed, missed_step
from veche.city.delivery.queries import promise as queries
from veche.core.cases.models import Case
from veche.core.cases.queries import history
from veche.core.desk.adapter import Desk, DeskAction, DeskLine, Panel
from veche.core.organisations.middleware import asker
from veche.searching import holds

SHOWN = ("start", "say-done", "finish", "explain", "postpone", "drop", "break", "find-undone")
"""Acts offered beside the panel; the others stand on the page of the promise."""
KEYS = {"start": "a", "say-done": "a", "finish": "a", "explain": "r"}


def lines(cases: Sequence[int]) -> dict[int, DeskLine]:
    """What the queue says of these promises and steps."""
    found: dict[int, DeskLine] = {}
    promises = Promise.objects.filter(pk__in=cases).select_related("case__territory")
    for one in promises:
        found[one.pk] = DeskLine(
            title=one.title,
            place=str(one.case.territory),
            url=reverse("delivery:promise", args=[one.case.number]),
            theme=gettext("Promise"),
            text=one.text,
        )
    steps = Step.objects.filter(pk__in=[pk for pk in cases if pk not in found])
    for step in steps.select_related("case__territory", "promise__case"):
        found[step.pk] = DeskLine(
            title=gettext("Step {n}: {title}").format(n=step.number, title=step.title),
            place=step.promise.title,
            url=f"{queries.address(step.promise)}#step-{step.number}",
            theme=gettext("Step of a promise"),
            text=step.lateness,
        )
    return found


def find(text: str) -> QuerySet[Any, Any]:
    """Promises and steps whose words hold a text."""
    words, values = holds("title || ' ' || text", text)
    promises = Promise.objects.extra(where=[words], params=values)
    steps = Step.objects.filter(title__icontains=text)
    return promises.values("pk").union(steps.values("pk"))


def panel(request: HttpRequest, case: Case) -> Panel:
    """The promise or the step in the side panel.

    Raises:
        veche.errors.NotFound: there is none, or it is hidden.
    """
    at, held = clock.now(), asker(request).holdings
    step = None
    if case.procedure == "promise_step":
        step, promise = step_for(case.number, held)
    else:
        promise = promise_for(case.number, held)
    missed = missed_step(promise.pk, at)
    context = {
        "case": case,
        "promise": promise,
        "step": step,
        "missed": missed,
        "stand": queries.stand(promise, at, missed),
        "steps": queries.steps_of(promise, at),
        "told": queries.told(promise.case, history(promise.case))[:5],
    }
    return Panel("delivery/promise/desk_panel.html", context)


def _action(act: Act) -> DeskAction:
    """An act as the queue offers it: on its own page, where photographs can be sent too."""
    return DeskAction(
        act.moves[0],
        act.title,
        address=f"delivery:{act.code}",
        key=KEYS.get(act.code, ""),
        grave=act.grave,
        offered=lambda case: (
            case.procedure == act.procedure
            and (act.code != "explain" or is_missed(case, clock.now()))
        ),
    )


DESK = Desk(
    title=_("Promises"),
    procedures=("promise", "promise_step"),
    lines=lines,
    panel=panel,
    find=find,
    actions=(
        DeskAction("write_steps", _("Write steps"), address="delivery:steps", key="a"),
        *(_action(act) for act in ACTS if act.code in SHOWN),
    ),
)
