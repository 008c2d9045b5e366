"""The story of a promise, from a vote to what residents found."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.cast import START
from tests.city.ballots.votes import OPENS, Voting, voting
from tests.city.delivery.promises import DAY, finish, fresh, make, state
from veche.city.ballots.models import Part, RollEntry
from veche.city.delivery.models import Asked, Source
from veche.city.delivery.operations import acceptance, steps
from veche.city.delivery.operations.guard import today
from veche.city.delivery.operations.promises import SourceGiven
from veche.city.delivery.operations.steps import StepGiven
from veche.city.delivery.queries.promise import counted, sources_of, told
from veche.city.delivery.queries.story import promises_of
from veche.core.cases.operations import advance
from veche.core.cases.queries import history


@pytest.fixture
def made(db: None) -> Voting:
    return voting()


def result(yes: int, no: int) -> dict[str, Any]:
    """The body of a result, as far as a promise tells of it."""
    tally = {"oak": yes, "linden": no}
    return {
        "turnout": {"number": yes + no},
        "roll": {"number": 12},
        "questions": [{"code": "lamps", "count": {"rounds": [{"tally": tally}]}}],
    }


def test_those_who_voted_are_asked_and_nobody_else_on_the_roll(made: Voting) -> None:
    vote = made.opened()
    for person in made.voters[:3]:  # as the sequencer notes when it places their ballots
        entry = RollEntry.objects.get(vote=vote, person=person)
        Part.objects.create(entry=entry, channel="web")
    source = [SourceGiven(Source.Kind.VOTE, matter=vote.pk)]
    promise = make(made.town, at=OPENS + DAY, sources=source, territory=made.town.east)
    rows = set(Asked.objects.filter(promise=promise).values_list("person", "why"))
    assert rows == {(person.pk, "voted") for person in made.voters[:3]}
    (shown,) = sources_of(promise)
    assert (shown.title, shown.told) == ("Lamps in the park", "")
    assert vote.case.number in shown.url
    assert [one.number for one in promises_of([vote.pk])[vote.pk]] == [promise.case.number]


def test_a_counted_vote_stands_on_the_promise_with_its_numbers(made: Voting) -> None:
    vote = made.opened()
    question = vote.config["questions"][0]
    codes = [one["code"] for one in question["options"]]
    body = result(5, 2)
    body["questions"][0]["code"] = question["code"]
    body["questions"][0]["count"]["rounds"][0]["tally"] = {codes[0]: 2, codes[1]: 5}
    vote.result = body
    titles = [one["title"]["en"] for one in question["options"]]
    assert counted(vote) == f"7 of 12 voted. {titles[1]}: 5, {titles[0]}: 2."
    vote.result = None
    assert counted(vote) == ""


def test_the_whole_way_stands_on_one_page(made: Voting, client: Client) -> None:
    town, by = made.town, made.town.officer
    promise = make(town, sources=[SourceGiven(Source.Kind.BUDGET, text="Budget, line 14")])
    first, second = steps.write_steps(
        by=by,
        at=START,
        case=promise.case,
        steps=[
            StepGiven("Ask for offers", today(START + 5 * DAY)),
            StepGiven("Build the crossing", today(START + 20 * DAY)),
        ],
    )
    steps.start(by=by, at=START, case=promise.case)
    steps.explain_step(by=by, at=START + 7 * DAY, case=first.case, text="Nobody made an offer.")
    finish(town, first, START + 8 * DAY)
    steps.postpone_step(
        by=by, at=START + 9 * DAY, case=second.case, due_on=today(START + 30 * DAY),
        text="Asphalt is laid in spring.",
    )  # fmt: skip
    finish(town, second, START + 28 * DAY)
    acceptance.say_done(
        by=by, at=START + 29 * DAY, case=promise.case, text="The crossing is open to all."
    )
    west = made.voters[:7]
    for n, person in enumerate(west):
        acceptance.give_verdict(
            by=person, at=START + 30 * DAY, case=promise.case, accepts=n < 2,
            reason="" if n < 2 else "in-part",
            text="" if n < 2 else f"One lamp is dark, number {n}.",
        )  # fmt: skip
    advance(at=START + 60 * DAY)
    assert state(promise) == "repair"
    (third,) = steps.write_steps(
        by=by, at=START + 61 * DAY, case=promise.case,
        steps=[StepGiven("Mend the lamp", today(START + 70 * DAY))],
    )  # fmt: skip
    finish(town, third, START + 62 * DAY)
    acceptance.say_done(
        by=by, at=START + 63 * DAY, case=promise.case, text="Every lamp is lit again."
    )
    acceptance.give_verdict(by=west[0], at=START + 64 * DAY, case=promise.case, accepts=True)
    advance(at=START + 90 * DAY)
    now = fresh(promise)
    assert now.case.state == "kept"
    moves = [one.move for one in reversed(told(now.case, history(now.case)))]
    assert moves == [
        "make", "write_steps", "start", "explain", "change", "change", "change", "say_done",
        "refuse", "change", "change", "say_done", "accept",
    ]  # fmt: skip
    for language in ("en", "ru", "zh-hans"):
        page = client.get(f"/{language}/promises/{now.case.number}/").content.decode()
        for said in (
            "Nobody made an offer.", "Asphalt is laid in spring.", "One lamp is dark, number 3.",
            "Every lamp is lit again.", "Budget, line 14",
        ):  # fmt: skip
            assert said in page, (language, said)
    page = client.get(f"/en/promises/{now.case.number}/").content.decode()
    for said in (
        "2 said yes and 5 no, of 7 who were asked.",
        "1 said yes and 0 no, of 7 who were asked.",
        "only a part of it was done: 5",
    ):
        assert said in page, said
