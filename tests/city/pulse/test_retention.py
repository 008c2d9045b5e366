"""Old readings go into files, their sums stay; no source keeps more than it says."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import importlib.util
import threading
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from django.db import OperationalError, connection

from tests.cast import START, SmallTown, small_town
from tests.city.pulse.world import make_source, make_stream, take_rows
from veche.city.pulse.models import Hourly, Reading
from veche.city.pulse.operations import archive, partitions, retention
from veche.city.pulse.operations.intake import Row, take
from veche.core.journal.models import Record

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
OLD = START - 10 * DAY
NIGHT = START.replace(hour=23)
"""Three in the morning in Samara."""


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    """The files go into a folder of this test."""
    settings.ARCHIVE_FOLDER = tmp_path
    return tmp_path / "readings"


def test_each_source_keeps_its_own_days(town: SmallTown, folder: Path) -> None:
    short = make_stream(make_source("short", retention_days=30), "temperature")
    long = make_stream(make_source("long", retention_days=60))
    for stream in (short, long):
        take_rows(stream, [1.5, 2.5, 4.0], since=OLD, step=HOUR, at=START)
    odd = Row(short.pk, OLD + 5 * HOUR, None, {"text": "a,\nb"}, quality=["poor"])
    take(by=None, at=START, source=short.source_id, rows=[odd])
    at = NIGHT + 25 * DAY
    assert retention.sweep(at=at) == 1
    assert not Reading.objects.filter(stream=short, at__lt=START).exists()
    assert Reading.objects.filter(stream=long).count() == 3
    assert OLD.date() in partitions.days()
    assert Hourly.objects.filter(stream=short).count() == 3
    table = pq.read_table(folder / f"{OLD.year}" / f"{OLD.date()}-short.parquet").to_pylist()
    assert [(row["at"], row["number"]) for row in table] == [
        (OLD + n * HOUR, number) for n, number in [(0, 1.5), (1, 2.5), (2, 4.0), (5, None)]
    ]
    assert {(row["stream"], row["thing"], row["property"], row["unit"]) for row in table} == {
        (short.pk, short.thing.code, "temperature", "degC")
    }
    assert table[3]["result"] == '{"text": "a,\\nb"}'
    # The day goes when the last source that keeps it does not any more.
    assert retention.sweep(at=at) == 0
    assert retention.sweep(at=NIGHT + 51 * DAY) == 1
    assert OLD.date() not in partitions.days()
    assert Hourly.objects.filter(stream=long).count() == 3
    record = Record.objects.filter(kind="pulse.readings-kept", public__dropped=True).get()
    assert record.public["files"][0]["readings"] == 3


def test_by_day_nothing_is_put_away(town: SmallTown, folder: Path) -> None:
    take_rows(make_stream(make_source(retention_days=1)), [1.0], since=START)
    assert retention.sweep(at=START + 20 * DAY) == 0
    assert START.date() in partitions.days()
    assert not folder.exists()


def test_without_the_extra_it_is_a_plain_file(
    town: SmallTown, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = make_stream(make_source("plain", retention_days=1))
    take_rows(stream, [1.5, 2.5], since=START, step=HOUR)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert retention.put_away(by=None, at=START + 9 * DAY, day=START.date()) == 2
    with gzip.open(folder / f"{START.year}" / f"{START.date()}-plain.csv.gz", "rt") as text:
        rows = list(csv.DictReader(text))
    assert [row["number"] for row in rows] == ["1.5", "2.5"]


def test_a_file_that_cannot_be_written_takes_nothing_out(
    town: SmallTown, folder: Path, tmp_path: Path
) -> None:
    stream = make_stream(make_source(retention_days=1))
    take_rows(stream, [1.5], since=START)
    folder.write_text("in the way")
    with pytest.raises(OSError):
        retention.put_away(by=None, at=START + 9 * DAY, day=START.date())
    assert Reading.objects.filter(stream=stream).count() == 1


def test_a_file_that_is_all_there_is_is_never_written_over(town: SmallTown, folder: Path) -> None:
    """Its source keeps more days now and tells the day again: that goes into a file beside it."""
    source = make_source("again", retention_days=5)
    stream = make_stream(source, "temperature")
    take_rows(stream, [1.0, 2.0], since=START, step=HOUR)
    at = NIGHT + 8 * DAY
    path = folder / f"{START.year}" / f"{START.date()}-again.parquet"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"left by a night that was interrupted")
    assert retention.put_away(by=None, at=at, day=START.date()) == 2
    type(source).objects.filter(pk=source.pk).update(retention_days=30)
    take_rows(stream, [7.0], since=START + 5 * HOUR, at=at)
    assert retention.put_away(by=None, at=at + 30 * DAY, day=START.date()) == 1
    numbers = [pq.read_table(one)["number"].to_pylist() for one in sorted(path.parent.iterdir())]
    assert sorted(numbers) == [[1.0, 2.0], [7.0]]


def test_a_file_holds_everything_that_a_reading_says(town: SmallTown, folder: Path) -> None:
    stream = make_stream(make_source("whole", retention_days=5), "temperature")
    given = Row(
        stream.pk, START, 1.0, until=START + HOUR, result_at=START + HOUR, valid_from=START,
        valid_until=START + DAY, feature=7, parameters={"a": 1},
    )  # fmt: skip
    take(by=None, at=START, source=stream.source_id, rows=[given])
    retention.put_away(by=None, at=NIGHT + 8 * DAY, day=START.date())
    (file,) = (folder / f"{START.year}").iterdir()
    (row,) = pq.read_table(file).to_pylist()
    kept = {name: row[name] for name in ("valid_from", "valid_until", "feature", "recorded_at")}
    assert kept == {
        "valid_from": START, "valid_until": START + DAY, "feature": 7, "recorded_at": START,
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_nobody_writes_into_a_day_that_is_put_away(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reading that came between the file and the emptying would be in neither."""
    small_town()
    stream = make_stream(make_source("slow", retention_days=5))
    take_rows(stream, [1.0], since=START)
    told: list[str] = []
    write = archive.write

    def late(day: dt.date, source: int, code: str) -> tuple[Path, str]:
        done = write(day, source, code)

        def send() -> None:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '300ms'")
                try:
                    take_rows(stream, [2.0], since=START + HOUR)
                except OperationalError as fault:
                    told.append(str(fault))
            connection.close()

        sender = threading.Thread(target=send)
        sender.start()
        sender.join(20)
        return done

    monkeypatch.setattr(archive, "write", late)
    assert retention.put_away(by=None, at=START + 9 * DAY, day=START.date()) == 1
    assert len(told) == 1
