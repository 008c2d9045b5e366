"""City settings: who is told of what waits in incidents, and when."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from veche import clock
from veche.city.dispatch.forms.ladders import LadderForm
from veche.city.dispatch.models import EscalationStep
from veche.city.dispatch.operations import ladders as operations
from veche.city.dispatch.operations.ladders import STATES, NoSuchLadder
from veche.city.dispatch.pictures_duty import Axis, axis
from veche.city.dispatch.procedure import INCIDENT, TASK
from veche.city.dispatch.queries import escalation as queries
from veche.city.dispatch.words_duty import ACTS, ROLES, TIERS
from veche.core.organisations.access import check_keeps_rules
from veche.core.organisations.guard import signed_in
from veche.core.organisations.models import Holding
from veche.core.people.models import Person
from veche.errors import NotFound, Refused
from veche.look.http import sent
from veche.look.words import percent, span
from veche.tables import csv_whole

PROCEDURES = {one.code: one for one in (INCIDENT, TASK)}
HEAD = ("procedure", "state", "tier", "step", "percent", "minutes", "act", "role", "person",
        "times", "every", "since")  # fmt: skip


def what(step: EscalationStep) -> str:
    """What a step does, in words."""
    if step.role:
        return _("tell: {whom}").format(whom=ROLES[step.role])
    if step.person is not None:
        return _("tell: {whom}").format(whom=step.person)
    if step.act == "repeat":
        return _("{act}, {n} times at most, every {minutes} minutes").format(
            act=ACTS[step.act], n=step.times, minutes=step.every
        )
    return str(ACTS[step.act])


def when(step: EscalationStep) -> str:
    """When a step comes, in words."""
    if step.percent is not None:
        return _("{share} of the term").format(share=percent(step.percent / 100))
    return _("after {span}").format(span=span(dt.timedelta(minutes=step.minutes or 0)))


def _picture(steps: list[EscalationStep], minutes: int) -> Axis:
    return axis(
        [
            (one.place, one.percent or 100 * (one.minutes or 0) / max(1, minutes), one.act)
            for one in steps
        ]
    )


def _shown(which: queries.Ladder, steps: list[EscalationStep], minutes: int) -> dict[str, Any]:
    procedure, state, tier = which
    picture = _picture(steps, minutes)
    return {
        "procedure": procedure,
        "state": state,
        "tier": tier or 0,
        "of": PROCEDURES[procedure].title,
        "title": PROCEDURES[procedure].by_code[state].title,
        "tier_word": TIERS[tier] if tier else "",
        "steps": [(when(one), what(one)) for one in steps],
        "axis": picture,
        "ticks": [(x, percent(share / 100)) for x, share in picture.ticks],
        "minutes": minutes,
    }


@require_safe
@signed_in("")
def ladders(request: HttpRequest, person: Person) -> HttpResponse:
    """Every ladder with its picture.

    Raises:
        veche.core.organisations.access.NotARuleKeeper: the person sets none.
    """
    check_keeps_rules(person, clock.now())
    minutes = queries.usual_minutes()
    rows = [_shown(which, steps, minutes[which[:2]]) for which, steps in queries.ladders()]
    context = {"rows": rows, "tiers": TIERS.items()}
    return render(request, "dispatch/ladders/ladders.html", context)


@require_safe
@signed_in("")
def table(request: HttpRequest, person: Person) -> HttpResponse:
    """Every step in force as a table.

    Raises:
        veche.core.organisations.access.NotARuleKeeper: the person sets none.
    """
    check_keeps_rules(person, clock.now())
    rows: list[tuple[object, ...]] = [HEAD]
    for (procedure, state, tier), steps in queries.ladders():
        rows += [
            (
                procedure, state, tier or "", one.place, one.percent or "", one.minutes or "",
                one.act, one.role, str(one.person) if one.person else "", one.times,
                one.every or "", one.since.isoformat(timespec="seconds"),
            )
            for one in steps
        ]  # fmt: skip
    return csv_whole("ladders", rows)


def _people() -> list[Person]:
    held = Holding.objects.filter(role__in=list(ROLES), until__isnull=True)
    found = {one.person_id: one.person for one in held.select_related("person")}
    return sorted(found.values(), key=str)[:300]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def ladder(
    request: HttpRequest, person: Person, procedure: str, state: str, tier: int
) -> HttpResponse:
    """One ladder, to be set; tier 0: for all tiers that have none of their own.

    Raises:
        NotFound: there is no such ladder.
        veche.core.organisations.access.NotARuleKeeper: the person sets none.
    """
    check_keeps_rules(person, clock.now())
    if state not in STATES.get(procedure, ()) or tier not in (0, *TIERS):
        raise NotFound
    posted = request.method == "POST"
    steps = queries.ladder(procedure, state, tier or None)
    begins = steps or (queries.ladder(procedure, state, None) if tier else [])
    form = LadderForm(sent(request) if posted else None, steps=begins, people=_people())
    if posted and form.is_valid():
        try:
            operations.set_ladder(
                by=person,
                at=clock.now(),
                procedure=procedure,
                state=state,
                tier=tier or None,
                rungs=form.rungs(),
            )
        except (Refused, NoSuchLadder) as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, _("Set. It counts from now on; nothing is made up for."))
            return redirect("dispatch:ladders")
    minutes = queries.usual_minutes()[(procedure, state)]
    context = {
        "form": form,
        "one": _shown((procedure, state, tier or None), begins, minutes),
        "own": bool(steps),
        "tiers": [(0, _("all tiers")), *TIERS.items()],
    }
    return render(request, "dispatch/ladders/ladder.html", context, status=422 if posted else 200)
