"""One idea tells its whole story: joined, cited, voted on, promised, late, refused, repaired."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from tests.cast import START
from tests.city.ideas.choosing import DAY, HOUR, Choosing, choosing
from tests.city.ideas.test_selection import held, voted
from veche.city.ideas import words
from veche.city.ideas.models import Idea
from veche.city.ideas.operations.merging import combine_many, separate
from veche.city.ideas.operations.promising import promise_ideas
from veche.city.ideas.operations.scoring import shortlist_many
from veche.city.ideas.operations.selection import take_up
from veche.city.ideas.operations.synthesis import Cited, synthesise
from veche.city.ideas.operations.voting import sweep
from veche.city.ideas.queries.story import story

WHY = "They ask for the same crossing, in other words."


@pytest.fixture
def made(db: None) -> Choosing:
    """The call and its people."""
    return choosing()


def read(idea: Idea) -> Idea:
    """The idea as a page reads it."""
    return Idea.objects.select_related("case", "call").get(pk=idea.pk)


def test_a_joined_idea_tells_what_became_of_it(made: Choosing) -> None:
    crossing, zebra = made.idea("A crossing"), made.idea("A zebra", by=made.people[0])
    who, officer = made.town.facilitator, made.town.officer
    combine_many(by=who, at=START + HOUR, ideas=[zebra.pk], into=crossing.pk, reason=WHY)
    shortlist_many(by=who, at=START + 2 * HOUR, ideas=[crossing.pk], text="It is wanted by many.")
    reply = voted(made, crossing, shape="decision")
    assert reply.vote is not None
    held(made, reply.vote, {"questions": [{"code": "ideas", "decision": {"passed": True}}]})
    sweep(at=START + 10 * DAY)
    take_up(by=officer, at=START + 11 * DAY, case=crossing.case, text="The vote has said yes.")
    promise = promise_ideas(
        by=officer, at=START + 12 * DAY, ideas=[crossing.pk], title="A crossing by the school",
        text="Painted and lit by next spring.",
    )  # fmt: skip
    told = story(read(zebra), START + 13 * DAY)
    moments = [one.at for one in told]
    assert moments == sorted(moments)
    texts = [f"{one.did} {one.text}" for one in told]
    for said in (str(words.DID["write"]), WHY, "shortlist", "Vote: Certified",
                 "The vote has said yes.", "became a promise"):  # fmt: skip
        assert any(said in text for text in texts), said
    # What was done with the other one before it was joined there is not its story.
    assert sum(str(words.DID["write"]) in text for text in texts) == 1
    assert sum(WHY in text for text in texts) == 1
    assert {one.url for one in told if one.name == "A crossing by the school"} == {
        f"/en/promises/{promise.case.number}/"
    }
    page = Client().get(f"/en/ideas/{zebra.case.number}/story/").content.decode()
    assert "A crossing by the school" in page and promise.case.number in page
    assert "The vote has said yes." in page


def test_what_happens_after_parting_is_not_its_story(made: Choosing) -> None:
    crossing, zebra = made.idea("A crossing"), made.idea("A zebra")
    who = made.town.facilitator
    combine_many(by=who, at=START + HOUR, ideas=[zebra.pk], into=crossing.pk, reason=WHY)
    separate(by=who, at=START + DAY, case=zebra.case, reason="They are not the same.")
    take_up(by=made.town.officer, at=START + 2 * DAY, case=crossing.case, text="We build it soon.")
    texts = " ".join(f"{one.did} {one.text}" for one in story(read(zebra), START + 3 * DAY))
    assert "They are not the same." in texts and "We build it soon." not in texts
    texts = " ".join(f"{one.did} {one.text}" for one in story(read(crossing), START + 3 * DAY))
    assert "Another idea was joined to it." in texts and "It was separated again." in texts


def test_words_that_went_into_a_measure_go_on_there(made: Choosing) -> None:
    idea = made.idea("Raise the crossing")
    measure = synthesise(
        by=made.town.facilitator, at=START + HOUR, call=made.call, title="Safe crossings",
        text="The crossing is raised and lit by night.",
        sources=[Cited("Raise the crossing", 1, idea=idea.pk)],
    )  # fmt: skip
    told = story(read(idea), START + DAY)
    assert told[-1].name == "Safe crossings" and "Raise the crossing" in told[-1].text
    take_up(by=made.town.officer, at=START + DAY, case=measure.case, text="We build it soon.")
    told = story(read(idea), START + 2 * DAY)
    assert told[-1].text == "We build it soon." and told[-1].name == "Safe crossings"
    assert dt.timedelta(0) < told[-1].at - told[0].at
