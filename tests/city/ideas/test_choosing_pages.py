"""The pages of facilitators and offices, as a browser without scripts uses them."""

from __future__ import annotations

import html

import pytest
from django.test import Client

from tests.cast import START
from tests.city.ideas.choosing import DAY, HOUR, Choosing, choosing, state, supporters
from veche import clock
from veche.city.ballots.models import Vote
from veche.city.delivery.models import Promise
from veche.city.ideas import words
from veche.city.ideas.models import Idea, Score, SimilarLink
from veche.city.ideas.operations.merging import combine_many
from veche.city.ideas.operations.promising import promise_ideas
from veche.city.ideas.operations.selection import take_up
from veche.core.people.models import Person

WHY = "They ask for the same crossing, in other words."


@pytest.fixture
def made(db: None, monkeypatch: pytest.MonkeyPatch) -> Choosing:
    """The call and its people, at a moment of that week."""
    monkeypatch.setattr(clock, "now", lambda: START + 2 * DAY)
    return choosing()


def browser(person: Person) -> Client:
    """Somebody signed in."""
    client = Client()
    client.force_login(person)
    return client


def page(made: Choosing, what: str) -> str:
    """The address of a page of the call."""
    return f"/en/ideas/calls/{made.call.case.number}/{what}"


def test_a_facilitator_joins_scores_and_proposes(made: Choosing) -> None:
    one, two = made.idea("A crossing"), made.idea("A zebra")
    a, b = made.people[:2]
    made.rate(one, a)
    made.rate(two, a, b)
    facilitator = browser(made.town.facilitator)
    found = facilitator.get("/en/ideas/work/").content.decode()
    assert "Our streets" in found and page(made, "work/") in found
    table = facilitator.get(page(made, "work/")).content.decode()
    assert "A crossing" in table and "A zebra" in table and 'class="queue"' in table
    picks = {"idea": [str(one.pk), str(two.pk)]}
    asked = facilitator.post(page(made, "work/join/"), picks).content.decode()
    assert "Authors who will read it: 1." in asked and "Supporters who will be told: 3." in asked
    wrong = facilitator.post(
        page(made, "work/join/"), {**picks, "send": "1", "into": str(one.pk), "text": ""}
    )
    assert wrong.status_code == 422 and "two sentences are enough" in wrong.content.decode()
    done = facilitator.post(
        page(made, "work/join/"), {**picks, "send": "1", "into": str(one.pk), "text": WHY}
    )
    assert done.status_code == 302 and supporters(one) == [a.pk, b.pk]
    read = Client().get(f"/en/ideas/{two.case.number}/").content.decode()
    assert WHY in read and "A crossing" in read
    read = Client().get(f"/en/ideas/{one.case.number}/").content.decode()
    assert "Joined to this idea" in read and "A zebra" in read and "As a facilitator" not in read
    values = {f"value_{c}": "4" for c in ("feasibility", "cost", "effect")}
    why = {f"words_{c}": "As others found too." for c in ("feasibility", "cost", "effect")}
    score = f"/en/ideas/{one.case.number}/score/"
    assert facilitator.post(score, values).status_code == 422
    assert facilitator.post(score, values | why).status_code == 302
    assert Score.objects.filter(idea=one, value=4).count() == 3
    assert "As others found too." in Client().get(f"/en/ideas/{one.case.number}/").content.decode()
    assert facilitator.post(
        page(made, "work/shortlist/"), {"idea": str(one.pk), "send": "1", "text": WHY}
    ).status_code == 302  # fmt: skip
    assert state(one) == "shortlisted"
    part = f"/en/ideas/{two.case.number}/separate/"
    assert facilitator.post(part, {"text": "They are not the same."}).status_code == 302
    assert (state(two), supporters(one)) == ("open", [a.pk])


def test_a_measure_shows_whose_words_went_in(made: Choosing) -> None:
    one = made.idea("Raise the crossing", by=made.people[0])
    facilitator = browser(made.town.facilitator)
    form = facilitator.post(page(made, "work/measure/"), {"idea": str(one.pk)}).content.decode()
    assert f"words_i{one.pk}" in form
    text = "The crossing is raised and lit.\n\nA guard stands there in the mornings."
    sent = {"idea": str(one.pk), "send": "1", "title": "Safe crossings", "text": text,
            f"words_i{one.pk}": "Raise the crossing", f"passage_i{one.pk}": "1"}  # fmt: skip
    refused = facilitator.post(page(made, "work/measure/"), {**sent, f"words_i{one.pk}": "Lower"})
    assert refused.status_code == 422 and "does not say" in refused.content.decode()
    assert facilitator.post(page(made, "work/measure/"), sent).status_code == 302
    measure = Idea.objects.select_related("case").get(kind="measure")
    read = Client().get(f"/en/ideas/{measure.case.number}/").content.decode()
    assert "Whose words went in" in read and "<q>Raise the crossing</q>" in read
    read = Client().get(f"/en/ideas/{one.case.number}/").content.decode()
    assert "Where its words went" in read and "The crossing is raised and lit." in read
    assert "A guard stands there" not in read  # only the paragraph that took them up
    asked = facilitator.post(
        f"/en/ideas/{one.case.number}/ask/", {"text": "At which of the corners?"}
    )
    assert asked.status_code == 302
    assert "At which of the corners?" in Client().get(
        f"/en/ideas/{one.case.number}/"
    ).content.decode()  # fmt: skip


def test_the_office_answers_puts_to_a_vote_and_promises(made: Choosing) -> None:
    ideas = [made.idea(f"Idea {n}", by=person) for n, person in enumerate(made.people)]
    officer, facilitator = browser(made.town.officer), browser(made.town.facilitator)
    picks = [str(one.pk) for one in ideas]
    facilitator.post(page(made, "work/shortlist/"), {"idea": picks, "send": "1", "text": WHY})
    assert {state(one) for one in ideas} == {"shortlisted"}
    assert "Idea 5" in officer.get(page(made, "choose/")).content.decode()
    preview = officer.post(page(made, "choose/answer/"), {"idea": picks[:3]}).content.decode()
    assert "Authors who will read it: 3." in preview and "Idea 2" in preview
    answer = {"idea": picks[:3], "send": "1", "outcome": "refused", "text": WHY}
    wrong = officer.post(page(made, "choose/answer/"), answer)
    assert wrong.status_code == 422 and "Choose a reason" in wrong.content.decode()
    done = officer.post(page(made, "choose/answer/"), {**answer, "reason": "no-place"}, follow=True)
    assert "3 ideas were not taken up." in done.content.decode()
    read = browser(made.people[0]).get(f"/en/ideas/{ideas[0].case.number}/").content.decode()
    assert "there is no place for it" in read and "the same answer went to 3 ideas" in read
    objection = f"/en/ideas/{ideas[0].case.number}/object/"
    assert objection in read
    assert browser(made.people[1]).get(objection).status_code == 404
    said = browser(made.people[0]).post(objection, {"text": "There is one by the wall."})
    assert said.status_code == 302 and state(ideas[0]) == "objected"

    ballot = {"idea": picks[3:5], "send": "1", "title_en": "Which?", "shape": "approval",
              "opens": "2026-12-01T08:00", "closes": "2026-12-10T20:00", "words": WHY}  # fmt: skip
    assert "shape" in officer.post(page(made, "choose/vote/"), {"idea": picks[3]}).content.decode()
    assert officer.post(page(made, "choose/vote/"), ballot).status_code == 302
    vote = Vote.objects.get()
    assert len(vote.config["questions"][0]["options"]) == 2 and state(ideas[4]) == "at_vote"

    accept = {"idea": picks[5], "send": "1", "outcome": "accepted", "text": WHY}
    assert officer.post(page(made, "choose/answer/"), accept).status_code == 302
    form = officer.post(page(made, "choose/promise/"), {"idea": picks[5]})
    key = str(form.context["form"].initial["submission"])
    promise = {"idea": picks[5], "send": "1", "submission": key, "title": "A crossing",
               "text": "Painted and lit by next spring."}  # fmt: skip
    assert officer.post(page(made, "choose/promise/"), promise).status_code == 302
    made_of = Promise.objects.select_related("case").get()
    told = Client().get(f"/en/ideas/{ideas[5].case.number}/").content.decode()
    assert made_of.case.number in told
    story = Client().get(f"/en/ideas/{ideas[5].case.number}/story/").content.decode()
    told_in = (str(words.DID["write"]), str(words.DID["shortlist"]), "A crossing")
    places = [story.index(html.escape(w)) for w in told_in]
    assert places == sorted(places)


def test_only_those_whose_call_it_is(made: Choosing) -> None:
    idea = made.idea("A crossing")
    for person in (made.town.resident, made.town.light_officer, made.organiser):
        for what in ("work/", "choose/"):
            assert browser(person).get(page(made, what)).status_code == 404
        sent = {"idea": str(idea.pk), "send": "1", "outcome": "accepted", "text": WHY}
        assert browser(person).post(page(made, "choose/answer/"), sent).status_code == 404
    assert Client().get(page(made, "work/")).status_code == 302  # sign in first
    assert browser(made.town.facilitator).get(page(made, "choose/")).status_code == 404
    assert (
        browser(made.town.resident).get(f"/en/ideas/{idea.case.number}/score/").status_code == 404
    )
    assert state(idea) == "open"


def test_the_desk_shows_ideas_and_takes_answers(made: Choosing) -> None:
    ideas = [made.idea(f"Idea {n}", by=person) for n, person in enumerate(made.people)]
    facilitator, officer = browser(made.town.facilitator), browser(made.town.officer)
    assert "Idea 0" in facilitator.get("/en/desk/").content.decode()
    number = ideas[0].case.number
    listing = f"/en/desk/{number}/shortlist/"
    assert facilitator.get(listing).status_code == 200
    assert facilitator.post(listing, {"text": WHY}).status_code == 302
    assert state(ideas[0]) == "shortlisted"
    queue = officer.get("/en/desk/").content.decode()
    assert "Idea 0" in queue and "Idea 1" not in queue
    panel = officer.get(f"/en/desk/?open={number}").content.decode()
    assert "Idea 0, please." in panel and WHY in panel
    answer = f"/en/desk/{number}/decline/"
    assert officer.post(answer, {"text": WHY}).status_code == 422
    assert officer.post(answer, {"text": WHY, "reason": "no-place"}).status_code == 302
    assert state(ideas[0]) == "refused"
    browser(made.people[0]).post(f"/en/ideas/{number}/object/", {"text": "There is a place."})
    assert "Idea 0" in browser(made.town.head).get("/en/desk/").content.decode()


def test_my_page_tells_what_became_of_my_ideas(made: Choosing) -> None:
    author, fan = made.people[:2]
    one, two = made.idea("A crossing"), made.idea("A zebra", by=author)
    made.rate(two, fan)
    who = made.town.facilitator
    combine_many(by=who, at=START + HOUR, ideas=[two.pk], into=one.pk, reason=WHY)
    take_up(by=made.town.officer, at=START + DAY, case=one.case, text="We build it next year.")
    promise = promise_ideas(by=made.town.officer, at=START + DAY + HOUR, ideas=[one.pk],
                            title="Safe crossings", text="Painted and lit by spring.")  # fmt: skip
    page_of = browser(author).get("/en/ideas/mine/").content.decode()
    for said in ("A zebra", "goes on in “A crossing”", "We build it next year.", "Safe crossings",
                  promise.case.number):  # fmt: skip
        assert said in page_of
    page_of = browser(fan).get("/en/ideas/mine/").content.decode()
    assert "You supported “A zebra”, which was joined to it." in page_of
    assert "You have written no idea yet" in page_of
    assert "/en/ideas/mine/" in browser(author).get("/en/me/").content.decode()
    assert Client().get("/en/ideas/mine/").status_code == 302


def test_what_says_nearly_the_same_is_picked_together(made: Choosing) -> None:
    one, two, other = made.idea("A crossing"), made.idea("A zebra"), made.idea("A bench")
    SimilarLink.objects.create(idea=one, other=two, score=0.6)
    facilitator = browser(made.town.facilitator)
    whole = facilitator.get(page(made, "work/")).content.decode()
    assert f"like={one.case.number}" in whole and f"like={other.case.number}" not in whole
    near = facilitator.get(page(made, f"work/?like={one.case.number}")).content.decode()
    assert "A zebra" in near and "A bench" not in near
    for strange in ("?like=%00", "?page=9999999999", "?order=x&state=y", "?q=%00"):
        assert facilitator.get(page(made, f"work/{strange}")).status_code == 200
