"""The pages of applications, as companies, staff, arbiters and everybody meet them."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.cast import START
from tests.city.pilots.test_applications_papers import pdf
from tests.city.pilots.test_applications_story import TEXT, asks, worked_at
from tests.city.pilots.world import World, person
from veche import clock
from veche.city.pilots.models import Appeal, Application, Call, Paper, Product, ReviewTask
from veche.city.pilots.operations import screening
from veche.city.pilots.views.screening import DOORS
from veche.core.cases.models import Case
from veche.core.cases.operations import move_case
from veche.core.people.models import Person

NOW = START + dt.timedelta(hours=9)


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    settings.SECOND_FACTOR = False


def as_(who: Person) -> Client:
    client = Client()
    client.force_login(who)
    return client


def test_a_founder_applies_step_by_step_and_nothing_is_lost(world: World) -> None:
    call = asks(world)
    client, start = as_(world.founder), f"/en/pilots/apply/{call.case.number}/"
    assert "Sign in and apply" in Client().get(start).content.decode()
    page = client.get(start).content.decode()
    assert "Answer 3 questions" in page
    product = Product.objects.get(company=world.company)
    press = {"submission": str(uuid.uuid4()), "product": str(product.pk)}
    assert client.post(start, {"submission": "x"}).status_code == 422
    first, second = client.post(start, press), client.post(start, press)
    assert first.status_code == 302 and first["Location"] == second["Location"]
    made = Application.objects.select_related("case").get()
    steps = f"/en/pilots/apply/{call.case.number}/{made.case.number}"
    assert first["Location"].startswith(f"{steps}/solution/")
    sent = client.post(f"{steps}/solution/", {"title": "A cane that sees", "text": TEXT})
    assert sent["Location"] == f"{steps}/questions/"
    # one answer is wrong, two files lie: what is right is kept
    lying = SimpleUploadedFile("cane.pdf", b"MZ\x90\x00\x03 a program", "application/pdf")
    answer: Any = client.post(
        f"{steps}/questions/", {"q-weight": "heavy", "q-tested": "no", "q-proof": lying}
    )
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "Write a number" in body and "cane.pdf: This file cannot be taken" in body
    made.refresh_from_db()
    assert dict(made.answers.values_list("question", "text")) == {"tested": "no"}
    act = b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"
    script = SimpleUploadedFile("x.pdf", pdf(act))
    answer = client.post(f"{steps}/questions/", {"q-weight": "60", "q-proof": script})
    assert "would do something by itself" in answer.content.decode()
    check = client.get(f"{steps}/check/").content.decode()
    assert f'href="{steps}/questions/#id_q-proof"' in check and "disabled" in check
    assert client.post(f"{steps}/check/").status_code == 422
    good = SimpleUploadedFile("proof.pdf", pdf())
    answer = client.post(
        f"{steps}/questions/", {"q-weight": "60,5", "q-proof": good, "stay": "1"}, follow=True
    )
    assert "Take out proof.pdf" in answer.content.decode()
    made.refresh_from_db()
    assert made.answers.get(question="weight").text == "60.5"
    answer = client.post(f"{steps}/check/", follow=True)
    assert "decides by" in answer.content.decode()
    made.refresh_from_db()
    assert made.submitted_at == NOW
    assert client.get(f"{steps}/solution/").status_code == 302  # no draft any more
    # once sent, other presses lead to the page
    assert client.post(f"{steps}/check/").status_code == 302
    calendar = client.get(f"/en/pilots/applications/{made.case.number}/dates.ics")
    assert b"BEGIN:VEVENT" in calendar.content and b"A cane that sees" in calendar.content
    assert made.title in client.get("/en/pilots/mine/").content.decode()
    table: Any = client.get("/en/pilots/mine/applications.csv")
    assert made.title in b"".join(table).decode()
    paper = Paper.objects.get()
    at = f"/en/pilots/applications/{made.case.number}/paper/{paper.pk}/"
    file: Any = as_(world.agent).get(at)
    assert file["Content-Type"] == "application/octet-stream" and b"".join(file) == pdf()
    assert as_(world.town.resident).get(at).status_code == 404
    reader = world.experts[0]
    ReviewTask.objects.create(
        application=made, expert=reader, given_at=NOW, due_at=NOW + dt.timedelta(days=20)
    )
    expert = as_(reader.person)
    assert expert.get(at).status_code == 404  # not while it is screened
    screening.admit(by=world.agent, at=NOW, application=made)
    assert expert.get(at).status_code == 200
    page = expert.get(f"/en/pilots/applications/{made.case.number}/").content.decode()
    assert "proof.pdf" in page and "Questions and answers" not in page


def test_a_large_file_is_left_out_in_words(world: World, settings: Any) -> None:
    settings.LARGEST_FILE = 1000
    call = asks(world)
    client = as_(world.founder)
    start = f"/en/pilots/apply/{call.case.number}/"
    product = Product.objects.get(company=world.company)
    client.post(start, {"submission": str(uuid.uuid4()), "product": str(product.pk)})
    made = Application.objects.select_related("case").get()
    video = io.BytesIO(b"\x00\x00\x00\x18ftypmp42" + bytes(2000))
    video.name = "cane.mp4"
    answer: Any = client.post(
        f"{start}{made.case.number}/questions/", {"q-weight": "60", "q-proof": video}
    )
    assert answer.status_code == 422 and "too large" in answer.content.decode()
    assert made.answers.get().text == "60"


def test_the_agency_screens_and_a_tied_officer_finds_nothing(world: World) -> None:
    firm, founder = world.another_company()
    made = world.application(
        "screening", company=firm, founder=founder, title="=cmd|' /C calc'!A0 cane"
    )
    number = made.case.number
    tied = person("Tied", role="pilot_officer", organisation=world.agency)
    worked_at(tied, firm)
    agency = as_(world.agent)
    page = agency.get(f"/en/pilots/applications/{number}/").content.decode()
    assert "Before you decide" in page and "Admit" in page and "Turn down" in page
    assert "No other application says nearly the same" in page
    for path in ("/en/pilots/screening/", "/en/pilots/work/", "/en/pilots/screening/?q=cane"):
        assert "calc" in agency.get(path).content.decode()
        assert "calc" not in as_(tied).get(path).content.decode()
    doors = agency.get("/en/pilots/work/").content.decode()
    for name, role, word in DOORS:
        assert (f">{word}</a>" in doors) == (role == "pilot_officer"), word
        if role == "pilot_officer":
            assert agency.get(reverse(name)).status_code == 200, word
    table: Any = agency.get("/en/pilots/screening/applications.csv")
    assert f"{number},'=cmd|' /C calc'!A0 cane," in b"".join(table).decode()
    hidden: Any = as_(tied).get("/en/pilots/screening/applications.csv")
    assert number not in b"".join(hidden).decode()
    for path in ("", "ask/", "admit/", "turn-down/", "dates.ics", "proof/"):
        address = f"/en/pilots/applications/{number}/{path}"
        assert as_(tied).get(address).status_code == 404, path
        assert Client().get(address).status_code in (404, 302), path
        assert as_(world.town.resident).get(address).status_code == 404, path
    assert as_(world.officer).get(f"/en/pilots/applications/{number}/admit/").status_code == 403
    assert as_(world.town.resident).get("/en/pilots/screening/").status_code == 403
    # two officers at once: the second hears of it, and what was typed stays
    seen = str(made.case.seq)
    ask = f"/en/pilots/applications/{number}/ask/"
    assert agency.post(ask, {"text": "", "seen": seen}).status_code == 422
    assert agency.post(ask, {"text": "How heavy is it?", "seen": seen}).status_code == 302
    late: Any = agency.post(
        f"/en/pilots/applications/{number}/withdraw/", {"reason": "x" * 9, "sure": "1"}
    )
    assert late.status_code == 403  # it is the company's to do
    owner = as_(founder)
    assert number in owner.get("/en/pilots/work/").content.decode()
    reply = owner.get(f"/en/pilots/applications/{number}/reply/").content.decode()
    assert "How heavy is it?" in reply and "Change the application itself" in reply
    answer = owner.post(
        f"/en/pilots/applications/{number}/reply/",
        {"reply": "Fifty grams.", "title": made.title, "text": made.text + " And light.",
         "readiness": "8"},
        follow=True,
    )  # fmt: skip
    page = answer.content.decode()
    assert "<ins>" in page and "Fifty grams." in page and "revision 2" in page
    made.refresh_from_db()
    assert (made.revision, made.readiness, made.case.state) == (2, 8, "screening")


def test_a_decision_is_public_and_can_be_objected_to_once(world: World) -> None:
    made = world.application("screening")
    number = made.case.number
    page_of = f"/en/pilots/applications/{number}/"
    agency, owner = as_(world.agent), as_(world.founder)
    words = {"reason": "no-evidence", "text": "Nothing was measured so far."}
    assert agency.post(f"{page_of}turn-down/", {**words, "reason": "x"}).status_code == 422
    assert agency.post(f"{page_of}turn-down/", words).status_code == 302
    public = Client().get(page_of).content.decode()
    assert "Nothing shows that it works" in public and "Nothing was measured" in public
    assert made.title in public and made.text not in public  # never chosen: its words stay closed
    reader = as_(world.town.resident)
    reader.post(f"{page_of}follow/")
    assert "Stop following" in reader.get(page_of).content.decode()
    assert "Object to the decision" in owner.get(page_of).content.decode()
    answer = owner.post(f"{page_of}appeal/", {"text": TEXT}, follow=True)
    assert "Appeal of the company" in answer.content.decode()
    assert TEXT not in Client().get(page_of).content.decode()
    appeal = Appeal.objects.select_related("case").get()
    at = f"/en/pilots/appeals/{appeal.case.number}/"
    assert Client().get(at).status_code == 404
    assert owner.get(f"{page_of}appeal/").status_code == 409
    assert agency.get(f"{at}judge/").status_code == 403
    arbiter = as_(world.town.arbiter)
    assert "Judge the appeal" in arbiter.get(at).content.decode()
    assert made.title in arbiter.get("/en/pilots/work/").content.decode()
    assert arbiter.post(f"{at}judge/", {"text": "Why not"}).status_code == 422
    judged = {"granted": "no", "text": "The measurements came too late."}
    assert arbiter.post(f"{at}judge/", judged).status_code == 302
    assert arbiter.post(f"{at}judge/", judged).status_code == 409
    public = Client().get(page_of).content.decode()
    assert TEXT in public and "came too late" in public
    for language in ("ru", "zh-hans"):
        for path in (f"applications/{number}/", f"appeals/{appeal.case.number}/", "work/"):
            assert owner.get(f"/{language}/pilots/{path}").status_code == 200
    withdrawn = world.application("screening")
    form = owner.get(f"/en/pilots/applications/{withdrawn.case.number}/withdraw/")
    assert "We take it back for good" in form.content.decode()


def test_nobody_applies_to_a_call_that_is_not_shown(world: World) -> None:
    start = f"/en/pilots/apply/{world.call.case.number}/"
    for who in (Client(), as_(world.founder)):
        assert "Streets for everybody" in who.get(start).content.decode()
    # Hidden, or drafted and cancelled before it opened: its title is nobody's to read here either.
    Case.objects.filter(pk=world.call.pk).update(hidden_at=NOW)
    for who in (Client(), as_(world.founder)):
        answer = who.get(start)
        assert answer.status_code == 404 and "Streets" not in answer.content.decode()
    Case.objects.filter(pk=world.call.pk).update(hidden_at=None)
    move_case(by=world.agent, at=NOW, case=world.call.case, move="cancel")
    Call.objects.filter(pk=world.call.pk).update(opens_at=None)
    assert Client().get(start).status_code == 404
