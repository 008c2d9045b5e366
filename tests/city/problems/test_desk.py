"""The desks: who sees what, in which order, and every step made there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.city.problems.conftest import Town
from veche import clock
from veche.city.problems import operations
from veche.city.problems.models import Category, Problem
from veche.core.cases.queries import files
from veche.core.people.models import Person

WORDS = "The hole was filled and rolled on Tuesday."


def of(person: Person | None) -> Client:
    client = Client()
    if person is not None:
        client.force_login(person)
    return client


def step(person: Person, problem: Problem, move: str, **data: Any) -> Any:
    data.setdefault("seen", problem.case.seq)
    return of(person).post(f"/en/problems/{problem.case.number}/{move}/", data)


def state(problem: Problem) -> str:
    problem.case.refresh_from_db()
    return problem.case.state


def test_a_step_is_closed_to_visitors_and_kept_by_no_cache(town: Town) -> None:
    problem = town.to("work")
    address = f"/en/problems/{problem.case.number}/answer/"
    answer = of(None).get(address)
    assert answer.status_code == 302 and "/en/sign-in/?next=" in answer.url
    assert of(town.resident).get(address).status_code == 403
    answer = of(town.officer).get(address)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "X-Veche-Cache" not in answer.headers


def test_a_moderator_publishes_and_the_office_gets_it(town: Town) -> None:
    problem = town.report()
    answer = step(town.moderator, problem, "accept")
    assert (answer.status_code, answer.url) == (302, "/en/desk/")
    assert state(problem) == "work"
    page = of(town.moderator).get("/en/desk/")
    assert problem.case.number not in page.content.decode()


def test_a_moderator_rejects_with_a_reason_and_words(town: Town) -> None:
    problem = town.report()
    answer = step(town.moderator, problem, "reject", reason="", text="no")
    page = answer.content.decode()
    assert answer.status_code == 422 and ">no</textarea>" in page.replace("\n", "")
    assert state(problem) == "moderation"
    step(town.moderator, problem, "reject", reason="unclear", text=WORDS)
    assert state(problem) == "rejected"


def test_a_dispatcher_finds_the_office(town: Town) -> None:
    Category.objects.create(code="orphan", names={"en": "Orphan"})
    problem = town.report(category="orphan")
    step(town.moderator, problem, "accept")
    assert state(problem) == "routing"
    assert problem.case.number in of(town.dispatcher).get("/en/desk/").content.decode()
    assert step(town.dispatcher, problem, "assign", organisation="none").status_code == 422
    assert step(town.dispatcher, problem, "assign", organisation="parks").status_code == 302
    assert state(problem) == "work" and problem.case.organisation == town.parks


def test_an_officer_answers_with_evidence(town: Town, photograph: Callable[..., bytes]) -> None:
    problem = town.to("work")
    shot = SimpleUploadedFile("after.jpg", photograph(), "image/jpeg")
    answer = step(town.officer, problem, "answer", text=WORDS, photographs=shot)
    assert answer.status_code == 302 and state(problem) == "check"
    assert [one.kind for one in files(problem.case)] == ["after"]


def test_the_draft_is_forgotten_only_after_the_step(town: Town) -> None:
    problem, client = town.to("work"), of(town.officer)
    number, seq = problem.case.number, problem.case.seq
    answer = client.post(
        f"/en/problems/{number}/answer/", {"seen": seq, "text": WORDS}, follow=True
    )
    assert f'data-draft-done="answer-{number}-{seq}"' in answer.content.decode()


def test_a_preview_keeps_words_and_photographs_and_changes_nothing(
    town: Town, photograph: Callable[..., bytes]
) -> None:
    problem, client = town.to("work"), of(town.officer)
    address = f"/en/problems/{problem.case.number}/answer/"
    shot = SimpleUploadedFile("after.jpg", photograph(), "image/jpeg")
    data = {"seen": problem.case.seq, "text": WORDS}
    page = client.post(address, {**data, "photographs": shot, "preview": "1"}).content.decode()
    assert "This is what everybody will see" in page and WORDS in page
    assert state(problem) == "work"
    kept = page.split('name="kept" value="')[1].split('"')[0]
    assert client.post(address, {**data, "kept": kept}).status_code == 302
    assert len(files(problem.case)) == 1


def test_a_wrong_file_is_refused_and_the_words_stay(town: Town) -> None:
    problem = town.to("work")
    wrong = SimpleUploadedFile("after.jpg", b"not a picture", "image/jpeg")
    answer = step(town.officer, problem, "answer", text=WORDS, photographs=wrong)
    assert answer.status_code == 415
    assert WORDS in answer.content.decode() and state(problem) == "work"


def test_an_officer_refuses_with_a_reason(town: Town) -> None:
    problem = town.to("work")
    assert step(town.officer, problem, "refuse", reason="nothing", text=WORDS).status_code == 422
    step(town.officer, problem, "refuse", reason="private-land", text=WORDS)
    assert state(problem) == "refused"


def test_another_office_cannot_answer(town: Town) -> None:
    problem = town.to("work")
    assert step(town.gardener, problem, "answer", text=WORDS).status_code == 403
    assert state(problem) == "work"


def test_who_comes_second_reads_what_happened_and_keeps_the_words(town: Town) -> None:
    problem = town.to("work")
    seen = problem.case.seq
    operations.answer(by=town.officer, at=clock.now(), case=problem.case, text="I was first here.")
    answer = step(town.officer, problem, "answer", text=WORDS, seen=seen)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "I was first here." in page and WORDS in page
    assert "Your step is no longer possible" in page


def test_a_step_that_still_fits_can_be_sent_again(town: Town) -> None:
    problem = town.to("work")
    seen = problem.case.seq
    case = operations.answer(by=town.officer, at=clock.now(), case=problem.case, text=WORDS)
    operations.send_back(by=town.resident, at=clock.now(), case=case, text="Still a hole there.")
    answer = step(town.officer, problem, "answer", text="We filled it again today.", seen=seen)
    page = answer.content.decode()
    assert answer.status_code == 409 and "Still a hole there." in page
    assert f'name="seen" value="{seen + 2}"' in page and "We filled it again today." in page


@pytest.mark.parametrize(
    "next_address", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:x"]
)
def test_the_way_back_never_leaves_the_site(town: Town, next_address: str) -> None:
    answer = step(town.moderator, town.report(), "accept", next=next_address)
    assert answer.url == "/en/desk/"


@pytest.mark.parametrize(
    "query",
    [
        "view=%00", "view=zzz&page=-7", "page=99999999999999999999", "open=%00", "open=a/../b",
        "open=" + "9" * 3000, "page=%F0%9F%94%94", "view[]=1", "open='--",
    ],
)  # fmt: skip
def test_garbage_opens_the_plain_desk(town: Town, query: str) -> None:
    town.to("work")
    assert of(town.officer).get(f"/en/desk/?{query}").status_code == 200


@pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 30, "\x00"])
def test_a_broken_mark_of_what_was_seen_is_no_fault(town: Town, seen: str) -> None:
    problem = town.to("work")
    assert step(town.officer, problem, "answer", text=WORDS, seen=seen).status_code in (
        302, 409, 422,
    )  # fmt: skip


def test_every_state_in_which_staff_must_act_lies_on_a_desk() -> None:
    from veche.city.problems.procedure import PROCEDURE
    from veche.core.desk.module import SEATS
    from veche.core.desk.queries import waiting

    for one in PROCEDURE.states:
        lies = {
            role
            for role in SEATS
            for code, _scope, states in waiting(role)
            if code == "problem" and one.code in states
        }
        if one.role in SEATS:
            assert one.role in lies, one.code
        else:
            assert not lies, one.code


def test_garbage_in_addresses_and_choices_is_told_in_words(town: Town) -> None:
    Category.objects.create(code="orphan", names={"en": "Orphan"})
    problem = town.report(category="orphan")
    step(town.moderator, problem, "accept")
    for office in ("\x00", "9" * 3000, "🔔", "roads\x00"):
        assert step(town.dispatcher, problem, "assign", organisation=office).status_code == 422
    for number in ("%00", "..%2F..", "9" * 500, "%F0%9F%94%94", "2026-1'"):
        for move in ("accept", "answer"):
            answer = of(town.officer).post(f"/en/problems/{number}/{move}/", {"text": WORDS})
            assert answer.status_code == 404
    work = town.to("work")
    kept = ["\x00", "../../etc", "0" * 32]
    answer = step(town.officer, work, "answer", text="\x00", kept=kept, next="\x00")
    assert answer.status_code == 422 and state(work) == "work"
