"""The town is whole: its areas tile it, its streets lie in their neighbourhoods."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest
import shapely

from veche.town.geometry import to_degrees, to_metres, town
from veche.town.streets import address_at


def test_areas_are_valid_and_as_many_as_promised() -> None:
    place = town()
    assert (len(place.districts), len(place.neighbourhoods)) == (6, 30)
    assert all(area.outline.is_valid and area.outline.is_simple for area in place.areas)
    assert len({area.code for area in place.areas}) == 37
    for district in place.districts:
        assert sum(n.parent == district.code for n in place.neighbourhoods) == 5


def test_areas_tile_the_city() -> None:
    place = town()
    for level in (place.districts, place.neighbourhoods):
        outlines = [area.outline for area in level]
        assert shapely.coverage_is_valid(outlines)
        whole = shapely.unary_union(outlines)
        assert whole.symmetric_difference(place.city.outline).area < 1e-4 * place.city.outline.area


def test_neighbourhoods_lie_in_their_district() -> None:
    place = town()
    for area in place.neighbourhoods:
        district = place.area(str(area.parent)).outline
        assert area.outline.difference(district).area < 1e-9 * area.outline.area


def test_map_has_what_a_town_has() -> None:
    place = town()
    assert len(place.of_kind("river")) == len(place.of_kind("railway")) == 1
    assert len(place.of_kind("park")) >= 2
    assert len(place.of_kind("main")) >= 12
    assert len(place.of_kind("street")) >= 200
    assert len(place.as_geojson()["features"]) == 37
    assert len(place.features_geojson()["features"]) == len(place.features)
    assert all(feature.shape.is_valid and not feature.shape.is_empty for feature in place.features)


def test_addresses_lie_in_their_neighbourhood_and_off_the_water() -> None:
    rng = random.Random(7)
    river = town().of_kind("river")[0].shape
    for area in town().neighbourhoods:
        for _ in range(60):
            address = address_at(rng, area.code)
            point = shapely.Point(address.lon, address.lat)
            assert area.outline.contains(point), (area.code, address)
            assert not river.contains(point), address
            assert address.text.startswith(("ул. ", "пер. "))


def test_an_address_is_always_at_the_same_point() -> None:
    rng = random.Random(8)
    seen: dict[str, tuple[float, float]] = {}
    for area in town().neighbourhoods:
        for _ in range(200):
            text, lon, lat = address_at(rng, area.code)
            assert seen.setdefault(text, (lon, lat)) == (lon, lat)


def test_an_unknown_neighbourhood_has_no_addresses() -> None:
    with pytest.raises(KeyError):
        address_at(random.Random(1), "zarechye-d9-n9")
    with pytest.raises(KeyError):
        town().area("nowhere")


def test_metres_and_degrees_go_both_ways() -> None:
    x, y = to_metres(*to_degrees(1234.0, -987.0))
    assert abs(x - 1234) < 0.2
    assert abs(y + 987) < 0.2


def test_the_same_town_in_another_process() -> None:
    """No set order, hash seed or clock may leak into the town."""
    program = (
        "import hashlib, json, sys\n"
        "from datetime import UTC, datetime\n"
        "from veche.town.geometry import town\n"
        "from veche.town.problems import history\n"
        "t = json.dumps([town().as_geojson(), town().features_geojson()], sort_keys=True)\n"
        "end = datetime(2026, 11, 20, 12, tzinfo=UTC)\n"
        "h = repr(list(history(300, end=end)))\n"
        "print(hashlib.sha256((t + h).encode()).hexdigest())\n"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(seen) == 1
