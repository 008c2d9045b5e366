"""The city's own rules: read by everybody, set by who keeps them, each change written down."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from tests.cast import START, SmallTown, small_town
from veche import clock
from veche.city.problems import operations as problems
from veche.city.problems.models import NearRule, Problem, StandardAnswer
from veche.city.problems.operations import city_rules
from veche.city.problems.queries.merging import near_rule
from veche.city.problems.queries.satisfaction import standard_answers
from veche.core.journal.models import Record
from veche.core.organisations.access import NotARuleKeeper
from veche.core.organisations.models import SupplierRule
from veche.core.organisations.operations import appoint, set_supplier
from veche.core.places.models import ObjectKind
from veche.core.places.operations import objects as registry

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
BOOKS = ("near", "answers", "contracts")


@pytest.fixture
def town() -> SmallTown:
    made = small_town()
    registry.set_kind(by=None, at=START, code="lamp", names={"en": "Lamp"})
    return made


@pytest.fixture
def keeper(town: SmallTown) -> Client:
    appoint(by=None, at=START - 900 * DAY, person=town.neighbour, role="registrar")
    client = Client()
    client.force_login(town.neighbour)
    return client


def page(client: Client, book: str, query: str = "") -> str:
    answer = client.get(f"/en/problems/rules/{book}/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
@pytest.mark.parametrize("book", BOOKS)
def test_everybody_reads_and_nobody_else_sets(town: SmallTown, language: str, book: str) -> None:
    client = Client()
    url = f"/{language}/problems/rules/{book}/"
    read = client.get(url)
    assert read.status_code == 200 and b"<form" not in read.content.split(b"<main")[1]
    assert client.post(url, {"end": "*"}).status_code == 403
    client.force_login(town.officer)
    assert client.post(url, {"theme": "pothole"}).status_code == 403
    assert client.get("/en/problems/rules/none/").status_code == 404


def test_a_role_over_a_district_only_sets_nothing(town: SmallTown) -> None:
    appoint(by=None, at=START - DAY, person=town.neighbour, role="administrator",
            territory=town.west)  # fmt: skip
    client = Client()
    client.force_login(town.neighbour)
    assert client.post("/en/problems/rules/near/", {"end": "*"}).status_code == 403
    with pytest.raises(NotARuleKeeper):
        city_rules.set_near_rule(
            by=town.neighbour, at=START, theme="", metres=1, came_back_metres=1, came_back_days=1
        )
    with pytest.raises(NotARuleKeeper):
        set_supplier(by=town.neighbour, at=START, kind=ObjectKind.objects.get(),
                     organisation=town.roads)  # fmt: skip


def test_nearness_is_set_changed_and_ended(town: SmallTown, keeper: Client) -> None:
    url = "/en/problems/rules/near/"
    typed = {"theme": "pothole", "metres": "60", "came_back_metres": "15", "came_back_days": "90"}
    assert keeper.post(url, {**typed, "metres": "0"}).status_code == 422
    assert keeper.post(url, {**typed, "theme": "nothing"}).status_code == 422
    assert keeper.post(url, typed).status_code == 302
    rule = NearRule.objects.get(theme="pothole")
    assert (rule.metres, rule.came_back_metres, rule.came_back_days) == (60, 15, 90)
    assert 'value="60"' in page(keeper, "near", "?change=pothole")
    assert keeper.post(url, {**typed, "metres": "70", "key": "pothole"}).status_code == 302
    category = Problem(category=town.report(at=START).category).category
    assert near_rule(category).metres == 70
    assert keeper.post(url, {"end": "pothole"}).status_code == 302
    assert near_rule(category).metres == 100  # the city's own again
    assert keeper.post(url, {"end": "pothole"}).status_code == 404
    assert keeper.post(url, {"end": "*"}).status_code == 422
    shown = page(keeper, "near")
    for words in ("Pothole: 60 m; 15 m, 90 calendar days.", "Pothole: the rule was ended."):
        assert words in shown
    assert shown.count("<td>Neighbour</td>") == 3  # who did it
    assert "Neighbour" not in page(Client(), "near")
    assert Record.objects.filter(subject=city_rules.NEAR, actor=town.neighbour.pk).count() == 3


def test_ready_answers_are_offered_changed_and_ended(town: SmallTown, keeper: Client) -> None:
    url = "/en/problems/rules/answers/"
    typed = {"topic": "people", "good": "yes", "en": "They called me", "ru": "Мне позвонили",
             "zh": "有人来电", "position": "3"}  # fmt: skip
    assert keeper.post(url, {**typed, "zh": " "}).status_code == 422
    assert keeper.post(url, typed).status_code == 302
    assert "they-called-me" in {one.code for one in standard_answers()}
    assert keeper.post(url, typed).status_code == 302  # another with the same words
    assert StandardAnswer.objects.filter(code="they-called-me-2").exists()
    again = {**typed, "key": "they-called-me", "good": "no"}
    assert keeper.post(url, again).status_code == 302
    assert StandardAnswer.objects.get(code="they-called-me").good is False
    assert keeper.post(url, {"end": "they-called-me"}).status_code == 302
    assert "they-called-me" not in {one.code for one in standard_answers()}
    assert keeper.post(url, {"end": "they-called-me"}).status_code == 404
    assert "“They called me” is offered no more." in page(keeper, "answers")


def test_contracts_are_set_changed_and_ended(town: SmallTown, keeper: Client) -> None:
    url = "/en/problems/rules/contracts/"
    typed = {"kind": "lamp", "theme": "lamp", "owner": "roads", "organisation": "lights",
             "number": "3", "unit": "working_days"}  # fmt: skip
    assert keeper.post(url, {**typed, "organisation": ""}).status_code == 422
    assert keeper.post(url, {**typed, "number": "0"}).status_code == 422
    assert keeper.post(url, typed).status_code == 302
    rule = SupplierRule.objects.get()
    assert (rule.number, rule.unit, rule.organisation) == (3, "working_days", town.lights)
    assert "3 working days" in page(Client(), "contracts")
    # It is about other objects now: the old one ends, the new one begins.
    changed = {**typed, "owner": "", "number": "", "key": str(rule.pk)}
    assert keeper.post(url, changed).status_code == 302
    rule.refresh_from_db()
    assert rule.until is not None
    now = SupplierRule.objects.get(until__isnull=True)
    assert (now.owner, now.number, now.unit) == (None, None, "")
    assert keeper.post(url, {"end": str(now.pk)}).status_code == 302
    assert keeper.post(url, {"end": str(now.pk)}).status_code == 404
    assert keeper.post(url, {"end": "x"}).status_code == 404
    shown = page(keeper, "contracts")
    assert "Lamp, Lamp: Lighting office is called." in shown
    assert shown.count(": the contract was ended.") == 2


def test_a_contract_set_on_the_page_is_obeyed(town: SmallTown, keeper: Client) -> None:
    keeper.post(
        "/en/problems/rules/contracts/",
        {"kind": "lamp", "theme": "lamp", "organisation": "roads", "number": "2", "unit": "hours"},
    )
    thing = registry.add_object(by=None, at=START, kind="lamp", identifier="L-1",
                                longitude=49.25, latitude=53.5, owner=town.lights)  # fmt: skip
    made = town.report(at=clock.now(), category="lamp", object_id=thing.pk)
    case = problems.accept(by=town.moderator, at=clock.now(), case=made.case)
    assert case.organisation == town.roads


def test_city_settings_lead_to_every_page(town: SmallTown, keeper: Client) -> None:
    answer = keeper.get("/en/organisations/settings/")
    shown = answer.content.decode()
    for book in BOOKS:
        assert f'href="/en/problems/rules/{book}/"' in shown
        assert keeper.get(f"/en/problems/rules/{book}/").status_code == 200
    assert "/en/cases/terms/" not in shown  # an administrator's
    assert b"City settings" in keeper.get("/en/").content
    client = Client()
    assert client.get("/en/organisations/settings/").status_code == 302
    client.force_login(town.resident)
    assert b"City settings" not in client.get("/en/").content
