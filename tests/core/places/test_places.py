"""Where a point lies."""

from __future__ import annotations

import numpy as np
import pytest
from tests.cast import START, box, small_town

from veche.core.places.models import Territory
from veche.core.places.operations import BadOutline, add_territory
from veche.core.places.queries import atlas

pytestmark = pytest.mark.django_db


def test_the_smallest_territory_wins() -> None:
    town = small_town()
    places = atlas()
    assert places.at(49.2, 53.5) == town.west
    assert places.at(49.7, 53.5) == town.east
    assert places.at(10.0, 10.0) is None
    assert places.home() == town.city
    assert set(places.inside(town.city)) == {town.city.pk, town.west.pk, town.east.pk}


def test_a_new_territory_is_seen_at_once() -> None:
    town = small_town()
    assert atlas().at(49.2, 53.5) == town.west
    yard = add_territory(
        by=None,
        at=START,
        code="yard",
        kind=Territory.Kind.NEIGHBOURHOOD,
        names={"en": "Yard"},
        outline=box(49.1, 53.4, 49.3, 53.6),
        parent=town.west,
    )
    assert atlas().at(49.2, 53.5) == yard
    assert (yard.city, yard.district) == (town.city, town.west)


def test_many_points_at_once_agree_with_one_by_one() -> None:
    small_town()
    rng = np.random.default_rng(1)
    longitudes, latitudes = rng.uniform(48.8, 50.2, 500), rng.uniform(52.8, 54.2, 500)
    found = atlas().locate(longitudes, latitudes)
    one_by_one = [atlas().at(x, y) for x, y in zip(longitudes, latitudes, strict=True)]
    assert [int(n) for n in found] == [t.pk if t else 0 for t in one_by_one]


@pytest.mark.parametrize(
    "outline",
    [
        {"type": "Point", "coordinates": [1, 2]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon"},
        {"no": "type"},
        box(170, 10, 200, 20),
    ],
)
def test_what_is_not_an_outline_is_refused(outline: dict[str, object]) -> None:
    with pytest.raises(BadOutline):
        add_territory(
            by=None,
            at=START,
            code="x",
            kind=Territory.Kind.CITY,
            names={"en": "X"},
            outline=outline,
        )
