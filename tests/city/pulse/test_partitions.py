"""Days of readings are made ahead, and when one is missing, when its first reading comes."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connection

from tests.cast import START, SmallTown
from tests.city.pulse.world import make_source, make_stream, take_rows
from veche.city.pulse.operations import partitions
from veche.city.pulse.operations.intake import Row, take

DAY = dt.timedelta(days=1)


def test_the_coming_days_are_made_ahead(town: SmallTown) -> None:
    at = START + 300 * DAY
    made = partitions.make_ahead(by=None, at=at)
    assert made == [(at + n * DAY).date() for n in range(4)]
    assert partitions.missing(at) == []
    assert partitions.missing(at + DAY) == [(at + 4 * DAY).date()]
    assert set(made) <= set(partitions.days())


def test_a_day_that_is_missing_is_made_by_its_first_reading(town: SmallTown) -> None:
    stream = make_stream(make_source(retention_days=4_000))
    long_ago = START - 3_500 * DAY
    assert long_ago.date() not in partitions.days()
    assert take_rows(stream, [1.0], since=long_ago, at=START).taken == 1
    assert long_ago.date() in partitions.days()
    refused = [Row(stream.pk, START + 9 * DAY, 1.0), Row(stream.pk, START - 4_500 * DAY, 1.0)]
    take(by=None, at=START, source=stream.source_id, rows=refused)
    assert (START + 9 * DAY).date() not in partitions.days()
    assert (START - 4_500 * DAY).date() not in partitions.days()


def test_every_day_has_its_indexes(town: SmallTown) -> None:
    take_rows(make_stream(), [1.0])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexdef FROM pg_indexes WHERE tablename = %s",
            [f"pulse_reading_{START:%Y%m%d}"],
        )
        found = " ".join(row[0] for row in cursor.fetchall())
    assert "UNIQUE INDEX" in found
    assert "(stream_id, at, nth)" in found
    assert "(id)" in found


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_a_day_once(transactional_db: Any) -> None:
    day, faults = dt.date(2031, 1, 1), []

    def make() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pulse_make_day(%s), pg_sleep(0.05)", [day])
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert partitions.days().count(day) == 1
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE pulse_reading_20310101")
