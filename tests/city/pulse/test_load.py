"""Files of readings: long and wide, plain and compressed, with faults, and again."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests import commands
from tests.cast import START, SmallTown
from tests.city.pulse.world import make_source, make_stream
from veche.city.pulse.loading import File, NotReadings, code_of
from veche.city.pulse.models import Reading, Refusal, Source, Stream
from veche.city.pulse.operations import loading
from veche.city.pulse.operations.loading import load
from veche.core.journal.models import Record

SIGNALS = Path(__file__).parents[4] / "shared/data/signals"
UTC = dt.UTC


def _file(path: Path, text: str) -> File:
    path.write_text(text, encoding="utf-8")
    return File(path, zone=ZoneInfo("Europe/Samara"))


def test_a_reading_a_line(town: SmallTown, tmp_path: Path) -> None:
    source = make_source("meters")
    stream = make_stream(source, "temperature", low=-60, high=60)
    thing = stream.thing.code
    file = _file(
        tmp_path / "a.csv",
        "time,thing,property,value,unit\n"
        f"2026-11-16T08:00:00Z,{thing},temperature,20.5,degC\n"
        f"2026-11-16 13:00,{thing},temperature,21,\n"  # in Samara: nine in Greenwich
        f"1794814200,{thing},temperature,22,\n"
        f"2026-11-16T08:30:00+00:00,{thing},temperature,70,degF\n"
        f"2026-11-16T08:31:00+00:00,{thing},temperature,400,degC\n"
        f"tomorrow,{thing},temperature,20,\n"
        f"2026-02-30,{thing},temperature,20,\n"
        f"2026-11-16T08:32:00Z,{thing},temperature,warm,\n"
        f"2026-11-16T08:33:00Z,{thing},temperature,,\n"
        f"2026-11-16T08:34:00Z,{thing},temperature,nan,\n"
        f"2036-11-16T08:34:00Z,{thing},temperature,20,\n"
        "cut off\n"
        f"2026-11-16T08:35:00Z,{thing},PM 2.5,20,\n"
        f"2026-11-16T08:36:00Z,{thing},PM 2.5,21,\n",
    )
    rejects = tmp_path / "rejects.csv"
    at = START + dt.timedelta(hours=6)
    read, told = load(by=None, at=at, source=source, file=file, rejects=rejects)
    assert (read, told.taken, told.repeated) == (14, 5, 0)
    assert told.refused == {
        "unit": 1, "range": 1, "time": 2, "number": 2, "empty": 1, "future": 1, "form": 1,
    }  # fmt: skip
    assert list(
        Reading.objects.filter(stream=stream).order_by("at").values_list("at", "number")
    ) == [
        (dt.datetime.fromtimestamp(1794814200, UTC), 22.0),
        (dt.datetime(2026, 11, 16, 8, tzinfo=UTC), 20.5),
        (dt.datetime(2026, 11, 16, 9, tzinfo=UTC), 21.0),
    ]
    made = Stream.objects.get(source=source, property__code="pm-25")
    assert made.thing_id == stream.thing_id
    with rejects.open(newline="") as text:
        rows = list(csv.DictReader(text))
    assert sorted((int(row["line"]), row["reason"]) for row in rows) == [
        (5, "unit"), (6, "range"), (7, "time"), (8, "time"), (9, "number"), (10, "empty"),
        (11, "number"), (12, "future"), (13, "form"),
    ]  # fmt: skip
    assert all(row["why"] for row in rows)
    assert (
        dict(Refusal.objects.filter(source=source).values_list("reason", "count")) == told.refused
    )


def test_a_column_a_property(town: SmallTown, tmp_path: Path) -> None:
    source = make_source("station", retention_days=5_000)
    text = (
        "No,year,month,day,hour,PM2.5,TEMP,wd,station\n"
        "1,2016,3,1,0,9.0,-0.5,NNW,Dongsi\n"
        "2,2016,3,1,1,NA,-0.7,NW,Dongsi\n"
        "3,2016,3,1,2,7.0,cold,NA,Dongsi\n"
    )
    path = tmp_path / "b.csv.gz"
    path.write_bytes(gzip.compress(text.encode()))
    file = File(path, zone=ZoneInfo("Asia/Shanghai"))
    read, told = load(by=None, at=START, source=source, file=file)
    assert (read, told.taken, told.refused) == (7, 6, {"number": 1})
    rows = Reading.objects.filter(stream__source=source)
    found = {(r.stream.property.code, r.at): (r.number, r.result) for r in rows}  # type: ignore[union-attr]
    begin = dt.datetime(2016, 2, 29, 16, tzinfo=UTC)
    hour = dt.timedelta(hours=1)
    assert found == {
        ("pm25", begin): (9, None), ("temp", begin): (-0.5, None), ("wd", begin): (None, "NNW"),
        ("temp", begin + hour): (-0.7, None), ("wd", begin + hour): (None, "NW"),
        ("pm25", begin + 2 * hour): (7, None),
    }  # fmt: skip


def test_again_and_after_an_interruption(
    town: SmallTown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "BLOCK", 10)
    lines = [
        f"{(START + dt.timedelta(minutes=n)).isoformat()},t{n % 3},level,{n}" for n in range(55)
    ]
    source, at = make_source(), START + dt.timedelta(hours=2)
    path = tmp_path / "c.csv"
    path.write_text("\n".join(["time,thing,property,value", *lines]))
    zone = ZoneInfo("UTC")
    seen: list[int] = []

    def stop(read: int, part: float) -> None:
        seen.append(read)
        if read == 30:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(by=None, at=at, source=source, file=File(path, zone=zone), progress=stop)
    assert seen == [10, 20, 30]
    read, told = load(by=None, at=at, source=source, file=File(path, zone=zone))
    assert (read, told.taken, told.repeated, told.refused) == (55, 25, 30, {})
    assert Reading.objects.filter(stream__source=source).count() == 55


def test_a_header_that_says_nothing(town: SmallTown, tmp_path: Path) -> None:
    for text in ("", "a,b\n1,2\n", "time\n2026-01-01\n", "thing,property,value\nx,y,1\n"):
        with pytest.raises(NotReadings):
            list(_file(tmp_path / "d.csv", text))
    assert (code_of("PM2.5"), code_of("water level"), code_of("o3")) == (
        "pm25",
        "water-level",
        "o3",
    )


def test_the_command_says_what_became_of_the_file(
    town: SmallTown, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "e.csv"
    path.write_text("time,value\n2020-05-01T00:00:00Z,1.5\n2020-05-01T01:00:00Z,x\n")
    words = ["pulse", "load", str(path), "--source", "file-e", "--property", "level", "--json"]
    assert commands.run(*words) == 0
    out = capsys.readouterr()
    told = json.loads(out.out)
    assert told.pop("seconds") >= 0
    assert told == {
        "read": 2, "taken": 1, "repeated": 0, "refused": 1, "reasons": {"number": 1},
    }  # fmt: skip
    assert "file-e" in out.err
    source = Source.objects.get(code="file-e")
    assert source.owner == town.roads
    assert Record.objects.get(kind="pulse.file-loaded").public["taken"] == 1
    assert commands.run(*words[:-1]) == 0
    assert "there already 1" in capsys.readouterr().out
    path.write_text("nothing\n")
    assert commands.run(*words) == 2


@pytest.mark.skipif(not SIGNALS.exists(), reason="the shared signals are not there")
@pytest.mark.parametrize(
    ("name", "zone"), [("air_quality_beijing/Dongsi", "Asia/Shanghai"),
                       ("bike_counters/58th-st", "America/Los_Angeles")],
)  # fmt: skip
def test_real_files_are_read(name: str, zone: str) -> None:
    path = SIGNALS / f"{name}.csv.gz"
    with gzip.open(path, "rt", newline="") as text:
        rows = list(islice(csv.DictReader(text), 5_000))
    skip = {"No", "year", "month", "day", "hour", "station", "date"}
    cells = Counter(
        key
        for row in rows
        for key, cell in row.items()
        if key not in skip and cell not in ("", "NA")
    )
    told: Counter[Any] = Counter()
    for one in File(path, zone=ZoneInfo(zone)):
        if one.line > 5_001:
            break
        assert not one.reason, one
        told[one.property] += 1
    assert told == {code_of(key): count for key, count in cells.items()}
