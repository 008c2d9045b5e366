"""The pages of letters and corrections, and the desk of those who answer."""

from __future__ import annotations

import csv
import io
import uuid
from typing import Any

import pytest
from django.test import Client

from tests.city.appeals.cast import DAY, Letters
from veche import clock
from veche.city.appeals import operations as appeals
from veche.city.appeals.models import Appeal, Correction
from veche.core.moderation.operations import hide_words
from veche.core.moderation.personal_data import find
from veche.core.people.models import Look, Person
from veche.core.places.queries.objects import object_of

LETTER = {
    "kind": "letter",
    "topic": "about-roads",
    "title": "A crossing by the school",
    "text": "Children cross the road here. Please paint one.",
    "public": "yes",
    "office": "",
    "district": "west",
    "do": "send",
}


def as_(client: Client, person: Person) -> Client:
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def letter(**more: str) -> dict[str, str]:
    return {**LETTER, "submission": str(uuid.uuid4()), **more}


@pytest.fixture
def lived(made: Letters) -> Letters:
    """A public letter that was answered, one at a moderator, one private, as of now."""
    at = clock.now() - 3 * DAY
    first = made.write(at=at)
    case = appeals.accept(by=made.town.moderator, at=at, case=first.case)
    appeals.answer(by=made.town.officer, at=at + DAY, case=case, text="It is painted in May.")
    made.write(at=at, title="Not read yet")
    made.write(at=at, public=False, title="A secret wish", text="Nobody may read of this.")
    return made


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
def test_the_list_shows_what_everybody_may_read(
    lived: Letters, client: Client, language: str
) -> None:
    page = client.get(f"/{language}/appeals/").content.decode()
    assert "A crossing by the school" in page
    assert "Not read yet" not in page and "secret" not in page
    assert client.get(f"/{language}/appeals/?kind=thanks").status_code == 200


def test_the_table_holds_public_letters_only(lived: Letters, client: Client) -> None:
    text = b"".join(client.get("/en/appeals/letters.csv")).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["state"], row["answer"]) == ("answered", "It is painted in May.")


def test_what_a_moderator_hid_in_an_answer_is_hidden_everywhere(
    made: Letters, client: Client
) -> None:
    at, town = clock.now() - 3 * DAY, made.town
    case = appeals.accept(by=town.moderator, at=at, case=made.write(at=at).case)
    said = "It is painted in May, ask Ivan, +7 912 345-67-89."
    case = appeals.answer(by=town.officer, at=at + DAY, case=case, text=said)
    hide_words(
        by=town.moderator, at=at + DAY, case=case, field=f"step:{case.seq}", findings=find(said)
    )
    for url in (
        f"/en/appeals/{case.number}/",
        "/en/appeals/letters.csv",
        f"/en/notices/feed.atom?case={case.number}",
    ):
        answer = client.get(url)
        assert answer.status_code == 200, url
        text = answer.getvalue().decode()
        assert "painted in May" in text and "345-67-89" not in text, url
    assert "345-67-89" not in Appeal.objects.get(pk=case.pk).answer


def test_who_may_open_which_letter(lived: Letters, client: Client) -> None:
    town = lived.town
    public, waiting, private = Appeal.objects.select_related("case").order_by("pk")

    def status(person: Person | None, appeal: Appeal) -> int:
        client.logout()
        if person is not None:
            as_(client, person)
        return client.get(f"/en/appeals/{appeal.case.number}/").status_code

    assert [status(None, one) for one in (public, waiting, private)] == [200, 404, 404]
    assert [status(town.resident, one) for one in (public, waiting, private)] == [200, 200, 200]
    assert [status(town.moderator, one) for one in (waiting, private)] == [200, 404]
    assert [status(town.neighbour, one) for one in (waiting, private)] == [404, 404]
    assert not Look.objects.exists()
    assert status(town.officer, private) == 200
    look = Look.objects.get()
    assert (look.person, look.by, look.what) == (town.resident, town.officer, "letter")


def test_writing_a_letter(made: Letters, client: Client) -> None:
    assert client.get("/en/appeals/write/").status_code == 302
    as_(client, made.town.resident)
    assert client.get("/en/appeals/write/?topic=about-roads").status_code == 200
    bad = client.post("/en/appeals/write/", letter(title="", text="short"))
    assert bad.status_code == 422 and b"short" in bad.content
    looked = client.post("/en/appeals/write/", letter(do="look"))
    assert looked.status_code == 200 and b"everybody will see" in looked.content
    form = letter()
    made_one = client.post("/en/appeals/write/", form)
    assert made_one.status_code == 302
    appeal = Appeal.objects.select_related("case").get()
    assert made_one["Location"] == f"/en/appeals/{appeal.case.number}/"
    assert appeal.case.territory == made.town.west
    # The browser forgets the draft once, on the page the sending led to.
    assert b'data-draft="letter"' in client.get("/en/appeals/write/").content
    for wanted in (True, False):
        page = client.get(made_one["Location"]).content
        assert (b'data-draft-done="letter"' in page) is wanted
    assert b"data-forget-drafts" in page  # and all drafts with signing out
    assert client.post("/en/appeals/write/", form)["Location"] == made_one["Location"]
    assert Appeal.objects.count() == 1


def test_private_things_in_a_public_letter_are_pointed_out(made: Letters, client: Client) -> None:
    as_(client, made.town.resident)
    form = letter(text="Call me: +7 917 123-45-67, I will show you the crossing.")
    asked = client.post("/en/appeals/write/", form)
    assert asked.status_code == 200 and not Appeal.objects.exists()
    hidden = client.post("/en/appeals/write/", {**form, "do": "hide:all"})
    assert hidden.status_code == 200 and b"917 123" not in hidden.content
    # To the office alone one may write one's telephone.
    assert client.post("/en/appeals/write/", letter(**{**form, "public": "no"})).status_code == 302
    assert "917" in Appeal.objects.get().text


def test_saying_whether_the_answer_helps(lived: Letters, client: Client) -> None:
    appeal = Appeal.objects.select_related("case").get(answered_at__isnull=False)
    url = f"/en/appeals/{appeal.case.number}/"
    as_(client, lived.town.neighbour)
    assert client.post(f"{url}rate/", {"satisfaction": "yes"}).status_code == 403
    as_(client, lived.town.resident)
    assert b"Does the answer help?" in client.get(url).content
    assert client.post(f"{url}rate/", {}).status_code == 422
    told = client.post(f"{url}rate/", {"satisfaction": "no", "text": "May is too late."})
    assert told.status_code == 302
    assert b"May is too late." in client.get(url).content
    assert client.post(f"{url}rate/", {"satisfaction": "no"}).status_code == 409


def test_taking_a_letter_back(lived: Letters, client: Client) -> None:
    waiting = Appeal.objects.select_related("case").get(title="Not read yet")
    as_(client, lived.town.resident)
    url = f"/en/appeals/{waiting.case.number}/withdraw/"
    assert client.get(url).status_code == 200
    assert client.post(url).status_code == 302
    waiting.case.refresh_from_db()
    assert waiting.case.state == "dropped"


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
def test_proposing_a_correction_on_a_map(made: Letters, client: Client, language: str) -> None:
    base = f"/{language}/appeals/correct/"
    assert client.get(f"{base}?what=missing").status_code == 302
    as_(client, made.town.resident)
    assert client.get(f"{base}?what=missing&kind=lamp").status_code == 200
    form: dict[str, Any] = {
        "submission": str(uuid.uuid4()), "what": "missing", "kind": "lamp",
        "window": "49.0,53.0,50.0,54.0", "do": "send",
    }  # fmt: skip
    assert client.post(base, form).status_code == 422  # no pin yet
    pressed = client.post(base, {**form, "point.x": "100", "point.y": "170"})
    assert pressed.status_code == 200
    answer = client.post(base, {**form, "longitude": "49.3", "latitude": "53.5", "note": "Dark."})
    assert answer.status_code == 302
    assert client.get(answer["Location"]).status_code == 200
    assert client.get(f"/{language}/appeals/corrections/").content.count(b"row-title") == 1


def test_what_is_wrong_about_an_object(made: Letters, client: Client) -> None:
    as_(client, made.town.resident)
    base = "/en/appeals/correct/"
    assert client.get(f"{base}?what=owner&kind=lamp&object=L-1").status_code == 200
    assert client.get(f"{base}?what=owner&kind=lamp&object=none").status_code == 404
    form = {
        "submission": str(uuid.uuid4()), "what": "owner", "kind": "lamp", "object": "L-1",
        "owner": "roads", "do": "send",
    }  # fmt: skip
    answer = client.post(base, form)
    assert answer.status_code == 302
    fix = Correction.objects.select_related("case").get()
    page = client.get("/en/places/objects/lamp/L-1/").content.decode()
    assert "Lighting office" in page
    appeals.repair(by=made.registrar, at=clock.now(), case=fix.case, text="We looked.")
    page = client.get("/en/places/objects/lamp/L-1/").content.decode()
    assert "It belongs to <b>Roads office</b>" in page and fix.case.number in page
    text = b"".join(client.get("/en/appeals/corrections.csv")).decode("utf-8-sig")
    assert "repaired" in text


def test_the_desk_answers_letters_and_repairs_the_registry(made: Letters, client: Client) -> None:
    at = clock.now()
    made.write(at=at, public=False, title="A secret wish", text="Nobody may read of this.")
    fix = made.propose("gone", at=at)
    appeal = Appeal.objects.select_related("case").get()
    as_(client, made.town.officer)
    queue = client.get("/en/desk/")
    assert queue.status_code == 200
    assert b"A private letter" in queue.content
    opened = client.get(f"/en/desk/?open={appeal.case.number}")
    assert b"Nobody may read of this." in opened.content
    sent = client.post(
        f"/en/desk/{appeal.case.number}/answer/",
        {"text": "You alone are told this.", "seen": appeal.case.seq},
    )
    assert sent.status_code == 302
    appeal.case.refresh_from_db()
    assert appeal.case.state == "answered"
    as_(client, made.registrar)
    assert client.get("/en/desk/").status_code == 200
    sent = client.post(f"/en/desk/{fix.case.number}/repair/", {"seen": fix.case.seq})
    assert sent.status_code == 302
    assert object_of("lamp", "L-1").until is not None


def test_others_see_nothing_of_a_private_letter_at_the_desk(made: Letters, client: Client) -> None:
    made.write(at=clock.now(), public=False, title="A secret wish", text="Nobody may read of this.")
    number = Appeal.objects.get().case.number
    for person in (made.town.moderator, made.town.light_officer, made.town.dispatcher):
        as_(client, person)
        for url in ("/en/desk/", f"/en/desk/?open={number}", f"/en/desk/{number}/"):
            answer = client.get(url)
            assert b"secret wish" not in answer.content
            assert b"Nobody may read" not in answer.content


def test_an_author_objects_once_to_a_rejection(made: Letters, client: Client) -> None:
    at = clock.now()
    appeal = made.write(at=at)
    case = appeals.reject(
        by=made.town.moderator, at=at, case=appeal.case, reason="insult", text="Say it calmly."
    )
    as_(client, made.town.resident)
    page = client.get(f"/en/appeals/{case.number}/").content.decode()
    way = f"/en/moderation/{case.number}/appeal/"
    assert way in page
    assert client.get(way).status_code == 200
    sent = client.post(way, {"text": "I did say it calmly, read it again."})
    assert sent.status_code == 302
    case.refresh_from_db()
    assert case.state == "appealed"
