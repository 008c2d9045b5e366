"""The pages of points, as their people use them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client

from tests.cast import SmallTown, small_town
from tests.city.points.test_spending import reward, rich
from veche import clock
from veche.city.points.models import Account, Reward, RuleSet, Spending
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person
from veche.core.people.operations import add_person

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def town() -> SmallTown:
    return small_town()


def _as(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _staff(town: SmallTown, role: str) -> Client:
    early = clock.now() - 30 * DAY
    made = add_person(by=None, at=early, name=role.title(), email=f"{role}@example.org")
    appoint(by=None, at=early, person=made, role=role, territory=town.city)
    return _as(made)


def _get(client: Client, path: str, status: int = 200, language: str = "en") -> str:
    response = client.get(f"/{language}/points/{path}")
    assert response.status_code == status, response
    return response.content.decode()


def test_a_visitor_reads_what_points_are(town: SmallTown) -> None:
    reward("book", cost=7, stock=2)
    visitor = Client()
    assert "Sign in to turn them on" in _get(visitor, "")
    text = _get(visitor, "how/")
    assert "never a weight in any vote" in text and "You took part in a vote" in text
    text = _get(visitor, "rewards/")
    assert "Book" in text and "7 points" in text and "left: 2" in text
    _get(visitor, "rewards/book/", 302)
    _get(visitor, "counter/", 302)


@pytest.mark.parametrize("language", ["ru", "zh-hans"])
def test_the_pages_speak_other_languages(town: SmallTown, language: str) -> None:
    reward("book")
    rich(town.resident, 25)
    client = _as(town.resident)
    for path in ("", "how/", "rewards/", "rewards/book/", "off/"):
        text = re.sub(r"<[^>]+>", " ", _get(client, path, language=language).split("<main")[1])
        assert "points" not in text.lower().split("</main>")[0], path


def test_from_turning_on_to_the_counter(town: SmallTown) -> None:
    reward("book", cost=10, stock=2)
    client, clerk = _as(town.resident), _staff(town, "clerk")
    assert not Account.objects.exists()
    assert client.post("/en/points/on/").status_code == 302
    assert "0 points" in _get(client, "")
    assert "too few points" in _get(client, "rewards/book/")
    rich(town.resident, 25)
    page = _get(client, "rewards/book/")
    form = {"submission": re.findall(r'name="submission" value="([^"]+)"', page)[0]}
    answer = client.post("/en/points/rewards/book/", form)
    code = re.findall(r"<code>([A-Z2-9-]+)</code>", answer.content.decode())[0]
    assert "no-store" in answer["Cache-Control"] and "<svg" in answer.content.decode()
    again = client.post("/en/points/rewards/book/", form, follow=True).content.decode()
    assert "already" in again and code not in again
    assert Spending.objects.count() == 1
    assert code not in _get(client, "")

    def take(value: str) -> tuple[int, str]:
        response = clerk.post("/en/points/counter/", {"code": value})
        return response.status_code, response.content.decode()

    assert take("")[0] == 422
    status, text = take("AAAAA-AAAAA")
    assert status == 422 and "no such code" in text
    status, text = take(code)
    assert status == 200 and "Give out: Book" in text and "Resident" not in text
    status, text = take(code)
    assert status == 409 and "not good any more" in text
    assert "given out" in _get(client, "")
    _get(client, "counter/", 403)


def test_a_reward_is_given_back_and_a_code_made_anew(town: SmallTown) -> None:
    reward("book", cost=10)
    account = rich(town.resident, 25)
    client, other = _as(town.resident), _as(town.neighbour)
    client.post("/en/points/rewards/book/", {"submission": "not a number"})
    spent = Spending.objects.get()
    assert other.post(f"/en/points/codes/{spent.pk}/undo/").status_code == 404
    assert other.post(f"/en/points/codes/{spent.pk}/renew/").status_code == 404
    text = client.post(f"/en/points/codes/{spent.pk}/renew/").content.decode()
    assert re.search(r"<code>[A-Z2-9]{5}-[A-Z2-9]{5}</code>", text)
    client.post(f"/en/points/codes/{spent.pk}/undo/")
    account.refresh_from_db()
    assert account.balance == 25
    text = client.post(f"/en/points/codes/{spent.pk}/undo/", follow=True).content.decode()
    assert "not good any more" in text


def test_the_ledger_as_a_table(town: SmallTown) -> None:
    client = _as(town.resident)
    _get(client, "points.csv", 409)
    rich(town.resident, 25)
    lines = _get(client, "points.csv").splitlines()
    assert lines[0].endswith("points,balance") and lines[1].endswith(",25,25")
    assert "25 points" in _get(client, "off/")
    client.post("/en/points/off/")
    assert "Turn points on" in _get(client, "")


def test_the_city_sets_rules_and_rewards(town: SmallTown) -> None:
    client = _staff(town, "administrator")
    for path in ("city/rules/", "city/rewards/", "city/rewards/add/"):
        _get(client, path)
        _get(_as(town.officer), path, 403)
    send: dict[str, Any] = {
        "rule": "vote", "vote-points": "40", "vote-per_day": "1", "vote-per_month": "2",
    }  # fmt: skip
    bad = client.post("/en/points/city/rules/", {**send, "vote-points": "0"})
    assert bad.status_code == 422 and not RuleSet.objects.exists()
    client.post("/en/points/city/rules/", {**send, "vote-active": "on"})
    assert RuleSet.objects.get().points == 40
    assert "40" in _get(client, "how/")
    limits = {"rule": "limits", "young_days": "5", "young_most": "9", "code_days": "20"}
    client.post("/en/points/city/rules/", limits)
    assert "within 20 days" not in _get(client, "how/") and "20 days" in _get(client, "how/")
    gift = {"code": "mug", "name_en": "A mug", "cost": "30", "stock": "", "active": "on"}
    assert client.post("/en/points/city/rewards/add/", {**gift, "name_en": ""}).status_code == 422
    client.post("/en/points/city/rewards/add/", gift)
    assert client.post("/en/points/city/rewards/add/", gift).status_code == 422
    client.post("/en/points/city/rewards/mug/", {**gift, "code": "else", "cost": "31"})
    assert [(one.code, one.cost, one.stock) for one in Reward.objects.all()] == [("mug", 31, None)]
    _get(client, "city/rewards/nothing/", 404)
    assert "A mug" in _get(client, "city/rewards/")


def test_pages_cost_few_queries(
    town: SmallTown, django_assert_max_num_queries: Any
) -> None:  # fmt: skip
    reward("book", cost=10)
    rich(town.resident, 25)
    client = _as(town.resident)
    client.post("/en/points/rewards/book/", {})
    for path in ("", "rewards/", "how/"):
        with django_assert_max_num_queries(12):
            _get(client, path)
