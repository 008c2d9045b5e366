"""Making a vote by forms: draft, questions, preview, copy, announcement; and the pages of staff."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from tests.city.ballots.votes import DAY, Voting, config, decision, question, voting, words
from veche.city.ballots import drafting
from veche.city.ballots.forms.question import QuestionForm
from veche.city.ballots.models import RollEntry, RollRequest, Vote, VoteAppeal
from veche.city.ballots.operations import appeals, corrections, course, making
from veche.city.ballots.vote.config import read_config
from veche.core.cases.models import Case, CaseEvent
from veche.core.cases.operations import move_case
from veche.core.people.models import Person

pytestmark = pytest.mark.django_db
NOW = dt.datetime.now(dt.UTC)
TEXT = "The door of the school was shut at half past seven."


@pytest.fixture
def world() -> Voting:
    return voting()


def client(person: Person) -> Client:
    made = Client()
    made.force_login(person)
    return made


def general(**more: Any) -> dict[str, Any]:
    """What the form of a vote sends."""
    return {
        "title_en": "Lamps in the park",
        "title_ru": "Фонари в парке",
        "title_zh": "",
        "territory": "town",
        "opens": (NOW + DAY).strftime("%Y-%m-%dT%H:%M"),
        "closes": (NOW + 8 * DAY).strftime("%Y-%m-%dT%H:%M"),
        "level": "audited",
        "live": "live",
        "change": "on",
        "channels": ["web", "paper"],
        "grain": "district",
        "known": "resident",
    } | more


def drafted(world: Voting, **more: Any) -> Vote:
    answer = client(world.organiser).post("/en/votes/make/new/", general(**more))
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return Vote.objects.select_related("case").get()


@pytest.mark.parametrize(
    "asked",
    [
        question("a"),
        question("b", "ranked", most=2),
        question("c", "ranked", rule={"rule": "stv-scottish", "seats": 2, "ties": "lottery"}),
        question("d", "score", points=5),
        question("e", "cumulative", points=10, per_option=4),
        question("f", "several", least=1, most=2),
        decision("g", share="2/3", of="roll", strictly=False, quorum="1/5", territories="1/2"),
    ],
)
def test_a_form_says_a_question_again_as_it_was(asked: dict[str, Any]) -> None:
    values = drafting.question_values(asked)
    again = drafting.question(values, asked["code"], asked)
    if asked.get("majority"):  # the words of yes and no are the same in every vote
        assert [one["code"] for one in again["options"]] == ["yes", "no", "abstain"]
        asked = asked | {"options": again["options"]}
    assert read_config(config(again) | {"vote": "1"}).questions == (
        read_config(config(asked) | {"vote": "1"}).questions
    )


def test_a_form_says_a_whole_vote_again_as_it_was() -> None:
    roll = {"territory": "town", "level": "identified", "lists": ["teachers"],
            "age": {"least": 16, "most": 25, "on": "2026-12-01"}}  # fmt: skip
    live = {"mode": "turnout", "reason": words("Few people vote there.")}
    document = config(live=live, roll=roll)
    assert drafting.with_general(drafting.general(document), document["questions"]) == document


def test_an_option_that_moves_keeps_its_code() -> None:
    values = {"title_en": "Which", "shape": "single", "options_en": "Oak\nLime\nElm"}
    before = drafting.question(values, "q1")
    after = drafting.question({**values, "options_en": "Elm\nAsh\nOak | old"}, "q1", before)
    codes = {one["title"]["en"]: one["code"] for one in before["options"]}
    found = {one["title"]["en"]: one["code"] for one in after["options"]}
    assert (found["Elm"], found["Oak"]) == (codes["Elm"], codes["Oak"])
    assert found["Ash"] not in (found["Elm"], found["Oak"])
    assert after["options"][2]["text"] == {"en": "old"}


def test_a_question_becomes_of_another_kind_with_the_usual_way_of_counting() -> None:
    first = drafting.question({"title_en": "Which", "shape": "decision"}, "q1")
    shown = {name: value for name, value in drafting.question_values(first).items() if value}
    form = QuestionForm({**shown, "shape": "cumulative", "options_en": "Oak\nLime", "points": "10"})
    assert form.is_valid(), form.errors


def test_an_organiser_drafts_a_vote_by_forms_and_announces_it(world: Voting) -> None:
    vote = drafted(world)
    number, organiser = vote.case.number, client(world.organiser)
    base = f"/en/votes/make/{number}/"
    assert "Lamps in the park" in organiser.get(base).content.decode()
    page = organiser.get(base).content.decode()
    assert "Nothing is asked yet" in page and f"{base}publish/" not in page
    seen = Case.objects.get(pk=vote.pk).seq
    refused = organiser.post(f"{base}publish/", {"seen": seen})
    assert refused.status_code == 409, "a vote asks something"
    assert "A vote asks at least one question." in refused.content.decode()
    yes = {"title_en": "Shall it be lit?", "shape": "decision", "abstain": "on"}
    assert organiser.post(f"{base}questions/", yes).status_code == 302
    sent = {
        "title_en": "Which lamp?", "shape": "knapsack", "options_en": "Tall | bright\nLow",
        "options_ru": "Высокий\nНизкий", "costs": "100\n40", "budget": "120",
    }  # fmt: skip
    assert organiser.post(f"{base}questions/", sent).status_code == 302
    vote.refresh_from_db()
    asked = read_config(vote.config).questions
    assert [one.code for one in asked] == ["q1", "q2"] and asked[0].majority is not None
    assert [one.cost for one in asked[1].options] == [100, 40]
    organiser.post(f"{base}questions/2/arrange/", {"do": "up"})
    organiser.post(f"{base}questions/2/arrange/", {"do": "remove"})
    vote.refresh_from_db()
    assert [one.code for one in read_config(vote.config).questions] == ["q2"]
    assert "Tall" in organiser.get(f"{base}questions/1/look/").content.decode()
    page = organiser.get(f"{base}publish/").content.decode()
    assert ">12</b> people may vote" in page
    assert organiser.post(f"{base}publish/", {"seen": "1"}).status_code == 409, "it was changed"
    seen = Case.objects.get(pk=vote.pk).seq
    assert organiser.post(f"{base}publish/", {"seen": seen}).status_code == 302
    vote.refresh_from_db()
    assert vote.digest and RollEntry.objects.filter(vote=vote).count() == 12
    assert organiser.get(f"{base}change/").status_code == 404, "it is frozen"
    assert organiser.get(f"{base}publish/")["Location"] == f"{base}manage/", "the way back"
    assert "Changed" in organiser.get(f"{base}manage/").content.decode()
    assert organiser.get(f"{base}manage/").status_code == 200


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title_en": "", "title_ru": ""}, "title_en"),
        ({"opens": "2020-01-01T10:00"}, "opens"),
        ({"closes": (NOW + DAY / 2).strftime("%Y-%m-%dT%H:%M")}, "closes"),
        ({"live": "turnout"}, "reason_en"),
        ({"came": "on"}, "came"),
        ({"least": "40", "most": "20"}, "most"),
        ({"channels": []}, "channels"),
    ],
)
def test_what_no_vote_can_be_held_by_is_said_at_its_field(
    world: Voting, wrong: dict[str, Any], field: str
) -> None:
    answer = client(world.organiser).post("/en/votes/make/new/", general(**wrong))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors, answer.context["form"].errors
    assert not Vote.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"options_en": "Only one"}, "options_en"),
        ({"options_en": "A\nA"}, "options_en"),
        ({"options_ru": "А"}, "options_ru"),
        ({"rule": "irv"}, "rule"),
        ({"shape": "score"}, "points"),
        ({"shape": "knapsack", "budget": "10", "costs": "5"}, "costs"),
        ({"shape": "decision", "share": "3/2"}, "share"),
        ({"shape": "decision", "quorum": "a half"}, "quorum"),
    ],
)
def test_what_nobody_can_count_is_said_at_its_field(
    world: Voting, wrong: dict[str, Any], field: str
) -> None:
    vote = drafted(world)
    sent = {"title_en": "Which?", "shape": "single", "options_en": "A\nB"} | wrong
    answer = client(world.organiser).post(f"/en/votes/make/{vote.case.number}/questions/", sent)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors, answer.context["form"].errors


def test_drafts_are_for_their_organisers_only(world: Voting) -> None:
    vote = drafted(world)
    base = f"/en/votes/make/{vote.case.number}/"
    for person, status in ((world.voters[0], 403), (world.commissioner, 403)):
        assert client(person).get(base).status_code == status
        assert client(person).post(f"{base}publish/").status_code == status
    assert Client().get(base).status_code == 302
    assert Client().get(f"/en/votes/{vote.case.number}/").status_code == 404


def test_another_vote_is_drafted_like_an_earlier_one(world: Voting) -> None:
    first = world.draft(config=config(question("lamps", "ranked")))
    organiser = client(world.organiser)
    page = organiser.get(f"/en/votes/make/new/?copy={first.case.number}")
    start = page.context["form"].initial
    assert start["opens"] > NOW and start["closes"] - start["opens"] == 7 * DAY
    answer = organiser.post(f"/en/votes/make/new/?copy={first.case.number}", general())
    assert answer.status_code == 302
    copy = Vote.objects.exclude(pk=first.pk).get()
    assert copy.config["questions"] == first.config["questions"]
    organiser.post(f"/en/votes/make/{copy.case.number}/drop/")
    assert Case.objects.get(pk=copy.pk).state == "dropped"


def test_a_stale_page_does_not_write_over_what_another_wrote(world: Voting) -> None:
    vote = drafted(world)
    seen = vote.case.seq
    organiser, base = client(world.organiser), f"/en/votes/make/{vote.case.number}/"
    first = organiser.post(f"{base}change/", general(seen=seen, title_en="One"))
    second = organiser.post(f"{base}change/", general(seen=seen, title_en="Two"))
    assert (first.status_code, second.status_code) == (302, 422)
    vote.refresh_from_db()
    assert vote.config["title"]["en"] == "One"


def opened(world: Voting) -> Vote:
    vote = world.opened()
    Vote.objects.filter(pk=vote.pk).update(closes_at=NOW + 3 * DAY)
    return Vote.objects.select_related("case").get(pk=vote.pk)


def counted(world: Voting) -> Vote:
    vote = opened(world)
    course.close_in_time(by=None, at=NOW, case=vote.case)
    move_case(by=None, at=NOW, case=vote.case, move="announce", until=NOW + 5 * DAY)
    return Vote.objects.select_related("case").get(pk=vote.pk)


def test_am_i_on_the_roll_and_a_request_through_the_pages(world: Voting) -> None:
    vote = opened(world)
    page = f"/en/votes/{vote.case.number}/roll/"
    assert "Sign in" in Client().get(page).content.decode()
    assert "Yes. You may vote" in client(world.voters[0]).get(page).content.decode()
    outside = client(world.town.resident)
    assert "No, you are not on the roll" in outside.get(page).content.decode()
    assert outside.post(page, {"text": "short"}).status_code == 422
    answer = outside.post(page, {"text": "I have lived at Bridge Street, 9 since May."})
    asked = RollRequest.objects.select_related("case").get()
    assert answer["Location"].endswith(f"/votes/asked/{asked.case.number}/")
    assert outside.get(answer["Location"]).status_code == 200
    assert client(world.voters[0]).get(answer["Location"]).status_code == 404
    desk = client(world.commissioner)
    act = f"/en/desk/{asked.case.number}/add/"
    form = desk.get(act)
    assert form.status_code == 200, "the commission decides at the one desk"
    sent = {"seen": asked.case.seq, "territory": world.town.west.code, "text": ""}
    assert desk.post(act, sent).status_code == 302
    assert "Yes. You may vote" in outside.get(page).content.decode()


def test_an_appeal_through_the_pages(world: Voting) -> None:
    vote = counted(world)
    base, voter = f"/en/votes/{vote.case.number}/", client(world.voters[0])
    assert voter.get(f"{base}appeal/").status_code == 200
    assert voter.post(f"{base}appeal/", {"text": TEXT}).status_code == 422
    answer = voter.post(f"{base}appeal/", {"reason": "paper", "text": TEXT})
    appeal = VoteAppeal.objects.select_related("case").get()
    assert TEXT in voter.get(answer["Location"]).content.decode()
    assert TEXT not in Client().get(answer["Location"]).content.decode()
    assert TEXT not in Client().get(f"{base}appeals/").content.decode()
    desk = client(world.commissioner)
    act = f"/en/desk/{appeal.case.number}/uphold/"
    assert TEXT in desk.get(act).content.decode()
    assert desk.post(act, {"seen": appeal.case.seq, "text": TEXT}).status_code == 422
    sent = {"seen": appeal.case.seq, "text": "It was shut too early.", "ruling": "stands"}
    assert desk.post(act, sent).status_code == 302
    everybody = Client().get(f"{base}appeals/").content.decode()
    assert "It was shut too early." in everybody and "changes nothing" in everybody


def test_the_commission_suspends_by_the_desk_under_its_name(world: Voting) -> None:
    vote = opened(world)
    page = f"/en/votes/make/{vote.case.number}/manage/"
    desk = client(world.commissioner)
    assert f"/desk/{vote.case.number}/suspend/" in desk.get(page).content.decode()
    assert "/suspend/" not in client(world.organiser).get(page).content.decode()
    sent = {"seen": vote.case.seq, "reason": "The power is out in the whole of the west."}
    assert desk.post(f"/en/desk/{vote.case.number}/suspend/", sent).status_code == 302
    assert CaseEvent.objects.get(case=vote.case, move="suspend").actor == world.commissioner
    shown = desk.get(page).content.decode()
    assert "The power is out" in shown and "commissioner" in shown


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
def test_the_pages_of_staff_are_there_in_three_languages(world: Voting, language: str) -> None:
    draft = world.draft()
    running, over = opened(world), counted(world)
    corrections.ask(by=world.town.resident, at=NOW, vote=running, text=TEXT)
    appeals.file_appeal(by=world.voters[0], at=NOW, vote=over, reason="count", text=TEXT)
    organiser, commission = client(world.organiser), client(world.commissioner)
    n, open_, done = draft.case.number, running.case.number, over.case.number
    for path in (
        "made", "new", n, f"{n}/change", f"{n}/questions", f"{n}/questions/1",
        f"{n}/questions/1/look", f"{n}/publish", f"{open_}/manage", f"{done}/manage",
    ):  # fmt: skip
        path = "" if path == "made" else f"{path}/"
        assert organiser.get(f"/{language}/votes/make/{path}").status_code == 200, path
    asked = RollRequest.objects.get().case.number
    for path in (f"make/{open_}/manage/", f"make/{open_}/strike/", f"asked/{asked}/", "make/",
                 "lists/"):  # fmt: skip
        assert commission.get(f"/{language}/votes/{path}").status_code == 200, path
    for path in (f"{open_}/roll/", f"{done}/appeals/", f"{done}/appeal/"):
        assert client(world.voters[1]).get(f"/{language}/votes/{path}").status_code == 200, path
    assert commission.get(f"/{language}/desk/").status_code == 200
    assert commission.get(f"/{language}/desk/?matter={asked}").status_code == 200


def test_only_who_organises_there_drafts_there(world: Voting) -> None:
    with pytest.raises(making.NotAnOrganiser):
        making.draft_vote(by=world.commissioner, at=NOW, territory=world.town.city, config=config())
