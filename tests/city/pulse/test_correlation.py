"""Alarms near each other in place and time are one situation."""

from __future__ import annotations

import pytest

from tests.cast import START, SmallTown, box
from tests.city.pulse.signs import indicator, minutes, read, source, stream
from veche.city.pulse.models import Alarm, Situation
from veche.city.pulse.operations import alarms, handling, reckoning
from veche.core.places.models import Territory
from veche.core.places.operations import add_territory

pytestmark = pytest.mark.django_db


def raised(place: Territory, rule: str, minute: float = 0, **more: object) -> Alarm:
    """An alarm of a rule at a place."""
    made = alarms.raise_alarm(
        by=None, at=minutes(minute), rule=rule, territory=place, level="warning", **more  # type: ignore[arg-type]
    )  # fmt: skip
    made.refresh_from_db()
    return made


def far(town: SmallTown) -> Territory:
    """A district that touches neither of the others."""
    return add_territory(
        by=None, at=START, code="far", kind=Territory.Kind.DISTRICT,
        names={"en": "Far"}, outline=box(52.0, 53.0, 52.5, 54.0), parent=town.city,
    )  # fmt: skip


def test_one_alarm_is_no_situation(town: SmallTown) -> None:
    assert raised(town.west, "power").situation is None


def test_near_in_place_and_time_is_one(town: SmallTown) -> None:
    power = raised(town.west, "power")
    lifts = raised(town.west, "lifts", 20, text={"en": "Lifts"})
    power.refresh_from_db()
    assert power.situation_id == lifts.situation_id is not None
    assert Situation.objects.get().begun_at == START
    third = raised(town.west, "heat", 25)
    assert third.situation_id == power.situation_id
    assert Situation.objects.count() == 1


def test_districts_that_touch_go_together_within_a_sphere_only(town: SmallTown) -> None:
    water, heat = indicator(code="a", sphere="water"), indicator(code="b", sphere="energy")
    raised(town.west, "indicator:a", indicator=water)
    assert raised(town.east, "indicator:b", 1, indicator=heat).situation is None
    assert raised(town.east, "indicator:a", 2, indicator=water).situation is not None
    assert raised(far(town), "indicator:a", 3, indicator=water).situation is None


def test_late_answers_are_no_part_of_a_situation(town: SmallTown) -> None:
    raised(town.west, "power")
    late = indicator(code="late", sphere="city")
    assert raised(town.west, "indicator:late", 1, indicator=late).situation is None


def test_far_in_time_or_place_is_not(town: SmallTown) -> None:
    raised(town.west, "power")
    assert raised(town.east, "lifts", 31).situation is None
    assert raised(far(town), "heat", 31).situation is None


def test_a_drill_stays_with_drills(town: SmallTown) -> None:
    raised(town.west, "power")
    assert raised(town.west, "lifts", 1, drill=True).situation is None


def test_the_whole_city_goes_with_its_own_sphere_only(town: SmallTown) -> None:
    water, heat = indicator(code="a", sphere="water"), indicator(code="b", sphere="energy")
    raised(town.city, "indicator:a", indicator=water)
    assert raised(town.west, "indicator:b", 1, indicator=heat).situation is None
    same = indicator(code="c", sphere="water")
    assert raised(town.west, "indicator:c", 2, indicator=same).situation is not None


def test_reckoning_puts_them_together_and_the_end_ends_it(town: SmallTown) -> None:
    air = source(town)
    one, other = stream(air, town.west), stream(air, town.east)
    indicator()
    read(one, START, 250)
    read(other, START, 350)
    reckoning.reckon(by=None, at=START)
    situation = Situation.objects.get()
    assert situation.level == "critical"
    made = [alarm.pk for alarm in Alarm.objects.all()]
    handling.acknowledge(by=town.operator, at=minutes(1), alarms=made)
    read(one, minutes(20), 1)
    read(other, minutes(20), 1)
    reckoning.reckon(by=None, at=minutes(20))
    assert not Alarm.objects.filter(closed_at__isnull=True).exists()
    alarms.sweep(at=minutes(21))
    situation.refresh_from_db()
    assert situation.ended_at == minutes(21)
