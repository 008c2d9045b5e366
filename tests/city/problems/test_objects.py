"""A problem at an object of the registry: chosen in the form, answered by who owns it."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.test import Client

from tests.cast import START, SmallTown, small_town
from veche import clock
from veche.city.problems import operations as problems
from veche.city.problems.models import Category, Problem
from veche.city.problems.operations.refusals import ObjectElsewhere
from veche.core.moderation.operations import hide_matter, show_matter
from veche.core.organisations.models import Organisation
from veche.core.organisations.operations import add_organisation, set_supplier
from veche.core.places.models import CityObject, ObjectKind
from veche.core.places.operations import objects as registry

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def town() -> SmallTown:
    made = small_town()
    registry.set_kind(by=None, at=START, code="lamp", names={"en": "Lamp"})
    Category.objects.filter(code="lamp").update(object_kind="lamp")
    return made


def lamp(town: SmallTown, identifier: str = "L-1", **more: object) -> CityObject:
    place = {"longitude": 49.25, "latitude": 53.5, "owner": town.roads, **more}
    return registry.add_object(by=None, at=START, kind="lamp", identifier=identifier, **place)  # type: ignore[arg-type]


def test_the_owner_of_the_object_answers_and_a_contract_before_the_owner(town: SmallTown) -> None:
    thing = lamp(town)
    problem = town.report(at=START, category="lamp", object_id=thing.pk)
    case = problems.accept(by=town.moderator, at=START + HOUR, case=problem.case)
    assert case.organisation == town.roads  # the owner, not whoever answers for lamps here
    firm = add_organisation(
        by=None, at=START, code="firm", kind=Organisation.Kind.COMPANY, names={"en": "Firm"}
    )
    set_supplier(
        by=None, at=START, kind=ObjectKind.objects.get(), organisation=firm, theme="lamp",
        number=3, unit="working_days",
    )  # fmt: skip
    other = town.report(at=START, category="lamp", object_id=thing.pk, by=town.neighbour)
    case = problems.accept(by=town.moderator, at=START + HOUR, case=other.case)
    assert case.organisation == firm
    plain = town.report(at=START, category="lamp")
    case = problems.accept(by=town.moderator, at=START + HOUR, case=plain.case)
    assert case.organisation == town.lights


def test_an_object_far_away_or_gone_cannot_be_meant(town: SmallTown) -> None:
    far, gone = lamp(town, longitude=49.3), lamp(town, "L-2")
    registry.end_object(by=None, at=START, thing=gone, day=START.date(), reason="")
    for thing in (far, gone):
        with pytest.raises(ObjectElsewhere):
            town.report(at=START, category="lamp", object_id=thing.pk)
    assert not Problem.objects.exists()


def test_the_form_offers_the_nearest_and_sends_the_choice(town: SmallTown, client: Client) -> None:
    thing = lamp(town)
    asked = client.get("/en/problems/report/near/?category=lamp&longitude=49.2502&latitude=53.5")
    assert b"Lamp L-1" in asked.content
    for query in (
        "",
        "?category=pothole&longitude=49.25&latitude=53.5",
        "?longitude=x&category=%00",
    ):
        assert b"Lamp L-1" not in client.get(f"/en/problems/report/near/{query}").content
    form = {
        "submission": str(uuid.uuid4()), "category": "lamp", "longitude": "49.2502",
        "latitude": "53.5", "text": "The lamp has been dark for a week.", "address": "",
        "object": str(thing.pk), "key": "k" * 32, "do": "look",
    }  # fmt: skip
    looked = client.post("/en/problems/report/", form)
    assert f'value="{thing.pk}" id="near-{thing.pk}" checked'.encode() in looked.content
    sent = client.post("/en/problems/report/", {**form, "do": "send"})
    assert sent.status_code == 302
    problem = Problem.objects.select_related("case").get()
    assert problem.object == thing
    problems.accept(by=town.moderator, at=clock.now(), case=problem.case)
    page = client.get("/en/places/objects/lamp/L-1/").content.decode()
    assert "The lamp has been dark for a week" in page
    hide_matter(by=town.moderator, at=clock.now(), case=problem.case, reason="law")
    assert b"dark for a week" not in client.get("/en/places/objects/lamp/L-1/").content
    show_matter(by=town.moderator, at=clock.now(), case=problem.case)
    assert "Lamp L-1" in client.get(f"/en/problems/{problem.case.number}/").content.decode()
    wrong = client.post(
        "/en/problems/report/",
        {**form, "do": "send", "object": "999999999", "submission": str(uuid.uuid4())},
    )
    assert wrong.status_code == 422


def test_the_form_asks_for_the_side_only_where_it_matters(town: SmallTown, client: Client) -> None:
    from veche.core.organisations.operations import make_responsible

    url = "/en/problems/report/near/?category=pothole&longitude=49.4999&latitude=53.5"
    assert b"On which side" not in client.get(url).content
    make_responsible(
        by=None, at=START, organisation=town.lights, theme="pothole", territory=town.east
    )
    assert b"On which side" in client.get(url).content
