"""Territories and categories of a real city come in by two commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cast import box
from tests.commands import run

from veche.city.problems.models import Category
from veche.core.places.queries import atlas

pytestmark = pytest.mark.django_db


def feature(outline: dict[str, Any], **properties: str) -> dict[str, Any]:
    return {"type": "Feature", "geometry": outline, "properties": properties}


def test_outlines_become_territories_whatever_their_order(tmp_path: Path) -> None:
    file = tmp_path / "city.geojson"
    features = [
        feature(box(49.0, 53.0, 49.5, 54.0), code="w", kind="district", name_ru="Юг", parent="c"),
        feature(box(49.0, 53.0, 50.0, 54.0), code="c", kind="city", name_en="City"),
    ]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    assert run("places", "set", str(file)) == 0
    place = atlas().at(49.2, 53.5)
    assert place is not None and place.code == "w"
    assert place.names["zh"] == "Юг"


@pytest.mark.parametrize(
    "text", ["[]", "{", '{"features": [{}]}', '{"features": [{"properties": {"code": "x"}}]}']
)
def test_what_is_no_such_file_is_said(tmp_path: Path, text: str, capsys: Any) -> None:
    file = tmp_path / "city.geojson"
    file.write_text(text)
    assert run("places", "set", str(file)) == 2
    assert "city.geojson" in capsys.readouterr().err


def test_categories_with_their_group(tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "categories.toml"
    file.write_text(
        '[[category]]\ncode = "hole"\ngroup = "road"\nnames = {en = "Hole"}\n'
        '[[category]]\ncode = "road"\nnames = {en = "Roads"}\n'
    )
    assert run("problems", "categories", str(file)) == 0
    hole = Category.objects.select_related("group").get(code="hole")
    assert hole.active and hole.group is not None and not hole.group.active
    file.write_text('[[category]]\ncode = "hole"\ngroup = "sea"\nnames = {en = "Hole"}\n')
    assert run("problems", "categories", str(file)) == 2
    assert "sea" in capsys.readouterr().err
