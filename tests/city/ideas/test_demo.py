"""The calls and ideas of the demo town."""

from __future__ import annotations

import collections

from veche.town.geometry import town
from veche.town.ideas import TREES, YARDS, ideas


def test_residents_of_every_district_write_in_three_languages() -> None:
    many = list(ideas(YARDS))
    assert len(many) == YARDS.ideas == 300
    tongues = collections.Counter(one.language for one in many)
    assert set(tongues) == {"ru", "en", "zh"} and tongues["ru"] > 200
    above = {area.code: area.parent for area in town().neighbourhoods}
    assert len({above[one.neighbourhood] for one in many}) == 6
    assert all("{" not in one.title + one.text for one in many)
    assert all(len(one.title) <= 120 for one in many)


def test_the_town_writes_the_same_every_time() -> None:
    assert list(ideas(TREES)) == list(ideas(TREES))


def test_nobody_is_both_for_and_against() -> None:
    for one in (*ideas(YARDS), *ideas(TREES)):
        assert not set(one.supporters) & set(one.opponents)
        assert len(set(one.supporters)) == len(one.supporters)
