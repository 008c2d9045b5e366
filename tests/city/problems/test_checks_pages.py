"""The pages of volunteers, of rating, joining and of how answers stood up."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from tests.cast import START, SmallTown, small_town
from tests.city.problems.test_checks import answered, asked, say, volunteer
from tests.city.problems.test_merging import accepted
from veche import clock
from veche.city.problems import operations
from veche.city.problems.models import CheckTask, Problem, Satisfaction
from veche.core.moderation.operations import hide_matter
from veche.core.people.models import Person

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def town(db: None, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> SmallTown:
    settings.FILES_DIR = tmp_path
    monkeypatch.setattr(clock, "now", lambda: START + DAY)
    return small_town()


def browser(person: Person | None = None) -> Client:
    client = Client()
    if person is not None:
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def read(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.status_code
    return answer.content.decode()


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
def test_a_volunteer_goes_looks_and_answers(town: SmallTown, language: str) -> None:
    one, two = volunteer(town, "one"), volunteer(town, "two")
    problem = answered(town)
    operations.sweep_checks(at=START + 3 * HOUR)
    client = browser(one)
    base = f"/{language}/problems"
    task = CheckTask.objects.get(volunteer=one)
    assert f"{base}/checks/{task.pk}/" in read(client, f"{base}/checks/")
    assert "deep hole" in read(client, f"{base}/checks/{task.pk}/")
    assert client.post(f"{base}/checks/{task.pk}/", {"do": "take"}).status_code == 302
    empty = client.post(f"{base}/checks/{task.pk}/", {"do": "answer", "said": "undone"})
    assert empty.status_code == 422
    named = client.post(
        f"{base}/checks/{task.pk}/",
        {"said": "undone", "text": "Call +7 912 345-67-89, the hole is there."},
    )
    assert named.status_code == 422, "nobody's telephone is published unseen"
    assert "+7 912 345-67-89</mark>" in named.content.decode()
    sent = client.post(
        f"{base}/checks/{task.pk}/", {"said": "undone", "text": "The hole is as deep as it was."}
    )
    assert sent.status_code == 302
    assert read(browser(two), f"{base}/checks/{task.pk}/", 404)
    page = read(browser(), f"{base}/{problem.case.number}/")
    assert "The hole is as deep as it was." in page
    assert "One" not in page.replace("One of", ""), "nobody is named"
    assert read(browser(one), f"{base}/checks/{task.pk}/")
    assert "disabled" not in read(browser(one), f"{base}/checks/")


def test_what_is_hidden_is_hidden_from_volunteers_too(town: SmallTown) -> None:
    someone = volunteer(town, "one")
    problem = answered(town)
    operations.sweep_checks(at=START + 3 * HOUR)
    task = CheckTask.objects.get(volunteer=someone)
    hide_matter(by=town.moderator, at=START + 4 * HOUR, case=problem.case, reason="law")
    client = browser(someone)
    assert "deep hole" not in read(client, f"/en/problems/{problem.case.number}/")
    assert "deep hole" not in read(client, "/en/problems/checks/")
    listed = read(client, "/en/problems/checks/")
    assert "hidden this matter from everybody" in listed and problem.case.number in listed
    assert f"/checks/{task.pk}/" not in listed, "what is listed can be opened"
    gone = read(client, f"/en/problems/checks/{task.pk}/", 410)
    assert "You need not go any more" in gone and "deep hole" not in gone


def test_a_joined_problem_that_is_hidden_has_no_title(town: SmallTown) -> None:
    first = accepted(town)
    second = accepted(town, at=START + HOUR, text="A pit that swallowed my bicycle whole.")
    operations.merge(by=town.officer, at=START + 2 * HOUR, case=second.case, parent=first.case)
    path = f"/en/problems/{first.case.number}/"
    assert "swallowed" in read(browser(), path)
    hide_matter(by=town.moderator, at=START + 3 * HOUR, case=second.case, reason="law")
    page = read(browser(), path)
    assert "swallowed" not in page and second.case.number in page


def test_who_is_asked_elsewhere_and_who_is_no_volunteer(town: SmallTown) -> None:
    assert browser().get("/en/problems/checks/").status_code == 302
    assert "You are not a volunteer now" in read(browser(town.neighbour), "/en/problems/checks/")
    someone = volunteer(town, "one")
    assert "Nothing waits for you" in read(browser(someone), "/en/problems/checks/")


def test_declined_and_over(town: SmallTown) -> None:
    someone = volunteer(town, "one")
    answered(town)
    operations.sweep_checks(at=START + 3 * HOUR)
    task = CheckTask.objects.get(volunteer=someone)
    path = f"/en/problems/checks/{task.pk}/"
    assert browser(someone).post(path, {"do": "decline"}).status_code == 302
    again = browser(someone).post(path, {"said": "done", "text": ""})
    assert again.status_code == 409
    assert "This check is over" in again.content.decode()


def test_the_author_says_how_it_went_and_the_office_alone_reads_the_words(
    town: SmallTown,
) -> None:
    problem = answered(town)
    path = f"/en/problems/{problem.case.number}/"
    author, stranger, officer = (browser(p) for p in (town.resident, town.neighbour, town.officer))
    assert author.get(path + "rate/").status_code == 409
    operations.confirm(by=town.resident, at=START + 3 * HOUR, case=problem.case)
    assert "Say how it went" in read(author, path)
    assert stranger.get(path + "rate/").status_code == 403
    assert author.post(path + "rate/", {"answers": ["slow"]}).status_code == 422
    words = {"score": "2", "answers": ["slow", "half-fixed"], "text": "It took them long."}
    assert author.post(path + "rate/", words).status_code == 302
    assert Satisfaction.objects.get().answers == ["slow", "half-fixed"]
    assert author.post(path + "rate/", words).status_code == 409
    assert "It took them long." in read(officer, path)
    assert "It took them long." not in read(stranger, path)
    assert "Say how it went" not in read(author, path)


def test_words_the_author_allows_are_public_and_marks_only_by_fives(town: SmallTown) -> None:
    for n in range(6):
        problem = answered(town, START - DAY)
        operations.confirm(by=town.resident, at=START, case=problem.case)
        operations.rate(
            by=town.resident, at=START, case=problem.case, score=5 if n else 1,
            text="The asphalt holds.", text_public=n == 0,
        )  # fmt: skip
        if n == 0:
            assert "The asphalt holds." in read(browser(), f"/en/problems/{problem.case.number}/")
    from veche.city.problems.queries.quality import quality

    found = quality(START + DAY)
    (office,) = found.offices
    assert office.marks == {"good": None, "bad": None}, "the difference would tell of one"
    assert "withheld" in read(browser(), "/en/problems/quality/")
    assert ",0,0,0,0,,0," in read(browser(), "/en/problems/quality.csv")


def test_a_rating_has_its_time_and_its_author(town: SmallTown) -> None:
    problem = answered(town)
    late = START + 50 * DAY
    with pytest.raises(operations.NothingToRate):
        operations.rate(by=town.resident, at=START + 3 * HOUR, case=problem.case, score=3)
    operations.end_check(by=None, at=START + 15 * DAY, case=problem.case)
    with pytest.raises(operations.OnlyItsAuthor):
        operations.rate(by=town.neighbour, at=START + 16 * DAY, case=problem.case, score=3)
    with pytest.raises(operations.ScoreMissing):
        operations.rate(by=town.resident, at=START + 16 * DAY, case=problem.case, score=6)
    with pytest.raises(operations.TooLate):
        operations.rate(by=town.resident, at=late, case=problem.case, score=3)
    said = operations.rate(by=town.resident, at=START + 16 * DAY, case=problem.case, score=3)
    assert said.decision == "lapse"


def test_while_typing_what_is_near_is_offered_and_joined_in(town: SmallTown) -> None:
    problem = accepted(town)
    where = "category=pothole&longitude=49.2501&latitude=53.5001&text=hole+by+the+bus+stop"
    part = read(browser(), f"/en/problems/report/alike/?{where}")
    assert f"/en/problems/{problem.case.number}/mine-too/" in part
    assert "mine-too" not in read(browser(), "/en/problems/report/alike/?category=pothole")
    assert "mine-too" not in read(browser(), "/en/problems/report/alike/?longitude=nan&latitude=1")
    path = f"/en/problems/{problem.case.number}/mine-too/"
    assert "sign-in" in browser().post(path).url  # type: ignore[attr-defined]
    assert browser(town.neighbour).post(path).status_code == 302
    assert "2 people reported or follow it." in read(
        browser(), f"/en/problems/{problem.case.number}/"
    )
    assert browser(town.resident).post(path).status_code == 409


def test_the_form_without_a_script_offers_it_too(town: SmallTown) -> None:
    problem = accepted(town)
    values = {
        "category": "pothole", "longitude": "49.25", "latitude": "53.5", "do": "look",
        "text": "A hole by the bus stop, quite deep.",
    }  # fmt: skip
    page = browser().post("/en/problems/report/", values).content.decode()
    assert f"/en/problems/{problem.case.number}/mine-too/" in page


def test_an_officer_joins_after_looking_and_a_moderator_separates(town: SmallTown) -> None:
    first, later = accepted(town), accepted(town, START + HOUR, by=town.neighbour)
    path = f"/en/problems/{later.case.number}/"
    officer, moderator = browser(town.officer), browser(town.moderator)
    assert "Join to an earlier problem" in read(officer, path)
    assert browser(town.neighbour).get(path + "join/").status_code == 403
    assert first.case.number in read(officer, path + "join/")
    wrong = officer.get(path + "join/", {"number": "2026-999999"})
    assert wrong.status_code == 422
    look = read(officer, path + f"join/?number={first.case.number}")
    assert "What will happen" in look
    assert Problem.objects.get(pk=later.pk).case.state == "work", "looking joins nothing"
    sent = officer.post(path + "join/", {"number": first.case.number, "seen": later.case.seq})
    assert sent.status_code == 302
    page = read(browser(), path)
    assert first.case.number in page
    assert "2 people" in page
    assert later.case.number in read(browser(), f"/en/problems/{first.case.number}/")
    assert browser(town.neighbour).get(path + "part/").status_code == 403
    assert "Take the joining back?" in read(officer, path + "part/")
    assert "Separate again?" in read(moderator, path + "part/")
    assert moderator.post(path + "part/", {}).status_code == 302
    assert Problem.objects.get(pk=later.pk).case.state == "work"


def test_what_came_back_stands_on_both_pages(town: SmallTown) -> None:
    past = answered(town, START - 5 * DAY)
    operations.confirm(by=town.resident, at=START - 4 * DAY, case=past.case)
    new = accepted(town, START, by=town.neighbour)
    for one, other in ((past, new), (new, past)):
        page = read(browser(), f"/en/problems/{one.case.number}/")
        assert "It came back" in page
        assert other.case.number in page


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
def test_how_answers_stood_up_is_public(town: SmallTown, language: str) -> None:
    for name in ("a", "b"):
        volunteer(town, name)
    problem = answered(town)
    assert "<h1" in read(browser(), f"/{language}/problems/quality/")
    operations.sweep_checks(at=START + 3 * HOUR)
    for task in asked(problem):
        say(task, START + 4 * HOUR, "undone")
    page = read(browser(), f"/{language}/problems/quality/")
    assert "Roads office" in page
    assert "roads" in read(browser(), f"/{language}/problems/quality.csv")
