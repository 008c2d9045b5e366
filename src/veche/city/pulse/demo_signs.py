"""The vital signs of the demo town: its classes, what is usual for them, and how it is today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import ModuleType

from veche.city.pulse.demo_today import TODAY
from veche.city.pulse.models import Indicator, Source, Stream, Thing
from veche.city.pulse.operations import (
    alarms,
    baselines,
    handling,
    history,
    indicators,
    intake,
    maintenance,
    reckoning,
)
from veche.core.people.models import Person

BEFORE = dt.timedelta(minutes=20)
"""So long ago the power failed."""


def load(*, town: ModuleType, at: dt.datetime, report: Callable[[str], None]) -> None:
    """Take over the classes, look back, learn what is usual, and reckon."""
    fresh, _known = indicators.sync(by=None, at=at)
    hours = history.look_back(by=None, at=at)
    baselines.make_baselines(by=None, at=at)
    _yesterday(at)
    _today(at)
    touched = {what for what, _number in TODAY}
    mine = Indicator.objects.filter(formula__property__in=touched).values_list("pk", flat=True)
    reckoning.reckon(by=None, at=at - BEFORE, indicators=list(mine))
    done = reckoning.reckon(by=None, at=at)
    report(f"vital signs: {fresh}, hours of the past: {hours}, places: {done.places}")


def _today(at: dt.datetime) -> None:
    """What is out of order comes in by the same way as every reading."""
    codes: dict[str, float] = {}
    streams = Stream.objects.filter(property__code__in={what for what, _number in TODAY})
    for code in streams.values_list("code", flat=True):
        thing, _slash, what = str(code).partition("/")
        number = thing.rpartition("-")[2]
        if number.isdigit() and (what, int(number)) in TODAY:
            codes[str(code)] = TODAY[what, int(number)]
    rows: dict[int, list[intake.Row]] = {}
    for stream in Stream.objects.filter(code__in=codes):
        row = intake.Row(stream.pk, at, codes[str(stream.code)])
        rows.setdefault(stream.source_id, []).append(row)
    for source in Source.objects.filter(pk__in=rows):
        intake.take(by=None, at=at, source=source, rows=rows[source.pk])


def _yesterday(at: dt.datetime) -> None:
    """An alarm of the day before, seen and over: the list of the closed is not empty."""
    one = Indicator.objects.filter(code="water-pressure").first()
    operator = Person.objects.filter(cast="operator").first()
    thing = Thing.objects.filter(code="district-meter-2").select_related("territory").first()
    if one is None or operator is None or thing is None or thing.territory is None:
        return
    place = thing.territory.district or thing.territory
    begun = at - dt.timedelta(hours=26)
    rule = alarms.rule_of(one)
    alarm = alarms.raise_alarm(
        by=None, at=begun, rule=rule, territory=place, level="warning", indicator=one, value=2.4
    )
    seen = begun + dt.timedelta(minutes=4)
    handling.acknowledge(by=operator, at=seen, alarms=[alarm.pk], note="")
    over = begun + dt.timedelta(minutes=50)
    alarms.return_alarm(by=None, at=over, rule=rule, territory=place)
    _planned(at, operator, thing)


def _planned(at: dt.datetime, operator: Person, thing: Thing) -> None:
    """Work on a meter that was ended early, and the next, tonight."""
    night, hours = at + dt.timedelta(hours=14), dt.timedelta(hours=5)
    before = at - dt.timedelta(hours=9)
    done = maintenance.announce(
        by=operator, at=before, thing=thing, since=before, until=before + hours,
        why="Замена батареи водомера.",
    )  # fmt: skip
    maintenance.end_work(by=operator, at=before + hours / 2, maintenance=done.pk)
    maintenance.announce(
        by=operator, at=at, thing=thing, since=night, until=night + hours,
        why="Водомер снимают на поверку.",
    )  # fmt: skip
