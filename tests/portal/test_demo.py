"""What only the demo has: nothing of it outside, and inside the cast and the clock."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from tests.cast import SmallTown, small_town

from veche import clock
from veche.core.cases.models import CaseClock
from veche.core.people.models import Person
from veche.portal import demo

pytestmark = pytest.mark.django_db
PAGES = (
    ("get", "/en/demo/", {}),
    ("post", "/en/demo/sign-in/", {"person": "officer"}),
    ("post", "/en/demo/clock/", {"hours": "1"}),
)


@pytest.fixture
def town() -> SmallTown:
    made = small_town()
    Person.objects.filter(pk=made.officer.pk).update(cast="officer")
    return made


@pytest.fixture
def in_demo(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(demo, "is_demo", lambda: True)
    settings.DEMO = True
    clock.forget()


def ask(how: str, address: str, data: dict[str, str], **more: Any) -> Any:
    client = Client(**more)
    return client.get(address) if how == "get" else client.post(address, data)


@pytest.mark.parametrize(("how", "address", "data"), PAGES)
def test_outside_a_demo_there_is_nothing(
    town: SmallTown, how: str, address: str, data: dict[str, str]
) -> None:
    assert ask(how, address, data).status_code == 404


@pytest.mark.parametrize(("how", "address", "data"), PAGES)
@pytest.mark.parametrize(
    "where",
    [{"REMOTE_ADDR": "10.0.0.7"}, {"REMOTE_ADDR": "x"}, {"HTTP_X_FORWARDED_FOR": "1.2.3.4"}],
)
def test_in_a_demo_there_is_nothing_for_other_machines(
    town: SmallTown,
    in_demo: None,
    how: str,
    address: str,
    data: dict[str, str],
    where: dict[str, str],
) -> None:
    assert ask(how, address, data, **where).status_code == 404


def test_one_press_signs_in_as_any_of_the_cast(town: SmallTown, in_demo: None) -> None:
    client = Client()
    assert "This is a demo" in client.get("/en/demo/").content.decode()
    answer = client.post("/en/demo/sign-in/", {"person": "officer"})
    assert answer.url == "/en/desk/"
    page = client.get(answer.url)
    assert page.status_code == 200 and "Change who you are" in page.content.decode()


@pytest.mark.parametrize("person", ["", "nobody", "\x00", "1"])
def test_nobody_else_can_be_signed_in_as(town: SmallTown, in_demo: None, person: str) -> None:
    assert ask("post", "/en/demo/sign-in/", {"person": person}).status_code == 404


def test_the_clock_goes_forward_and_terms_pass(town: SmallTown, in_demo: None) -> None:
    problem = town.report(at=clock.now())
    before = clock.now()
    answer = Client().post("/en/demo/clock/", {"hours": "192", "next": "/en/problems/"})
    assert answer.url == "/en/problems/"
    clock.forget()
    assert clock.now() - before >= dt.timedelta(days=8)
    problem.case.refresh_from_db()
    assert problem.case.state == "work", "published without a moderator, given to the office"
    assert CaseClock.objects.filter(case=problem.case, passed_at__isnull=False).exists()


@pytest.mark.parametrize("hours", ["", "-1", "0", "2", "1e3", "\x00", "192 "])
def test_the_clock_never_goes_back_nor_as_one_likes(
    town: SmallTown, in_demo: None, hours: str
) -> None:
    assert ask("post", "/en/demo/clock/", {"hours": hours}).status_code == 404


def test_a_visitor_without_cookies_gets_no_forms(town: SmallTown, in_demo: None) -> None:
    page = Client().get("/en/problems/statistics/")
    assert "csrfmiddlewaretoken" not in page.content.decode() and not page.cookies
