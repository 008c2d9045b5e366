"""The page of a problem, and what its author does there."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.city.problems.conftest import Town, picture
from veche.core.cases.models import CaseFile
from veche.core.notices.models import Following


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("work", "must answer by"),
        ("check", "The author checks the result by"),
        ("confirmed", "Solved: the author confirmed it"),
        ("refused", "Reason: the place is private land."),
        ("withdrawn", "The author took it back"),
        ("returned", "must answer again by"),
        ("unconfirmed", "It is not counted as solved"),
    ],
)
def test_the_page_says_where_it_stands(town: Town, client: Client, state: str, words: str) -> None:
    number = town.to(state).case.number
    for language in ("ru", "zh-hans"):
        assert client.get(f"/{language}/problems/{number}/").status_code == 200
    answer = client.get(f"/en/problems/{number}/")
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert answer["X-Veche-Cache"] == "5"


def test_before_the_moderator_only_the_author_and_moderators_see_it(town: Town) -> None:
    url = f"/en/problems/{town.to('moderation').case.number}/"
    seen = {}
    for person in (None, town.neighbour, town.officer, town.moderator, town.resident):
        client = Client()
        if person:
            client.force_login(person)
        seen[str(person)] = client.get(url).status_code
    assert seen == {
        "None": 404, "Neighbour": 404, "Officer": 404, "Moderator": 200, "Resident": 200
    }  # fmt: skip


def test_the_author_confirms(town: Town, client: Client) -> None:
    problem = town.to("check")
    url = f"/en/problems/{problem.case.number}/"
    client.force_login(town.neighbour)
    assert client.post(url + "confirm/").status_code == 403
    assert "Yes, it is done" not in client.get(url).content.decode()
    client.force_login(town.resident)
    assert "Yes, it is done" in client.get(url).content.decode()
    assert client.post(url + "confirm/", {"seen": problem.case.seq}).status_code == 302
    assert "Solved" in client.get(url).content.decode()
    again = client.post(url + "confirm/", {"seen": "x"})
    assert again.status_code == 409
    assert "not possible now" in again.content.decode()


def test_the_author_returns_with_words_and_a_photograph(town: Town, client: Client) -> None:
    problem = town.to("check")
    url = f"/en/problems/{problem.case.number}/"
    client.force_login(town.resident)
    empty = client.post(url + "return/", {"text": ""})
    assert empty.status_code == 422
    assert "Write what is not done" in empty.content.decode()
    stale = client.post(url + "return/", {"text": "The hole is still there.", "seen": 1})
    assert stale.status_code == 409
    assert "The hole is still there." in stale.content.decode()
    shot = SimpleUploadedFile("a.jpg", picture(), "image/jpeg")
    sent = {"text": "The hole is still there.", "seen": problem.case.seq, "photographs": [shot]}
    assert client.post(url + "return/", sent).status_code == 302
    page = client.get(url).content.decode()
    assert "The hole is still there." in page
    assert CaseFile.objects.filter(kind="check").count() == 1


def test_taking_back_is_asked_once_more(town: Town, client: Client) -> None:
    url = f"/en/problems/{town.to('work').case.number}/withdraw/"
    client.force_login(town.resident)
    assert "cannot be undone" in client.get(url).content.decode()
    assert client.post(url).status_code == 302


def test_following(town: Town, client: Client) -> None:
    problem = town.to("work")
    url = f"/en/problems/{problem.case.number}/"
    client.force_login(town.neighbour)
    client.post(url + "follow/")
    assert Following.objects.filter(person=town.neighbour).count() == 1
    client.post(url + "unfollow/")
    assert not Following.objects.filter(person=town.neighbour).exists()


def test_my_page_tells_what_happened(town: Town, client: Client) -> None:
    number = town.to("check").case.number
    client.force_login(town.resident)
    page = client.get("/en/problems/mine/").content.decode()
    assert number in page
    assert f"{number}" in page
    assert "new" in page
    assert client.post("/en/problems/mine/").status_code == 302


def test_few_queries(
    town: Town, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    number = town.to("returned").case.number
    client.get(f"/en/problems/{number}/")
    with django_assert_max_num_queries(12):
        client.get(f"/en/problems/{number}/")


@pytest.mark.parametrize("number", ["2026-999999", "x", "0", "-", "%00", "a" * 300])
def test_what_is_not_there(town: Town, client: Client, number: str) -> None:
    for tail in ("", "confirm/", "photographs/1-small.jpg", "photographs/0-large.jpg"):
        assert client.get(f"/en/problems/{number}/{tail}").status_code in (302, 404)


def test_late_is_told(town: Town, client: Client) -> None:
    number = town.to("work", at=town.start - dt.timedelta(days=30)).case.number
    assert "had to answer by" in client.get(f"/en/problems/{number}/").content.decode()
