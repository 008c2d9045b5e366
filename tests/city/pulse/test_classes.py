"""The classes of the program: all of them can be reckoned, are said in three languages, and have
properties that the town measures."""

from __future__ import annotations

import pytest

from tests.cast import START, SmallTown
from veche.city.pulse import class_files, rules, words
from veche.city.pulse.models import Indicator
from veche.city.pulse.operations import baselines, history, indicators, reckoning
from veche.town import sensors


def test_every_class_measures_what_the_town_has() -> None:
    known = {measure.code for kind in sensors.kinds() for measure in kind.measures}
    for one in class_files.classes():
        formula = rules.Formula.of(one["formula"])
        assert not formula.property or formula.property in known, one["code"]


def test_every_class_has_a_sphere_and_a_theme_in_words() -> None:
    for one in class_files.classes():
        assert one["sphere"] in words.SPHERES, one["code"]
        assert one.get("theme", "") in words.THEMES or not one.get("theme"), one["code"]


def test_every_class_can_be_too_much() -> None:
    for one in class_files.classes():
        limits = rules.Limits.of(one.get("limits", {}))
        season = one.get("season") or {}
        there = [v for v in (*limits.high, *limits.low) if v is not None]
        assert there or season.keys() & set(rules.LEVELS), one["code"]


@pytest.mark.django_db
def test_all_of_them_are_reckoned_looked_back_on_and_learned(town: SmallTown) -> None:
    every = len(class_files.classes())
    assert indicators.sync(by=None, at=START) == (every, 0)
    history.look_back(by=None, at=START, days=1)
    baselines.make_baselines(by=None, at=START)
    assert reckoning.reckon(by=None, at=START).indicators == every


@pytest.mark.django_db
def test_what_a_city_has_set_stays_when_the_program_comes_again(town: SmallTown) -> None:
    indicators.sync(by=None, at=START)
    indicators.set_limits(
        by=town.operator, at=START, indicator="air-pm25", limits={"high": [1, 2, 3]}, season=None,
        margin=0, hold_samples=1, hold_seconds=0, owner=None, public=False, active=True,
    )  # fmt: skip
    new, known = indicators.sync(by=None, at=START)
    assert (new, known) == (0, len(class_files.classes()))
    one = Indicator.objects.get(code="air-pm25")
    assert one.limits["high"] == [1, 2, 3]
    assert one.season is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"names": {"en": "Only English"}},
        {"level": "planet"},
        {"formula": {"over": "readings", "measure": "last"}},
        {"limits": {"high": [3, 2, 1]}},
        {"typo": 1},
        {"season": {"mild": 3}},
        {"level": "thing", "formula": {"over": "matters", "procedure": "x", "measure": "open"}},
    ],
)
def test_a_class_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    good = class_files.classes()[0]
    class_files.check(good)
    with pytest.raises(class_files.BadClass):
        class_files.check({**good, **wrong})
