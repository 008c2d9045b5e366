"""Playing a scenario in the demo town: its clock runs along, its sensors read what happens."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from veche import clock
from veche.city.pulse.models import Source, Stream
from veche.city.pulse.operations.intake import Row, Taken, take
from veche.city.pulse.operations.playing import begin_playing
from veche.city.pulse.simulators.course import Read, Scenario, Sensor, concerned, readings
from veche.core.cases.terms import city_zone
from veche.core.journal.operations import turn_clock
from veche.errors import NotFound, Refused
from veche.town import sensors


class NotATown(Refused):
    """Invented readings never come into the records of a real city."""

    code = "not-a-town"
    status = 403
    sentence = _("Scenarios are played in the demo town only.")


class NoSensors(NotFound):
    """The town's systems are not connected."""

    code = "no-sensors"
    sentence = _("The systems of the town are not connected.")


def town_sensors() -> list[Sensor]:
    """Every stream of the town that its list of sensors knows."""
    measures = {m.code: m for kind in sensors.kinds() for m in kind.measures}
    counts = {kind.code: kind.a_district for kind in sensors.kinds()}
    systems = [one.code for one in sensors.systems()]
    found = []
    rows = Stream.objects.filter(source__code__in=systems, code__isnull=False)
    for pk, code, source in rows.order_by("pk").values_list("pk", "code", "source__code"):
        thing, _slash, what = str(code).partition("/")
        kind, _dash, number = thing.rpartition("-")
        if what in measures and kind in counts and number.isdigit():
            place = int(number) - 1
            district, within = divmod(place, counts[kind])
            found.append(Sensor(pk, source, measures[what], place, district + 1, within + 1))
    return found


def play(
    *,
    scenario: Scenario,
    speed: float,
    progress: Callable[[dt.datetime, Taken], None] = lambda _at, _taken: None,
) -> Taken:
    """Play a scenario from now on, `speed` times as quickly as it would happen; 0: at once.

    The sources that have a part in it are told by the scenario alone; the clock of the town is
    turned on step by step, so that everything else that has its time happens too.

    Raises:
        NotATown: this is a real city.
        NoSensors: the town's systems are not connected.
    """
    if not settings.DEMO:
        raise NotATown
    everything = town_sensors()
    if not everything:
        raise NoSensors
    sources = {one.source for one in everything if concerned(scenario, one)}
    playing = [one for one in everything if one.source in sources] or everything
    numbers = dict(Source.objects.values_list("code", "pk"))
    begun = clock.now().replace(microsecond=0)
    step, zone = dt.timedelta(seconds=scenario.step), city_zone()
    steps = int(scenario.hours * 3600 / scenario.step)
    begin_playing(
        by=None, at=begun, scenario=scenario.code, sources=sorted({one.source for one in playing}),
        until=begun + steps * step,
    )  # fmt: skip
    whole = Taken(0, 0)
    for number in range(1, steps + 1):
        at = begun + number * step
        _wait(at, step, speed)
        by_source: dict[str, list[Read]] = {}
        for told in readings(scenario, playing, begun, at, zone):
            by_source.setdefault(told.source, []).append(told)
        for code, rows in by_source.items():
            whole += take(
                by=None, at=clock.now(), source=numbers[code],
                rows=[Row(one.stream, one.at, one.number, unit=one.unit) for one in rows],
            )  # fmt: skip
        progress(at, whole)
    return whole


def _wait(at: dt.datetime, step: dt.timedelta, speed: float) -> None:
    """Wait for the time that a step takes, then turn the clock to it if it is not there yet."""
    if speed > 0:
        time.sleep(min(step.total_seconds() / speed, max((at - clock.now()).total_seconds(), 0)))
    now = clock.now()
    if at > now:
        turn_clock(by=None, at=now, forward=at - now)
