"""From the shortlist to the accepted work: the second half of the clinic's story."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.cast import START
from tests.city.ideas.ideas import DAY, HOUR, Ideas
from tests.city.ideas.test_selection import held
from veche.city.delivery.models import Asked, Promise, Step
from veche.city.delivery.operations import acceptance, steps
from veche.city.delivery.operations.refusals import StepMissed
from veche.city.ideas.models import Idea
from veche.city.ideas.operations.promising import promise_ideas
from veche.city.ideas.operations.selection import take_up
from veche.city.ideas.operations.voting import put_to_vote, sweep
from veche.core.cases.models import Case
from veche.core.people.models import Person

LATE = "The lift came from the maker four weeks late."
VOTED = START + 22 * DAY
JUDGES = 400
"""People who say what they think of the work, of those who are asked."""


@dataclass(frozen=True)
class Delivered:
    """What became of the promise."""

    number: str
    state: str
    asked: int


def vote_on(made: Ideas, measures: Sequence[Idea]) -> None:
    """The office puts them to a vote, which the first wins; its holding is a story of its own."""
    reply = put_to_vote(
        by=made.town.officer, at=VOTED, ideas=[one.pk for one in measures],
        title={"en": "Which measures?"}, text={"en": "What the town does next year."},
        opens=VOTED + 2 * DAY, closes=VOTED + 9 * DAY, shape="approval",
        words="The residents choose among what they wrote.",
    )  # fmt: skip
    assert reply.vote is not None
    won = {"winners": [f"i{measures[0].case.number}"]}
    held(made, reply.vote, {"questions": [{"code": "ideas", "count": won}]}, first=23)  # type: ignore[arg-type]
    assert sweep(at=START + 39 * DAY) == 1
    take_up(by=made.town.officer, at=START + 39 * DAY, case=measures[0].case,
            text="The residents have chosen.")  # fmt: skip


def deliver(made: Ideas, measure: Idea) -> tuple[Delivered, Sequence[str]]:
    """Four steps of which one is late, a refusal, a repair, and the acceptance; with what the
    author must be able to read of it, in the order in which it happened."""
    officer, day = made.town.officer, 41
    promise = promise_ideas(
        by=officer, at=START + day * DAY, ideas=[measure.pk], title=measure.title,
        text="A lift and chairs by next summer.",
    )  # fmt: skip
    titles = ("Draw the plans", "Buy the lift", "Build it in", "Put up the chairs")
    days = ((START + (day + 20 * n) * DAY).date() for n in range(1, 5))
    given = [steps.StepGiven(*one) for one in zip(titles, days, strict=True)]
    steps.write_steps(by=officer, at=START + 42 * DAY, case=promise.case, steps=given)
    steps.start(by=officer, at=START + 42 * DAY, case=promise.case)
    first, second, third, fourth = Step.objects.filter(promise=promise).order_by("number")
    steps.finish_step(by=officer, at=START + 55 * DAY, case=first.case, text="The plans are there.")
    late = START + 90 * DAY
    try:
        steps.finish_step(by=officer, at=late, case=third.case, text="It is built in.")
    except StepMissed:
        steps.explain_step(by=officer, at=late, case=second.case, text=LATE)
    else:
        raise AssertionError("nothing else can be done before it is said why a step was missed")
    for n, one in enumerate((second, third, fourth), 1):
        steps.finish_step(by=officer, at=late + n * HOUR, case=one.case, text="It is done now.")
    _judged(made, promise, 95, False, "The lift runs and the chairs stand.")
    door = steps.StepGiven("Mend the door", (START + 125 * DAY).date())
    (mended,) = steps.write_steps(
        by=officer, at=START + 112 * DAY, case=promise.case, steps=[door]
    )  # fmt: skip
    steps.finish_step(by=officer, at=START + 120 * DAY, case=mended.case, text="It opens again.")
    _judged(made, promise, 122, True, "The door opens by itself now.")
    state = Case.objects.values_list("state", flat=True).get(pk=promise.pk)
    asked = Asked.objects.filter(promise=promise).count()
    passages = ("Both ask for a way up", "The residents have chosen.", LATE,
                "The door opens by itself now.")  # fmt: skip
    return Delivered(promise.case.number, state, asked), passages


def _judged(made: Ideas, promise: Promise, day: int, accepts: bool, text: str) -> None:
    """The office says that it is done, some hundred say what they think, the term ends."""
    acceptance.say_done(by=made.town.officer, at=START + day * DAY, case=promise.case, text=text)
    who = Asked.objects.filter(promise=promise).order_by("person_id").values("person")[:JUDGES]
    for person in Person.objects.filter(pk__in=who):
        acceptance.give_verdict(
            by=person, at=START + (day + 1) * DAY, case=promise.case, accepts=accepts,
            reason="" if accepts else "badly", text="" if accepts else "The door is too heavy.",
        )  # fmt: skip
    acceptance.end_acceptance(by=None, at=START + (day + 15) * DAY, case=promise.case)
