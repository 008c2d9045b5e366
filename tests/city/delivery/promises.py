"""Promises for tests: made, begun, and as far on their way as a test needs them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.cast import START, SmallTown
from veche.city.delivery.models import Promise, Source, Step
from veche.city.delivery.operations import acceptance, promises, steps
from veche.city.delivery.operations.promises import AskedPerson, SourceGiven
from veche.city.delivery.operations.steps import StepGiven
from veche.core.cases.models import Case
from veche.core.cases.terms import city_zone

DAY = dt.timedelta(days=1)


def on(days: int) -> dt.date:
    """The day so many days after the start of the small town."""
    return (START + days * DAY).astimezone(city_zone()).date()


def make(town: SmallTown, *, at: dt.datetime = START, **more: Any) -> Promise:
    """A promise of the roads office in the west, from a mayor's word unless said otherwise."""
    values: dict[str, Any] = {
        "by": None,
        "territory": town.west,
        "office": town.roads,
        "title": "A crossing at the school",
        "text": "A crossing with lights where the children go to school.",
        "success": "No child crosses without lights.",
        "sources": [SourceGiven(Source.Kind.WORD, text="The mayor, in the town hall on 3 March")],
    }
    return promises.make_promise(at=at, **{**values, **more})


def with_steps(
    town: SmallTown, *days: int, at: dt.datetime = START, **more: Any
) -> tuple[Promise, list[Step]]:
    """A promise that is being delivered, with steps due so many days after the start."""
    promise = make(town, at=at, **more)
    made = steps.write_steps(
        by=town.officer,
        at=at,
        case=promise.case,
        steps=[StepGiven(f"Step number {n}", on(day)) for n, day in enumerate(days, start=1)],
    )
    steps.start(by=town.officer, at=at, case=promise.case)
    return fresh(promise), made


def finish(town: SmallTown, step: Step, at: dt.datetime, **more: Any) -> Case:
    """A step is done."""
    return steps.finish_step(
        by=town.officer, at=at, case=step.case, text="It stands and works.", **more
    )


def said_done(town: SmallTown, *, at: dt.datetime = START + 5 * DAY, **more: Any) -> Promise:
    """A promise with one finished step, about which residents are asked from ``at`` on."""
    promise, (step,) = with_steps(town, 10, **more)
    finish(town, step, at)
    return acceptance.say_done(
        by=town.officer, at=at, case=promise.case, text="The crossing is built and lit."
    )


def asked(*people: Any, why: str = "supported") -> list[AskedPerson]:
    """These people, as those who are asked."""
    from veche.city.delivery.models import Asked

    return [AskedPerson(one.pk, Asked.Why(why)) for one in people]


def fresh(promise: Promise) -> Promise:
    """The promise as it stands now."""
    return Promise.objects.select_related("case__territory", "case__organisation").get(
        pk=promise.pk
    )


def state(promise: Promise) -> str:
    """Where a promise stands."""
    return Case.objects.get(pk=promise.pk).state
