"""Still maps: the window, the marks, the names, the clusters."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from veche.look.plan import (
    Cluster,
    Feature,
    Mark,
    Outline,
    Plan,
    around,
    cluster,
    draw,
    frame,
)
from veche.look.shapes import near

BOUNDS = (50.0, 53.0, 50.1, 53.1)
SQUARE = [(50.0, 53.0), (50.1, 53.0), (50.1, 53.1), (50.0, 53.1), (50.0, 53.0)]
edges = st.tuples(
    st.floats(-170, 170), st.floats(-80, 80), st.floats(0.001, 5), st.floats(0.001, 5)
)


@given(edges)
def test_the_window_holds_its_bounds(edge: tuple[float, float, float, float]) -> None:
    west, south, wide, tall = edge
    window = frame((west, south, west + wide, south + tall))
    for lon, lat in ((west, south), (west + wide, south + tall)):
        x, y = window.place(lon, lat)
        assert -0.5 <= x <= 1000.5
        assert -0.5 <= y <= window.height + 0.5


@given(st.lists(st.tuples(st.floats(50.0, 50.1), st.floats(53.0, 53.1)), max_size=200))
def test_clusters_lose_nobody_and_stand_apart(points: list[tuple[float, float]]) -> None:
    found = cluster(points, BOUNDS)
    assert sum(one.count for one in found) == len(points)
    narrow = math.cos(math.radians(53.05))
    for number, one in enumerate(found):
        for other in found[number + 1 :]:
            assert math.hypot((one.lon - other.lon) * narrow, one.lat - other.lat) > 0.01


def test_points_outside_are_not_counted() -> None:
    assert cluster([(0.0, 0.0)], BOUNDS) == []


def view(**more: object) -> Plan:
    values: dict[str, object] = {
        "bounds": BOUNDS,
        "outlines": [Outline("", [SQUARE], "city"), Outline("West & East", [SQUARE], "district")],
        "features": [
            Feature("main", [(50.0, 53.0), (50.1, 53.1)], "High Street"),
            Feature("river", SQUARE, "Vishnya"),
        ],
        "marks": [
            Mark(50.02, 53.02, "1", "late", "/p/1/?a=1&b=2", 'A "hole"'),
            Mark(50.08, 53.08, "", "hot", "", "Here"),
            Mark(10.0, 10.0, "9", "pin", "/p/9/", "Far away"),
        ],
        "clusters": [Cluster(50.05, 53.02, 58, "?box=1", "58 problems")],
        "title": "Map <of> the town",
    }
    return Plan(**{**values, **more})  # type: ignore[arg-type]


def test_a_map_is_well_formed_and_its_marks_are_links() -> None:
    drawn = ElementTree.fromstring(draw(view()))
    links = list(drawn.iter("a"))
    assert [one.get("href") for one in links] == ["?box=1", "/p/1/?a=1&b=2"]
    assert links[1].get("aria-label") == '1. A "hole"'
    assert drawn.get("aria-label") == "Map <of> the town"
    for link in links:  # 44 px for a finger
        assert float(link.find("circle[@class='hit']").get("r")) >= 22  # type: ignore[union-attr, arg-type]


def test_what_lies_outside_is_not_drawn() -> None:
    assert "Far away" not in draw(view())


def test_there_is_no_style_attribute() -> None:
    assert "style=" not in draw(view())


def test_a_closed_river_is_water_and_aliases_are_known() -> None:
    text = draw(view())
    assert 'class="water"' in text
    assert 'class="road"' in text


def test_names_do_not_stand_on_each_other() -> None:
    outlines = [Outline(f"District {n}", [SQUARE], "district") for n in range(12)]
    text = draw(view(outlines=outlines, features=[], clusters=[], marks=[]))
    spots = re.findall(r'<svg x="([\d.]+)%" y="([\d.]+)%" aria-hidden="true"><text', text)
    assert 3 <= len(spots) == len(set(spots)) < 12


def test_the_ground_of_a_key_is_drawn_once() -> None:
    first = draw(view(key="once"))
    again = draw(view(key="once", outlines=(), features=(), names=False))
    assert 'class="rim"' in first
    assert 'class="rim"' in again


def test_around_makes_room_for_a_single_point() -> None:
    west, south, east, north = around([(50.0, 53.0)])
    assert west < 50.0 < east
    assert south < 53.0 < north


def test_the_focus_is_named_once_and_lies_under_the_streets() -> None:
    text = draw(
        view(
            outlines=[
                Outline("", [SQUARE], "city"),
                Outline("West", [SQUARE], "district"),
                Outline("West", [SQUARE], "focus"),
            ]
        )
    )
    assert text.count(">West<") == 1
    assert text.index("focus-land") < text.index('class="road"') < text.index('class="focus"')


def test_a_remembered_ground_draws_the_same_map() -> None:
    first = draw(view(key="a town, version 1"))
    moved = view(key="a town, version 1", marks=[Mark(50.05, 53.05, "1")], clusters=[])
    assert draw(moved) == draw(view(marks=[Mark(50.05, 53.05, "1")], clusters=[]))
    assert draw(view(key="a town, version 1")) == first == draw(view())


def test_what_lies_outside_the_window_is_passed_by_and_what_crosses_it_is_drawn() -> None:
    window = frame((10.0, 50.0, 10.01, 50.01))
    west, south, east, north = window.bounds
    hair = 1e-9
    assert west - hair <= 10.0 < 10.01 <= east + hair
    assert south - hair <= 50.0 < 50.01 <= north + hair
    crossing = Feature("road", [(9.9, 50.005), (10.1, 50.005)])
    around_it = Feature("park", [(9.0, 49.0), (11.0, 49.0), (11.0, 51.0), (9.0, 51.0)])
    outside = Feature("street", [(10.2, 50.0), (10.3, 50.01)])
    assert near([outside, crossing, Feature("road", []), around_it], window) == [
        crossing,
        around_it,
    ]


def test_a_name_of_two_lines_stands_around_its_middle() -> None:
    area = Outline("West <1>\n37 %", [[(50.0, 53.0), (50.1, 53.0), (50.1, 53.1), (50.0, 53.1)]])
    text = draw(view(outlines=[area], marks=[], clusters=[]))
    first, second = "West &lt;1&gt;", "37 %"
    line = '<tspan x="0" dy="{}em">{}</tspan>'
    assert line.format(-0.6, first) + line.format(1.2, second) in text
