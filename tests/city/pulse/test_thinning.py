"""The history of indicators grows thin by age: means and the worst of hours stay."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

from tests.cast import START, SmallTown
from tests.city.pulse.signs import indicator as make_indicator
from veche.city.pulse.models import Value
from veche.city.pulse.operations import thinning
from veche.core.cases.terms import city_zone
from veche.core.journal.models import Record

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


def _night() -> dt.datetime:
    """Some moment of the city's night in which the history is thinned."""
    return START.astimezone(city_zone()).replace(hour=thinning.NIGHT, minute=10)


def _values(town: SmallTown, since: dt.datetime, hours: int) -> int:
    """Four values an hour, the third critical; the number of the indicator."""
    indicator = make_indicator()
    territory = town.west
    Value.objects.bulk_create(
        Value(
            indicator=indicator, territory=territory, at=since + n * 15 * MINUTE,
            value=None if n % 4 == 3 else float(n), state="critical" if n % 4 == 2 else "normal",
        )
        for n in range(4 * hours)
    )  # fmt: skip
    return indicator.pk


def test_minutes_become_hours_and_hours_days(town: SmallTown) -> None:
    night = _night()
    since = (night - 100 * DAY).astimezone(dt.UTC).replace(hour=0, minute=0)
    number = _values(town, since, 30)
    rows = Value.objects.filter(indicator=number).order_by("at")
    assert thinning.sweep(at=night - 2 * HOUR) == 0
    assert thinning.sweep(at=night) == 1
    assert rows.count() == 24 + 6 * 4
    while thinning.sweep(at=night):
        pass
    found = list(rows.values_list("at", "value", "state"))
    assert len(found) == 30
    assert all(after[0] - before[0] == HOUR for before, after in pairwise(found))
    assert found[7] == (since + 7 * HOUR, 29.0, "critical")  # 28, 29, 30 and one without a value
    later = night + 660 * DAY
    assert thinning.sweep(at=later) == 1
    while thinning.sweep(at=later):
        pass
    assert [row.at for row in rows] == [since, since + DAY]
    kinds = Record.objects.filter(kind="pulse.history-thinned").order_by("pk")
    assert (kinds[0].public["before"], kinds[0].public["after"]) == (96, 24)


def test_what_is_young_or_thin_stays(town: SmallTown) -> None:
    night = _night()
    number = _values(town, night - 80 * DAY, 5)
    assert thinning.sweep(at=night) == 0
    assert Value.objects.filter(indicator=number).count() == 20
    day = (night - 80 * DAY).astimezone(dt.UTC).date()
    assert thinning.thin(by=None, at=night, day=day, each="hour") > 0
    assert thinning.thin(by=None, at=night, day=day, each="hour") == 0
