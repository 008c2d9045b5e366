"""The clinic: a call, a flood of ideas, two joined, one measure, a vote, a promise with four steps,
one of them late, residents who refuse the work and accept it in the end; the author's page tells
all of it."""

from __future__ import annotations

import html

import pytest
from django.test import Client
from tests.cast import START
from tests.city.ideas.choosing import DAY, HOUR, Choosing, choosing
from tests.city.ideas.test_selection import held, voted

from veche.city.delivery.models import Asked, Promise, Step
from veche.city.delivery.operations import acceptance, steps
from veche.city.delivery.operations.refusals import StepMissed
from veche.city.ideas.models import Idea
from veche.city.ideas.operations.merging import combine_many
from veche.city.ideas.operations.promising import promise_ideas
from veche.city.ideas.operations.ratings import rate
from veche.city.ideas.operations.scoring import shortlist_many
from veche.city.ideas.operations.selection import answer_ideas, take_up
from veche.city.ideas.operations.synthesis import Cited, synthesise
from veche.city.ideas.operations.voting import sweep
from veche.city.ideas.queries.story import story
from veche.core.cases.models import Case
from veche.core.notices.models import Notice

pytestmark = pytest.mark.django_db
LATE = "The lift came from the maker four weeks late."


@pytest.fixture
def made() -> Choosing:
    """The call, and forty people who write and support."""
    return choosing(40)


def state(promise: Promise) -> str:
    """Where the promise stands."""
    return Case.objects.values_list("state", flat=True).get(pk=promise.pk)


def say_done(made: Choosing, promise: Promise, day: int, text: str) -> None:
    """The office says that it is done."""
    acceptance.say_done(by=made.town.officer, at=START + day * DAY, case=promise.case, text=text)


def verdicts(made: Choosing, promise: Promise, day: int, accepts: bool) -> None:
    """Everybody who is asked says the same."""
    from veche.core.people.models import Person

    for one in Person.objects.filter(pk__in=Asked.objects.filter(promise=promise).values("person")):
        acceptance.give_verdict(
            by=one,
            at=START + day * DAY,
            case=promise.case,
            accepts=accepts,
            reason="" if accepts else "badly",
            text="" if accepts else "The door is too heavy for a wheelchair.",
        )


def test_the_clinic(made: Choosing) -> None:
    town, crowd = made.town, made.people
    facilitator, officer = town.facilitator, town.officer
    author, neighbour = crowd[0], crowd[1]

    # The call: a flood of ideas, and people who support them.
    clinic = made.idea("A lift in the clinic", by=author)
    stairs = made.idea("Nobody climbs the clinic's stairs", by=neighbour)
    queue = made.idea("Chairs in the clinic's corridor", by=crowd[2])
    flood = [made.idea(f"Something else {n}", by=crowd[n % 40]) for n in range(30)]
    for person in crowd[3:20]:
        rate(by=person, at=START + HOUR, idea=clinic.pk, value=1)
    for person in crowd[10:30]:
        rate(by=person, at=START + HOUR, idea=stairs.pk, value=1)

    # Two say the same: joined, and each person is counted once.
    combine_many(by=facilitator, at=START + DAY, ideas=[stairs.pk], into=clinic.pk,
                 reason="Both ask for a way up without stairs.")  # fmt: skip
    clinic.refresh_from_db()
    assert clinic.supporters == 27
    told = Notice.objects.filter(kind="ideas.combined").values_list("person_id", flat=True)
    assert sorted(told) == sorted([neighbour.pk, *(one.pk for one in crowd[10:30])])

    # One measure is written out of three, and cites them.
    measure = synthesise(
        by=facilitator, at=START + 2 * DAY, call=made.call, title="A clinic one can reach",
        text="The clinic gets a lift.\n\nThe corridor gets chairs.", sources=[
            Cited("A lift in the clinic", 1, idea=clinic.pk),
            Cited("Chairs in the clinic's corridor", 2, idea=queue.pk),
        ],
    )  # fmt: skip
    for person in crowd[5:25]:
        rate(by=person, at=START + 2 * DAY, idea=measure.pk, value=1)
    shortlist_many(by=facilitator, at=START + 3 * DAY, ideas=[measure.pk, flood[0].pk],
                   text="Wanted by many, done within a year.")  # fmt: skip

    # The others are answered in one group; each author hears of theirs.
    reply, refused = answer_ideas(
        by=officer, at=START + 3 * DAY + HOUR, ideas={one.pk: None for one in flood[1:]},
        outcome="refused", reason="few-support", text="There is money for one of them only.",
    )  # fmt: skip
    assert not refused and reply.reason == "few-support"
    heard = Notice.objects.filter(kind="ideas.refused-by-office")
    assert heard.filter(person=crowd[5]).count() == 1 and not heard.filter(person=crowd[35])

    # The shortlist goes to a vote, the chosen becomes a promise.
    ballot = voted(made, measure, flood[0], at=START + 4 * DAY)
    assert ballot.vote is not None
    won = {"winners": [f"i{measure.case.number}"]}
    held(made, ballot.vote, {"questions": [{"code": "ideas", "count": won}]}, first=5)
    assert sweep(at=START + 12 * DAY) == 1
    take_up(by=officer, at=START + 13 * DAY, case=measure.case, text="The residents have chosen.")
    promise = promise_ideas(
        by=officer, at=START + 14 * DAY, ideas=[measure.pk], title="A clinic one can reach",
        text="A lift and chairs by next summer.",
    )  # fmt: skip
    why = dict(Asked.objects.filter(promise=promise).values_list("person_id", "why"))
    assert why[author.pk] == "proposed" and why[crowd[2].pk] == "proposed"
    assert why[crowd[20].pk] == "supported"

    # Four steps; the second is late, and nothing else can be done until it is said why.
    titles = ("Draw the plans", "Buy the lift", "Build it in", "Put up the chairs")
    days = ((START + (14 + 20 * n) * DAY).date() for n in range(1, 5))
    given = [steps.StepGiven(*one) for one in zip(titles, days, strict=True)]
    steps.write_steps(by=officer, at=START + 15 * DAY, case=promise.case, steps=given)
    steps.start(by=officer, at=START + 15 * DAY, case=promise.case)
    first, second, third, fourth = Step.objects.filter(promise=promise).order_by("number")
    steps.finish_step(by=officer, at=START + 30 * DAY, case=first.case, text="The plans are there.")
    with pytest.raises(StepMissed):
        steps.finish_step(by=officer, at=START + 60 * DAY, case=third.case, text="It is built in.")
    steps.explain_step(by=officer, at=START + 60 * DAY, case=second.case, text=LATE)
    for n, one in enumerate((second, third, fourth), 61):
        steps.finish_step(by=officer, at=START + n * DAY, case=one.case, text="It is done now.")

    # Done, says the office; not so, say the residents; repaired, and accepted.
    say_done(made, promise, 70, "The lift runs and the chairs stand.")
    verdicts(made, promise, 71, accepts=False)
    acceptance.end_acceptance(by=None, at=START + 85 * DAY, case=promise.case)
    assert state(promise) == "repair"
    door = steps.StepGiven("Mend the door", (START + 99 * DAY).date())
    (mended,) = steps.write_steps(by=officer, at=START + 86 * DAY, case=promise.case, steps=[door])
    steps.finish_step(by=officer, at=START + 98 * DAY, case=mended.case, text="It opens again.")
    say_done(made, promise, 100, "The door opens by itself now.")
    verdicts(made, promise, 101, accepts=True)
    acceptance.end_acceptance(by=None, at=START + 115 * DAY, case=promise.case)
    assert state(promise) == "kept"

    # The author of the first words reads all of it, in the order in which it happened.
    idea = Idea.objects.select_related("case", "call").get(pk=clinic.pk)
    whole = [f"{one.did} {one.text}" for one in story(idea, START + 120 * DAY)]
    passages = ("Both ask for a way up", "A lift in the clinic", "The residents have chosen.",
                LATE, "The door opens by itself now.")  # fmt: skip
    places = [next(n for n, text in enumerate(whole) if words in text) for words in passages]
    assert places == sorted(places)
    client = Client()
    client.force_login(author)
    page = html.unescape(client.get(f"/en/ideas/{clinic.case.number}/story/").content.decode())
    for words in (*passages, promise.case.number):
        assert words in page, words
    mine = html.unescape(client.get("/en/ideas/mine/").content.decode())
    assert "A lift in the clinic" in mine and "A clinic one can reach" in mine
