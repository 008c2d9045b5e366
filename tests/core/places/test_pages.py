"""The pages of the registry."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.test import Client
from tests.cast import START, SmallTown, small_town

from veche.core.places.bulk import import_objects
from veche.core.places.models import CityObject
from veche.core.places.operations import objects as registry

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> SmallTown:
    made = small_town()
    for code in ("lamp", "stop"):
        registry.set_kind(by=None, at=START, code=code, names={"en": code.title()})
    for n in range(60):
        registry.add_object(
            by=None, at=START, kind="lamp" if n % 3 else "stop", identifier=f"N-{n:02d}",
            longitude=49.2 + n / 100, latitude=53.5, address=f"Bridge Street, {n}",
            owner=made.lights if n % 2 else None,
        )  # fmt: skip
    return made


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
def test_the_list_in_every_language(town: SmallTown, client: Client, language: str) -> None:
    answer = client.get(f"/{language}/places/objects/")
    assert answer.status_code == 200
    assert answer.content.count(b'class="row-title"') == 50
    assert b"<svg" in answer.content


def test_the_list_is_chosen_and_says_when_it_is_empty(town: SmallTown, client: Client) -> None:
    assert client.get("/en/places/objects/?kind=stop").content.count(b"row-title") == 20
    assert client.get("/en/places/objects/?q=N-07").content.count(b"row-title") == 1
    assert client.get("/en/places/objects/?owner=lights&place=east").status_code == 200
    assert b"No object fits" in client.get("/en/places/objects/?gone=1").content
    assert client.get("/en/places/objects/?page=x&place=nowhere&q=%00").status_code == 200


def test_an_object_with_its_past(town: SmallTown, client: Client) -> None:
    thing = CityObject.objects.get(identifier="N-01")
    registry.change_owner(
        by=None, at=START, thing=thing, owner=town.roads, reason="Sold.", source="correction",
        matter="2026-000009",
    )  # fmt: skip
    page = client.get("/en/places/objects/lamp/N-01/").content.decode()
    assert "It belongs to <b>Roads office</b>" in page
    assert "2026-000009" in page and "Sold." in page
    assert client.get("/en/places/objects/lamp/none/").status_code == 404


def test_the_table_can_be_imported_again(town: SmallTown, client: Client, tmp_path: Any) -> None:
    answer = client.get("/en/places/objects.csv")
    text = b"".join(answer).decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(text)))) == 60
    file = tmp_path / "objects.csv"
    file.write_text(text)
    found = import_objects(by=None, at=START, file=file)
    assert (found["added"], found["rejected"]) == (0, 0)
    assert import_objects(by=None, at=START, file=file)["unchanged"] == 60


def test_points_for_a_map(town: SmallTown, client: Client) -> None:
    answer = client.get("/en/places/objects.geojson?kind=stop&box=49.0,53,49.3,54")
    features = json.loads(answer.content)["features"]
    assert {f["properties"]["kind"] for f in features} == {"stop"} and len(features) == 4
    assert client.get("/en/places/objects.geojson?box=x").status_code == 404
    drawn = client.get(
        "/en/places/picture.svg?window=49.1,53.4,49.3,53.6&longitude=49.2&latitude=x"
    )
    assert drawn["Content-Type"].startswith("image/svg+xml")
