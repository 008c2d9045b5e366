"""The spheres themselves: packs of data, their pages in three languages, what is published."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.cast import START, SmallTown
from veche.city.pulse.class_files import classes
from veche.city.pulse.models import Indicator, Vital
from veche.city.spheres.datasets import DATASETS
from veche.city.spheres.operations.meters import add_meter, give_number
from veche.city.spheres.operations.tariffs import set_tariff
from veche.city.spheres.packs import packs
from veche.core.people.models import Person
from veche.core.people.operations import add_person
from veche.languages import LANGUAGES

pytestmark = pytest.mark.django_db
PAGES = ("", "meters/", "tariffs/", "losses/", "stops/", "flows/", "cameras/", "safety/")


def test_every_sphere_of_a_class_has_a_pack_in_three_languages() -> None:
    codes = {pack.code for pack in packs()}
    assert {one["sphere"] for one in classes()} <= codes
    for pack in packs():
        for names in (pack.names, pack.sentence, *(p.names for p in pack.pages)):
            assert set(names) == set(LANGUAGES), pack.code
        for page in pack.pages:
            assert reverse(page.url)


def test_the_town_watches_fifty_five_classes_and_more() -> None:
    assert len(classes()) >= 55


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
@pytest.mark.parametrize("page", [*PAGES, *(f"{pack.code}/" for pack in packs())])
def test_every_page_opens_for_everybody(town: SmallTown, language: str, page: str) -> None:
    assert Client().get(f"/{language}/spheres/{page}").status_code == 200


def _sign(town: SmallTown, code: str, state: str, **more: object) -> None:
    made = Indicator.objects.create(
        code=code, names={"en": code.title()}, sphere="water", unit="bar", level="district",
        formula={}, **more,
    )  # fmt: skip
    Vital.objects.create(
        indicator=made, territory=town.west, value=2.5, at=START, state=state, since=START
    )


def test_a_sphere_says_how_it_is_now(town: SmallTown) -> None:
    _sign(town, "pressure", "warning")
    _sign(town, "chlorine", "normal")
    _sign(town, "secret", "critical", public=False)
    page = Client().get("/en/spheres/water/").content.decode()
    assert "1 of 2 indicators needs attention." in page
    assert page.index("Pressure") < page.index("Chlorine")
    assert "Secret" not in page
    watch = Client()
    watch.force_login(town.operator, backend="django.contrib.auth.backends.ModelBackend")
    assert "2 of 3 indicators need attention." in watch.get("/en/spheres/water/").content.decode()
    index = Client().get("/en/spheres/").content.decode()
    assert "1 of 2 indicators needs attention." in index
    assert Client().get("/en/spheres/nothing/").status_code == 404


def test_silence_is_never_shown_as_well(town: SmallTown) -> None:
    _sign(town, "pressure", "stale")
    page = Client().get("/en/spheres/").content.decode()
    assert "No data come for 1 of them." in page


def _reader(number: int) -> Person:
    made = add_person(by=None, at=START, name=f"R {number}", email=f"r{number}@example.org")
    meter = add_meter(by=made, at=START, kind="gas", serial=str(number))
    give_number(by=made, at=START, meter=meter.pk, number=Decimal(100))
    return made


def test_of_people_only_cells_of_five_are_published(town: SmallTown) -> None:
    meters = next(one for one in DATASETS if one.name == "meter_numbers_by_month")

    def rows() -> list[tuple[Any, ...]]:
        assert callable(meters.sql)
        told: Any = meters.sql(START + dt.timedelta(days=1))
        statement, values = told
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall())

    for number in range(4):
        _reader(number)
    assert rows() == []
    _reader(4)
    assert rows() == [("2026-11", "gas", 5)]


def test_the_city_sets_its_tariffs_by_the_page(town: SmallTown) -> None:
    client = Client()
    client.force_login(town.resident, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/en/spheres/tariffs/set/").status_code == 403
    set_tariff(by=None, at=START, kind="gas", since=dt.date(2026, 1, 1), price=Decimal("7.1"))
    page = Client().get("/en/spheres/tariffs/").content.decode()
    assert "7.10 / m³" in page
    assert "gas,2026-01-01" in Client().get("/en/spheres/tariffs/tariffs.csv").content.decode()
