"""A leak is found between the meter of a district and the meters of its houses, by day and by
night; a silent house is none; when the pipe is mended it is over."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.cast import START, SmallTown, small_town
from tests.city.pulse.story import DAY, HOUR, Writer, page, tick

from veche import clock
from veche.city.pulse.models import Alarm, Stream
from veche.city.pulse.operations.intake import Row, take
from veche.city.spheres.models import ZoneDay
from veche.city.spheres.operations.network import add_zone, reckon_losses

pytestmark = pytest.mark.django_db
HOUSES = 3
FIRST = START.replace(hour=20) - 20 * DAY
"""Midnight in Samara, twenty days before."""


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> dict[str, dt.datetime]:
    """The city's moment, which the story turns."""
    held = {"at": START}
    monkeypatch.setattr(clock, "now", lambda: held["at"])
    return held


class Water:
    """A zone of three houses on one pipe, and the system of the water company."""

    def __init__(self, town: SmallTown) -> None:
        self.system = Writer(town, "water", fresh_for=86_400, cadence=3600, retention_days=60)
        self.inlet, *self.houses = [
            self.system.thing(name, "water-flow", unit="m³/h")
            for name in ("Pumping station", *(f"Cellar {n}" for n in range(1, HOUSES + 1)))
        ]
        self.day = 0
        add_zone(
            by=None, at=FIRST, code="west", names={"en": "The west", "ru": "Запад", "zh": "西区"},
            kind="water", unit="m³", territory=town.west, owner=town.roads, inlet=self.inlet,
            meters=self.houses,
        )  # fmt: skip

    def live(self, days: int, *, leak: float = 0.0, silent: int = 0) -> list[ZoneDay]:
        """So many days of readings, taken and reckoned day by day; days on which a leak began."""
        begun: list[ZoneDay] = []
        for _day in range(days):
            since = FIRST + self.day * DAY
            rows = [row for hour in range(24) for row in self._hour(since + hour * HOUR, leak)]
            if silent:
                quiet = {one.pk for one in self.houses[:silent]}
                rows = [row for row in rows if row.stream not in quiet]
            at = since + DAY + HOUR
            done = take(by=None, at=at, source=self.system.source, rows=rows)
            assert done.taken == len(rows), done
            tick(at)
            begun += reckon_losses(by=None, at=at)
            self.day += 1
        return begun

    def _hour(self, at: dt.datetime, leak: float) -> list[Row]:
        """What runs in the middle of an hour: houses take little at night, the pipe loses 2."""
        night = 2 <= (at + 4 * HOUR).hour < 5
        use = 0.5 if night else 8.0
        moment = at + HOUR / 2
        return [
            Row(self.inlet.pk, moment, use * HOUSES + 2 + leak),
            *(Row(one.pk, moment, use) for one in self.houses),
        ]


def states(water: Water) -> list[str]:
    """How the days stand, the oldest first."""
    return list(ZoneDay.objects.order_by("day").values_list("state", flat=True))


def test_a_leak_between_the_meters(now: dict[str, dt.datetime]) -> None:
    town = small_town()
    now["at"] = FIRST
    water = Water(town)

    # Ten days as usual: a twelfth of what goes in is lost, and nobody is troubled.
    assert water.live(10) == []
    now["at"] = FIRST + 10 * DAY + HOUR
    assert set(states(water)) == {"usual"}
    assert "much more is lost" not in page("spheres/losses/")

    # A cellar that does not answer for a day is no leak: too little is known.
    assert water.live(1, silent=1) == []
    assert states(water)[-1] == "unknown"
    now["at"] = FIRST + 11 * DAY + HOUR
    assert "too few" in page("spheres/losses/west/")

    # The pipe breaks below the street: ten cubic metres an hour, at three in the morning too.
    begun = water.live(2, leak=10.0)
    now["at"] = FIRST + 13 * DAY + HOUR
    assert len(begun) == 1 and begun[0].state == "leak"
    assert states(water)[-2:] == ["leak", "leak"]
    lost = ZoneDay.objects.order_by("-day")[0]
    assert round(lost.went_in - lost.taken) == 12 * 24
    told = page("spheres/losses/")
    assert "In 1 zone much more is lost than usual" in told
    assert "probably a leak" in page("spheres/losses/west/")
    alarm = Alarm.objects.get()
    assert (alarm.rule, alarm.active, alarm.count) == ("zone:west", True, 1)
    assert "Much more water" in page(f"pulse/alarms/{alarm.pk}/", town.operator)
    table = page("spheres/losses/west/losses.csv")
    assert len(table.splitlines()) == 14

    # Mended: the day after is as usual, and days of the leak did not become the usual.
    assert water.live(2) == []
    now["at"] = FIRST + 15 * DAY + HOUR
    assert states(water)[-2:] == ["usual", "usual"]
    assert "much more is lost" not in page("spheres/losses/")
    alarm.refresh_from_db()
    assert not alarm.active
    assert water.live(1, leak=10.0) != []


def test_the_readings_are_the_companys_own(now: dict[str, dt.datetime]) -> None:
    """Another system cannot write them, whatever it sends."""
    town = small_town()
    now["at"] = FIRST
    water = Water(town)
    other = Writer(town, "other")
    stream: Stream = water.inlet
    answers = other.tell(stream, [(now["at"], 1.0)])
    stream.refresh_from_db()
    assert answers[0].startswith("error") and stream.latest is None
