"""Timetables come in, and the next arrivals are told in sentences."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from django.test import Client

from tests.cast import START, SmallTown
from tests.city.pulse.world import make_source, make_stream
from tests.commands import run
from veche import clock
from veche.city.pulse.models import Stream
from veche.city.pulse.operations.intake import Row, take
from veche.city.spheres.gtfs import Unreadable, read, seconds
from veche.city.spheres.models import Call, Stop, Trip
from veche.city.spheres.operations.timetable import load_timetable
from veche.city.spheres.queries import transport as queries

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)
TABLES = {
    "agency.txt": "agency_name,agency_timezone\nBuses,Europe/Samara\n",
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon\na,Bridge,53.5,49.2\nb,Market,53.5,49.3\n",
    "routes.txt": "route_id,route_short_name,route_long_name,route_type\nr,12,To the market,3\n",
    "trips.txt": "route_id,service_id,trip_id,trip_headsign\nr,all,t1,Market\nr,all,t2,Market\n",
    "calendar.txt": (
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        "all,1,1,1,1,1,1,1,20261101,20261130\n"
    ),
    "calendar_dates.txt": "service_id,date,exception_type\nall,20261117,2\n",
    "stop_times.txt": (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
        "t1,10:05:00,10:05:00,a,1\nt1,10:15:00,10:15:00,b,2\n"
        "t2,24:10:00,24:10:00,a,1\nt2,24:20:00,24:20:00,b,2\nt9,10:00:00,10:00:00,a,1\n"
    ),
}


def _folder(path: Path, **more: str) -> Path:
    for name, text in (TABLES | more).items():
        (path / name).write_text(text)
    return path


def _loaded(path: Path) -> Stop:
    load_timetable(by=None, at=START, code="city", names={"en": "City"}, told=read(_folder(path)))
    return Stop.objects.get(code="a")


def test_hours_go_beyond_midnight() -> None:
    assert seconds("24:10:00") == 87_000
    assert seconds("10:61:00") is None
    assert seconds("") is None


def test_what_is_no_timetable_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"agency\.txt"):
        read(tmp_path)
    _folder(tmp_path, **{"calendar.txt": "service_id,start_date,end_date\nall,soon,later\n"})
    with pytest.raises(Unreadable, match="soon"):
        read(tmp_path)
    (tmp_path / "x.zip").write_bytes(b"no zip")
    with pytest.raises(Unreadable):
        read(tmp_path / "x.zip")


def test_a_second_timetable_takes_the_place_of_the_first(town: SmallTown, tmp_path: Path) -> None:
    stop = _loaded(tmp_path)
    assert stop.territory == town.west
    told = read(tmp_path)
    assert told.left_out == 1
    load_timetable(by=None, at=START, code="city", names={"en": "City"}, told=told)
    assert Stop.objects.get(code="a").pk == stop.pk
    assert (Trip.objects.count(), Call.objects.count()) == (2, 4)


def test_the_next_ones_are_those_of_their_day_of_service(town: SmallTown, tmp_path: Path) -> None:
    stop = _loaded(tmp_path)
    (one,) = queries.arrivals(stop, START)  # ten in the morning in Samara
    assert (one.line, one.headsign, one.at) == ("12", "Market", START + 5 * MINUTE)
    # Ten past midnight belongs to the day before; on the 17th nothing runs.
    midnight = dt.datetime(2026, 11, 16, 20, 0, tzinfo=dt.UTC)
    assert [a.at for a in queries.arrivals(stop, midnight)] == [midnight + 10 * MINUTE]
    assert not queries.arrivals(stop, midnight + dt.timedelta(days=1))
    assert not queries.arrivals(stop, START + dt.timedelta(days=1))
    # Nobody waits for one where its trip ends.
    assert not queries.arrivals(Stop.objects.get(code="b"), START)


def _tell(stream: Stream, at: dt.datetime, late: int) -> None:
    row = Row(stream.pk, at, number=late, parameters={"trip": "t1"})
    take(by=None, at=at, source=stream.source_id, rows=[row])


def test_a_vehicle_says_itself_how_late_it_is(town: SmallTown, tmp_path: Path) -> None:
    stop = _loaded(tmp_path)
    stream = make_stream(make_source("buses"), queries.DELAY, symbol="s")
    _tell(stream, START - 20 * MINUTE, 600)
    (one,) = queries.arrivals(stop, START)
    assert not one.told  # what was told twenty minutes ago says nothing
    _tell(stream, START, 180)
    (one,) = queries.arrivals(stop, START)
    assert (one.told, one.minutes, one.at) == (True, 3, START + 8 * MINUTE)
    # It is late: at six minutes past it is still to come.
    assert len(queries.arrivals(stop, START + 6 * MINUTE)) == 1
    fleet = queries.fleet(START + MINUTE)
    assert (fleet.vehicles, fleet.connected, fleet.share) == (1, 1, 1.0)
    assert queries.fleet(START + 30 * MINUTE).connected == 0


def test_the_page_is_sentences_that_are_read_aloud(
    town: SmallTown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = _loaded(tmp_path)
    monkeypatch.setattr(clock, "now", lambda: START)
    page = Client().get(f"/en/spheres/stops/{stop.pk}/").content.decode()
    assert "Bus 12 to Market: in 5 minutes, by the timetable." in page
    assert re.search(r'aria-live="polite"[^>]*hx-get="/en/spheres/stops/\d+/now/"', page)
    assert '<svg class="plan' not in page
    part = Client().get(f"/ru/spheres/stops/{stop.pk}/now/").content.decode()
    assert "<html" not in part
    assert "12" in part
    found = Client().get("/en/spheres/stops/", {"q": "ridg"}).content.decode()
    assert "1 stop with this name" in found
    assert Client().get("/en/spheres/stops/", {"q": "%"}).content.decode().count("row-title") == 0
    assert Client().get("/en/spheres/stops/999999/").status_code == 404


def test_the_command_brings_a_timetable_in(
    town: SmallTown, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _folder(tmp_path)
    code = run("spheres", "timetable", str(tmp_path), "--json")
    said = capsys.readouterr()
    assert code == 0
    assert '"calls": 4' in said.out
    (tmp_path / "stops.txt").unlink()
    code = run("spheres", "timetable", str(tmp_path))
    said = capsys.readouterr()
    assert code == 2
    assert "stops.txt" in said.err
