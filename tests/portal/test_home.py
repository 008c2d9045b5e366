"""The first page: doors that lead somewhere, what is near, how terms are kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from tests.cast import START, SmallTown, small_town

from veche import clock
from veche.city.problems.queries import lists
from veche.portal import queries
from veche.portal.views import doors, home

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    queries.forget()
    lists.forget()
    yield
    queries.forget()


@pytest.fixture
def town() -> SmallTown:
    return small_town()


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> dt.datetime:
    at = START + DAY
    monkeypatch.setattr(clock, "now", lambda: at)
    return at


def test_without_a_city_the_page_says_what_to_do(client: Client) -> None:
    page = client.get("/en/")
    assert page.status_code == 200
    assert "No city yet" in page.content.decode()


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "What do you want to do?"),
        ("ru", "Что вы хотите сделать?"),
        ("zh-hans", "您想做什么？"),
    ],
)
def test_one_question_in_three_languages(
    client: Client, town: SmallTown, today: dt.datetime, language: str, question: str
) -> None:
    text = client.get(f"/{language}/").content.decode()
    assert f'<h1 class="ask">{question}</h1>' in text
    assert f'lang="{language}"' in text


def test_no_door_leads_nowhere(client: Client, town: SmallTown, today: dt.datetime) -> None:
    for door in doors(frozenset({"officer", "moderator"})):
        assert door.url.startswith("/")
    shown = {str(door.word) for door in doors(frozenset())}
    assert "Work" not in shown
    assert "Moderate" not in shown


def test_what_was_accepted_is_near_and_what_waits_is_not(
    client: Client, town: SmallTown, today: dt.datetime
) -> None:
    from veche.city.problems import operations

    seen = town.report(at=START)
    town.report(at=START, text="A second hole that no moderator has read yet.")
    operations.accept(by=town.moderator, at=START + dt.timedelta(hours=1), case=seen.case)
    text = client.get("/en/").content.decode()
    assert seen.title in text
    assert "no moderator has read" not in text
    assert seen.title not in client.get("/en/?place=east").content.decode()


def test_the_page_asks_little(
    client: Client, town: SmallTown, today: dt.datetime, django_assert_max_num_queries: Any
) -> None:
    client.get("/en/")
    with django_assert_max_num_queries(8):
        client.get("/ru/")


def test_the_view_is_documented() -> None:
    assert home.__doc__
