"""A larger alarm or planned work puts smaller alarms away by rule, and gives them back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.cast import START, SmallTown
from tests.city.pulse.signs import indicator
from tests.city.pulse.world import make_source, make_stream
from veche.city.pulse.access import NotAnOperator
from veche.city.pulse.models import Alarm, AlarmChange, Maintenance
from veche.city.pulse.operations import handling, maintenance, suppression
from veche.city.pulse.operations.alarms import raise_alarm, return_alarm
from veche.core.journal.models import Record

MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


def _raise(rule: str, town: SmallTown, at: dt.datetime = START, **more: Any) -> Alarm:
    values: dict[str, Any] = {"territory": town.west, "level": "warning"}
    return raise_alarm(by=None, at=at, rule=rule, **values | more)


def _how(alarm: Alarm) -> str:
    return str(Alarm.objects.values_list("handling", flat=True).get(pk=alarm.pk))


def _two(town: SmallTown) -> tuple[Any, Any]:
    """Indicators of the same thing measured: of a district, and of the whole city."""
    return indicator(code="dust-west"), indicator(code="dust-city", level="city")


def test_a_larger_alarm_tells_it_already(town: SmallTown) -> None:
    small, large = _two(town)
    before = _raise("indicator:dust-west", town, indicator=small)
    worse = _raise("indicator:dust-west", town, indicator=small, territory=town.east,
                   level="critical")  # fmt: skip
    other = _raise("connector:storm", town)
    assert suppression.sweep(at=START) == 0
    _raise("indicator:dust-city", town, indicator=large, territory=town.city)
    assert suppression.sweep(at=START + MINUTE) == 1
    assert [_how(one) for one in (before, worse, other)] == ["suppressed", "new", "new"]
    before.refresh_from_db()
    assert before.larger is not None
    assert before.larger.rule == "indicator:dust-city"
    assert suppression.sweep(at=START + MINUTE) == 0
    return_alarm(by=None, at=START + HOUR, rule="indicator:dust-city", territory=town.city)
    assert suppression.sweep(at=START + HOUR) == 1
    assert _how(before) == "new"
    subjects = AlarmChange.objects.filter(alarm=before).exclude(what="grouped").order_by("pk")
    assert list(subjects.values_list("what", flat=True)) == ["raised", "suppressed", "unshelved"]


def test_what_gets_worse_than_the_larger_one_comes_back(town: SmallTown) -> None:
    small, large = _two(town)
    _raise("indicator:dust-city", town, indicator=large, territory=town.city)
    alarm = _raise("indicator:dust-west", town, indicator=small)
    assert _how(alarm) == "suppressed"  # at once: nobody was told
    _raise("indicator:dust-west", town, START + MINUTE, indicator=small, level="critical")
    assert suppression.sweep(at=START + MINUTE) == 1
    assert _how(alarm) == "new"


def test_a_silent_source_puts_its_devices_away(town: SmallTown) -> None:
    source = make_source()
    thing = make_stream(source, territory=town.west).thing
    theirs = make_stream(territory=town.west).thing
    _raise(f"source-silent:{source.code}", town, territory=town.city, source=source)
    mine, other = (_raise(f"connector:{one.pk}", town, thing=one) for one in (thing, theirs))
    assert [_how(mine), _how(other)] == ["suppressed", "new"]


def test_planned_work(town: SmallTown) -> None:
    thing = make_stream(territory=town.west).thing
    with pytest.raises(NotAnOperator):
        _announce(town.resident, thing=thing)
    for wrong, fault in (
        ({"thing": None}, maintenance.WorkOfOne),
        ({"territory": town.west}, maintenance.WorkOfOne),
        ({"until": START}, maintenance.WorkTooLong),
        ({"until": START + 31 * 24 * HOUR}, maintenance.WorkTooLong),
        ({"why": " "}, maintenance.WorkWithoutReason),
    ):
        with pytest.raises(fault):
            _announce(town.operator, **{"thing": thing} | wrong)
    work = _announce(town.operator, thing=thing)
    inside = _raise("connector:a", town, START + MINUTE, thing=thing)
    beside = _raise("connector:a", town, START + MINUTE)
    early = _raise("connector:b", town, START - MINUTE, thing=thing)
    assert [_how(one) for one in (inside, beside, early)] == ["suppressed", "new", "new"]
    assert suppression.sweep(at=START + MINUTE) == 1  # the work began over an alarm that stood
    assert AlarmChange.objects.get(alarm=inside, what="suppressed").note == "A new pump"
    assert work.alarms.count() == 2
    handling.unshelve(by=town.operator, at=START + 2 * MINUTE, alarms=[early.pk])
    assert suppression.sweep(at=START + 3 * MINUTE) == 0  # an operator wanted to see it
    maintenance.end_work(by=town.operator, at=START + 5 * MINUTE, maintenance=work.pk)
    assert suppression.sweep(at=START + 6 * MINUTE) == 1
    assert _how(inside) == "new"
    assert Record.objects.filter(kind="pulse.maintenance-ended").count() == 1


def test_work_that_is_over_and_what_returned_meanwhile(town: SmallTown) -> None:
    _announce(None, territory=town.city)
    stands, over = _raise("connector:a", town), _raise("connector:b", town, drill=False)
    drill = _raise("connector:c", town, drill=True)
    assert [_how(one) for one in (stands, over, drill)] == ["suppressed", "suppressed", "new"]
    return_alarm(by=None, at=START + MINUTE, rule="connector:b", territory=town.west)
    over.refresh_from_db()
    assert over.closed_at == START + MINUTE
    assert suppression.sweep(at=START + 2 * HOUR) == 1
    assert [_how(stands), _how(over)] == ["new", "suppressed"]


def _announce(by: Any, **more: Any) -> Maintenance:
    values: dict[str, Any] = {"since": START, "until": START + HOUR, "why": "A new pump"}
    return maintenance.announce(by=by, at=START, **values | more)
