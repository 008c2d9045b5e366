"""Rides are counted, none is kept, and what is shown speaks of nobody."""

from __future__ import annotations

import datetime as dt
import gzip
from pathlib import Path

import pytest
from django.test import Client

from tests.cast import START, SmallTown
from tests.commands import run
from veche.city.spheres.models import RideCount
from veche.city.spheres.operations.rides import CountedAlready, Ride, count_rides
from veche.city.spheres.queries import flows as queries

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 16)


def _count(town: SmallTown, *rides: tuple[str, str, int], digest: str = "one") -> int:
    places = {"w": town.west.pk, "e": town.east.pk}
    return count_rides(
        by=None, at=START, digest=digest,
        rides=[Ride(START, "bus", places[a], places[b], n) for a, b, n in rides],
    )  # fmt: skip


def test_rides_become_counts_of_their_hour(town: SmallTown) -> None:
    assert _count(town, ("w", "e", 1), ("w", "e", 1), ("e", "w", 7)) == 9
    one = RideCount.objects.get(origin=town.west)
    assert (one.day, one.hour, one.rides) == (DAY, 10, 2)
    with pytest.raises(CountedAlready):
        _count(town, ("w", "e", 1))
    _count(town, ("w", "e", 3), digest="two")
    assert RideCount.objects.get(origin=town.west).rides == 5


def test_small_numbers_and_what_would_tell_them_are_left_out(town: SmallTown) -> None:
    _count(town, ("w", "w", 300), ("w", "e", 3), ("e", "w", 40), ("e", "e", 90))
    table = queries.table(DAY)
    assert table.left_out == 4
    assert table.total == 433
    page = Client().get("/en/spheres/flows/").content.decode()
    assert "4 numbers are left out" in page
    assert ">300<" not in page
    file = Client().get(f"/en/spheres/flows/{DAY}.csv").content.decode()
    assert file.splitlines()[2] == "West,,,303"


def test_a_day_of_four_rides_shows_nothing(town: SmallTown) -> None:
    _count(town, ("w", "e", 4))
    table = queries.table(DAY)
    assert (table.shown, table.total, table.lines) == (False, 0, [])
    page = Client().get("/en/spheres/flows/").content.decode()
    assert "too few rides to show any" in page
    assert [one.rides for one in queries.hours(DAY) if one.rides is None] == [None]


def test_a_day_that_was_not_counted_is_not_there(town: SmallTown) -> None:
    assert Client().get("/en/spheres/flows/").status_code == 200
    assert Client().get("/en/spheres/flows/", {"day": "2026-11-16"}).status_code == 404
    assert Client().get("/en/spheres/flows/2026-99-99.csv").status_code == 404


def test_the_command_counts_a_file_once(
    town: SmallTown, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "rides.csv.gz"
    lines = ["time,mode,from,to,rides", "2026-11-16T10:20:00,bus,west,east,12"]
    lines += ["2026-11-16T10:40:00,bus,west,east,3", "never,bus,west,east,1"]
    lines += ["2026-11-16T10:40:00,bus,nowhere,east,3"]
    with gzip.open(file, "wt") as out:
        out.write("\n".join(lines) + "\n")
    code = run("spheres", "rides", str(file), "--json")
    said = capsys.readouterr()
    assert (code, said.out.strip()) == (0, '{"rides": 15, "refused": 2}')
    assert RideCount.objects.get().rides == 15
    assert run("spheres", "rides", str(file)) == 1
