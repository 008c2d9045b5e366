"""Pages of calls and ideas as a person meets them."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cast import START
from tests.city.ideas.ideas import DAY, HOUR, Ideas
from veche import clock
from veche.city.ideas.models import Call, Idea
from veche.city.ideas.operations import reading, writing
from veche.core.people.models import Person


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> dict[str, dt.datetime]:
    """The city's moment, which a test may turn."""
    held = {"at": START + 3 * HOUR}
    monkeypatch.setattr(clock, "now", lambda: held["at"])
    return held


def client_of(person: Person | None = None) -> Client:
    client = Client()
    if person is not None:
        client.force_login(person)
    return client


def text_of(response: Any) -> str:
    return str(response.content.decode())


def form(**more: Any) -> dict[str, Any]:
    return {
        "submission": str(uuid.uuid4()),
        "title": "A crossing by the school",
        "text": "Children cross the road here. Please paint a crossing.",
        "do": "send",
        **more,
    }


def test_the_list_of_calls_says_until_when_ideas_are_taken(made: Ideas, now: Any) -> None:
    call = made.calling()
    made.draft(titles={"en": "Not announced yet"})
    for language, word in (("en", "Safe ways to school"), ("ru", "Безопасный путь в школу")):
        page = text_of(client_of().get(f"/{language}/ideas/"))
        assert word in page
        assert f"/{language}/ideas/calls/{call.case.number}/" in page
        assert "Not announced yet" not in page
    assert "No call fits" in text_of(client_of().get("/en/ideas/?show=answering"))


def test_a_call_is_filtered_by_office_and_place(made: Ideas, now: Any) -> None:
    made.calling(territory=made.town.west)
    assert "Safe ways" in text_of(client_of().get("/en/ideas/?place=west&office=roads"))
    assert "Safe ways" not in text_of(client_of().get("/en/ideas/?place=east"))
    assert "Safe ways" not in text_of(client_of().get("/en/ideas/?office=lights"))
    table = b"".join(client_of().get("/en/ideas/calls.csv"))
    assert table.decode("utf-8-sig").splitlines()[1].split(",")[2:5] == ["west", "roads", "running"]


def test_a_draft_is_seen_by_its_organisers_only(made: Ideas, now: Any) -> None:
    number = made.draft().case.number
    assert client_of().get(f"/en/ideas/calls/{number}/").status_code == 404
    assert client_of(made.town.resident).get(f"/en/ideas/calls/{number}/").status_code == 404
    assert client_of(made.organiser).get(f"/en/ideas/calls/{number}/").status_code == 200


def test_a_call_shows_its_ideas_in_the_chosen_order(made: Ideas, now: Any) -> None:
    call = made.calling()
    first = made.idea_of(call, title="Bicycle racks at the school")
    second = made.idea_of(call, title="A bench on the way", longitude=49.25, latitude=53.5)
    made.written(call, title="Not read by anybody yet")
    Idea.objects.filter(pk=first.pk).update(supporters=12)
    Idea.objects.filter(pk=second.pk).update(comments=3)
    url = f"/en/ideas/calls/{call.case.number}/"

    def order(query: str) -> list[str]:
        page = text_of(client_of().get(url + query))
        assert "Not read by anybody" not in page
        found = [(page.find(one.case.number + '/"><bdi>'), one.title) for one in (first, second)]
        return [title for place, title in sorted(found) if place >= 0]

    assert order("") == [second.title, first.title]
    assert order("?order=supported") == [first.title, second.title]
    assert order("?order=discussed") == [second.title, first.title]
    assert order("?q=bench") == [second.title]
    assert order("?place=west") == [second.title]
    assert order("?state=refused") == []
    assert "12 for it" in text_of(client_of().get(url))


def test_the_table_of_a_call_holds_every_public_idea_and_no_formula(made: Ideas, now: Any) -> None:
    call = made.calling()
    made.idea_of(call, title="=SUM(A1) is no title")
    made.written(call)
    answer = client_of().get(f"/en/ideas/calls/{call.case.number}/ideas.csv")
    lines = b"".join(answer).decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "'=SUM(A1) is no title" in lines[1]


def test_a_page_costs_the_same_whatever_the_number_of_ideas(made: Ideas, now: Any) -> None:
    call = made.calling()
    people = made.people(30)
    made.idea_of(call, by=people[0])
    url = f"/en/ideas/calls/{call.case.number}/"
    client_of().get(url)
    with CaptureQueriesContext(connection) as few:
        client_of().get(url)
    for person in people[1:]:
        made.idea_of(call, by=person)
    client_of().get(url)  # what a process knows for some seconds is known both times
    with CaptureQueriesContext(connection) as many:
        client_of().get(url)
    assert len(many) == len(few) <= 12, [one["sql"][:90] for one in many]
    number = Idea.objects.order_by("pk").first().case.number  # type: ignore[union-attr]
    with CaptureQueriesContext(connection) as one:
        client_of().get(f"/en/ideas/{number}/")
    assert len(one) <= 12, [line["sql"][:90] for line in one]


def test_an_idea_is_its_authors_until_a_moderator_read_it(made: Ideas, now: Any) -> None:
    call = made.calling()
    idea = made.written(call)
    url = f"/en/ideas/{idea.case.number}/"
    assert client_of().get(url).status_code == 404
    assert client_of(made.town.neighbour).get(url).status_code == 404
    assert "only you and the moderators" in text_of(client_of(made.town.resident).get(url))
    assert client_of(made.town.moderator).get(url).status_code == 200
    reading.accept(by=made.town.moderator, at=START + 2 * HOUR, case=idea.case)
    page = text_of(client_of().get(url))
    assert "Roads office answers by" in page
    assert "Take it back" not in page
    assert "Take it back" in text_of(client_of(made.town.resident).get(url))


def test_hostile_words_are_shown_as_words(made: Ideas, now: Any) -> None:
    idea = made.idea_of(
        made.calling(), title="<script>alert(1)</script>", text="<img src=x onerror=alert(2)> " * 3
    )
    page = text_of(client_of().get(f"/en/ideas/{idea.case.number}/"))
    assert "<script>alert" not in page and "<img src=x" not in page
    assert "&lt;script&gt;alert" in page


def test_writing_looks_first_where_something_private_was_found(made: Ideas, now: Any) -> None:
    call = made.calling()
    client, url = client_of(made.town.resident), f"/en/ideas/calls/{call.case.number}/write/"
    assert client_of().get(url).status_code == 302
    assert "Write an idea" in text_of(client.get(url))
    given = form(text="Call me: +7 927 555-01-77. Children cross the road here.")
    looked = client.post(url, given)
    assert looked.status_code == 200
    assert "This is what everybody will see" in text_of(looked)
    assert not Idea.objects.exists()
    hidden = client.post(url, {**given, "do": "hide:all"})
    assert "+7 927 555-01-77" not in text_of(hidden)
    sent = client.post(url, form())
    idea = Idea.objects.select_related("case").get()
    assert sent["Location"] == f"/en/ideas/{idea.case.number}/"
    assert idea.language == "en"
    assert "data-draft-done" in text_of(client.get(sent["Location"]))


def test_the_same_form_sent_twice_leads_to_the_same_idea(made: Ideas, now: Any) -> None:
    call = made.calling()
    client, url = client_of(made.town.resident), f"/en/ideas/calls/{call.case.number}/write/"
    given = form()
    first, second = client.post(url, given), client.post(url, given)
    assert first["Location"] == second["Location"]
    assert Idea.objects.count() == 1


def test_nothing_typed_is_lost_when_it_is_refused(made: Ideas, now: Any) -> None:
    call = made.calling(
        territory=made.town.west,
        questions=[{"code": "why", "names": {"en": "Why here?"}, "required": True}],
    )
    client, url = client_of(made.town.resident), f"/en/ideas/calls/{call.case.number}/write/"
    missing = client.post(url, form())
    assert missing.status_code == 422
    assert "Answer: Why here?" in text_of(missing)
    far = client.post(url, form(**{"q-why": "Two.", "longitude": "49.75", "latitude": "53.5"}))
    assert far.status_code == 422
    assert "lies outside West" in text_of(far)
    assert "Children cross the road here." in text_of(far)
    pin = client.post(url, {**form(do=""), "point.x": "170", "point.y": "170"})
    assert "The pin stands in: West" in text_of(pin)
    done = client.post(url, form(**{"q-why": "Two.", "longitude": "49.25", "latitude": "53.5"}))
    assert done.status_code == 302
    page = text_of(client.get(done["Location"]))
    assert "Why here?" in page and "Two." in page


def test_a_closed_call_says_why_nothing_can_be_written(made: Ideas, now: Any) -> None:
    call = made.calling(who="residents")
    url = f"/en/ideas/calls/{call.case.number}/write/"
    answer = client_of(made.town.resident).get(url)
    assert answer.status_code == 403
    assert "This call asks residents of Town" in text_of(answer)
    now["at"] = START + 12 * DAY
    assert "takes no ideas now" in text_of(client_of(made.town.resident).get(url))


def test_the_author_rewords_and_everybody_sees_what_was_changed(made: Ideas, now: Any) -> None:
    idea = made.idea_of(made.calling())
    url = f"/en/ideas/{idea.case.number}/"
    assert client_of(made.town.neighbour).get(f"{url}reword/").status_code == 403
    client = client_of(made.town.resident)
    given = {"title": "A light by the school", "text": idea.text, "seen": 2}
    assert client.post(f"{url}reword/", given).status_code == 302
    page = text_of(client_of().get(f"{url}versions/"))
    assert "<del>crossing </del><ins>light </ins>" in page
    assert "2 versions" in text_of(client_of().get(url))
    old = client.post(f"{url}reword/", {**given, "title": "Something else again"})
    assert old.status_code == 409


def test_the_author_takes_it_back(made: Ideas, now: Any) -> None:
    idea = made.idea_of(made.calling())
    url = f"/en/ideas/{idea.case.number}/withdraw/"
    client = client_of(made.town.resident)
    assert "Take it back?" in text_of(client.get(url))
    assert client.post(url).status_code == 302
    assert "The author took it back" in text_of(client_of().get(f"/en/ideas/{idea.case.number}/"))
    assert client.post(url).status_code == 409


def test_following_and_following_no_more(made: Ideas, now: Any) -> None:
    idea = made.idea_of(made.calling())
    client = client_of(made.town.neighbour)
    assert client.post(f"/en/ideas/{idea.case.number}/follow/").status_code == 302
    writing.withdraw(by=made.town.resident, at=START + 4 * HOUR, case=idea.case)
    from veche.core.notices.models import Notice

    assert Notice.objects.filter(case=idea.case, kind="ideas.withdrawn").count() >= 1
    assert client.post(f"/en/ideas/{idea.case.number}/unfollow/").status_code == 302


def call_form(**more: Any) -> dict[str, Any]:
    return {
        "title_en": "Parks in ten years",
        "text_en": "What should grow here?",
        "promise_en": "The five best are planted.",
        "territory": "town",
        "office": "roads",
        "who": "anyone",
        "collect_opens": "2026-11-17T09:00",
        "collect_closes": "2026-12-17T09:00",
        "answer_opens": "2026-12-20T09:00",
        "answer_closes": "2027-01-20T09:00",
        "question1_en": "Who would look after it?",
        "required": "1",
        **more,
    }


def test_an_organiser_drafts_looks_announces_and_calls_off(made: Ideas, now: Any) -> None:
    client = client_of(made.organiser)
    assert client_of(made.town.resident).get("/en/ideas/organise/new/").status_code == 403
    assert "Draft a call" in text_of(client.get("/en/ideas/organise/new/"))
    wrong = client.post("/en/ideas/organise/new/", call_form(answer_opens="2026-12-01T09:00"))
    assert wrong.status_code == 422
    assert "answers after the other phases" in text_of(wrong)
    drafted = client.post("/en/ideas/organise/new/", call_form())
    assert drafted.status_code == 302, text_of(drafted)
    call = Call.objects.select_related("case").get()
    number = call.case.number
    assert "This is a draft" in text_of(client.get(drafted["Location"]))
    again = text_of(client.get(f"/en/ideas/organise/{number}/"))
    assert "Parks in ten years" in again and "2026-12-17T09:00" in again
    changed = client.post(f"/en/ideas/organise/{number}/", call_form(title_en="Parks and gardens"))
    assert changed.status_code == 302
    announce = f"/en/ideas/organise/{number}/announce/"
    # What was changed after one looked is looked at again.
    assert 'name="seen" value="2"' in text_of(client.get(drafted["Location"]))
    assert client.post(announce, {"seen": "1"}).status_code == 409
    assert client.post(announce, {"seen": "2"}).status_code == 302
    page = text_of(client_of().get(f"/en/ideas/calls/{number}/"))
    assert "Parks and gardens" in page and "Who would look after it?" in page
    assert "Ideas are taken from" in page
    assert client.post(f"/en/ideas/organise/{number}/cancel/", {"text": ""}).status_code == 422
    off = client.post(f"/en/ideas/organise/{number}/cancel/", {"text": "The money was cut."})
    assert off.status_code == 302
    assert "The money was cut." in text_of(client_of().get(f"/en/ideas/calls/{number}/"))
    assert "Parks and gardens" in text_of(client.get("/en/ideas/organise/"))


def test_a_draft_is_dropped(made: Ideas, now: Any) -> None:
    number = made.draft().case.number
    client = client_of(made.organiser)
    assert client.post(f"/en/ideas/organise/{number}/drop/").status_code == 302
    assert client.get(f"/en/ideas/organise/{number}/").status_code == 404


def test_words_are_found_by_an_index(made: Ideas) -> None:
    from veche.city.ideas.queries import lists
    from veche.searching import holds

    found, values = holds(lists.WORDS, "скамейка")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN SELECT FROM ideas_idea i WHERE {found}", values)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "ideas_words_trgm" in plan
