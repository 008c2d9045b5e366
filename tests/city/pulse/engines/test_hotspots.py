"""The forecast of places: from the past only, the right squares, the right measures."""

from __future__ import annotations

import datetime as dt
import json
from argparse import ArgumentParser
from pathlib import Path

import numpy as np
import pytest

from veche.city.pulse.commands_analysis import register_analysis
from veche.city.pulse.engines.hotspots import Events, Grid, choose, forecast, measure
from veche.city.pulse.engines.hotspots.candidates import (
    CANDIDATES,
    STANDS,
    Past,
    order,
    shrunk,
    smooth,
    weigh,
)
from veche.city.pulse.engines.hotspots.choosing import origins
from veche.city.pulse.engines.hotspots.events import Unreadable, read_events
from veche.city.pulse.engines.hotspots.grid import TooFine
from veche.city.pulse.engines.hotspots.report import area_around

BEGAN = dt.date(2024, 1, 1).toordinal()
UNTIL = dt.date(2025, 12, 1).toordinal()


def _town(seed: int = 5, days: int = 760, a_day: int = 4) -> Events:
    """Half of what happens, happens in five squares of 200 m; the rest anywhere in 10 km."""
    chance = np.random.default_rng(seed)
    count = days * a_day
    x, y = chance.uniform(0, 10_000, count), chance.uniform(0, 10_000, count)
    hot = chance.random(count) < 0.5
    which = chance.integers(0, 5, count)
    x[hot] = (which[hot] * 2_000 + 400) + chance.uniform(1, 199, hot.sum())
    y[hot] = (which[hot] * 1_600 + 600) + chance.uniform(1, 199, hot.sum())
    return Events(BEGAN + np.sort(chance.integers(0, days, count)), x, y)


def test_the_hot_squares_come_first_and_the_result_says_so() -> None:
    town = _town()
    made = forecast(town, UNTIL, 30, 5, 200.0)
    found = {made.grid.corner(one.cell) for one in made.places}
    assert found == {(n * 2_000.0 + 400, n * 1_600.0 + 600) for n in range(5)}
    results = made.results(town, 1e8)
    assert results is not None
    ours, plain = results
    assert ours.hits == plain.hits == ours.best and ours.pei == 1.0
    assert ours.pai == pytest.approx(ours.hits / ours.events / (5 * 200**2 / 1e8))
    expected = sum(one.expected for one in made.places)
    # What is smoothed gives a part of what one square has to its neighbours.
    assert 0.3 * ours.hits < expected < 1.35 * ours.hits


def test_nothing_after_the_day_is_known() -> None:
    town = _town()
    before = town.of(town.day < UNTIL)
    a, b = forecast(town, UNTIL, 30, 20, 200.0), forecast(before, UNTIL, 30, 20, 200.0)
    assert a.places == b.places and a.choice == b.choice and a.cold == b.cold
    assert b.results(before, 1e8) is None
    with pytest.raises(ValueError):
        forecast(town, BEGAN, 30, 5, 200.0)


def test_events_beyond_the_known_grid_are_counted_in_the_result() -> None:
    town = _town()
    far = Events(np.array([UNTIL, UNTIL, UNTIL + 40]), np.array([9e5, 9e5, 0.0]),
                 np.array([9e5, 9e5, 0.0]))  # fmt: skip
    made = forecast(town, UNTIL, 30, 1, 200.0)
    results = made.results(far, 1e8)
    assert results is not None
    assert (results[0].events, results[0].hits, results[0].best) == (2, 0, 2)


def test_a_hot_place_that_moved_is_learned() -> None:
    chance = np.random.default_rng(8)
    count = 6_000
    day = BEGAN + np.sort(chance.integers(0, 700, count))
    x, y = chance.uniform(0, 8_000, count), chance.uniform(0, 8_000, count)
    month = (day - BEGAN) // 60
    x[::2] = 410 + 600 * month[::2]
    y[::2] = 450
    choice = choose(Events(day, x, y), Grid.around(x, y, 200.0), BEGAN + 700, 30, 5)
    assert choice.model != STANDS
    assert choice.hits[choice.model] > choice.hits["count"]
    assert choice.origins == len(origins(BEGAN, BEGAN + 700, 30)) > 6


def test_origins_never_reach_into_what_is_asked() -> None:
    at = origins(0, 1_000, 90)
    assert at == sorted(at) and at[-1] + 90 == 1_000 and at[0] >= 270
    assert origins(0, 300, 90) == [150, 180, 210] and origins(0, 30, 30) == []


def test_measures() -> None:
    came = np.array([0, 4, 1, 0, 3])
    result = measure(np.array([1, 2]), came, 0.1)
    assert (result.hits, result.events, result.best) == (5, 8, 7)
    assert result.pai == pytest.approx(6.25) and result.pei == pytest.approx(5 / 7)
    none = measure(np.array([1]), np.zeros(3, int), 0.1)
    assert none.pai is None and none.pei is None


def test_every_candidate_gives_shares_and_an_order() -> None:
    town = _town()
    grid = Grid.around(town.x, town.y, 200.0)
    past = Past(grid, grid.of(town.x, town.y), UNTIL + 100 - town.day)
    for name in CANDIDATES:
        weights = weigh(name, past)
        assert weights.min() >= 0 and weights.sum() == pytest.approx(1.0), name
        best = order(weights, past, 50)
        assert len(set(best.tolist())) == 50
        assert (np.diff(weights[best]) <= 1e-15).all(), name
        assert weights[best].sum() == pytest.approx(np.sort(weights)[-50:].sum()), name
    assert smooth(past.count(), 1.0).sum() == pytest.approx(len(town), rel=0.01)
    pulled = shrunk(np.array([[0.0, 9.0]]), np.array([[2.0, 2.0]]))
    assert 0 < pulled[0, 0] < 2 < pulled[0, 1] < 9


def test_cold_squares_are_drawn_by_lot_and_never_chosen_ones() -> None:
    town = _town()
    a, b = (forecast(town, UNTIL, 30, 60, 200.0, lot=lot) for lot in (1, 2))
    assert len(a.cold) == 3 and a.cold != b.cold
    assert not set(a.cold) & {one.cell for one in a.places}


def test_grids() -> None:
    grid = Grid.around(np.array([-350.0, 10.0]), np.array([0.0, 399.0]), 100.0)
    (cell,) = grid.of(np.array([-350.0]), np.array([399.0])).tolist()
    assert grid.corner(cell) == (-400.0, 300.0)
    with pytest.raises(TooFine):
        Grid.around(np.array([0.0, 1e7]), np.array([0.0, 1e7]), 1.0)


def _written(path: Path, town: Events, names: str, scale: float, kind: str = "") -> Path:
    head = f"date,{names}" + (",kind" if kind else "")
    rows = [
        f"{dt.date.fromordinal(int(d))},{x / scale},{y / scale}" + (f",{kind}" if kind else "")
        for d, x, y in zip(town.day, town.x, town.y, strict=True)
    ]
    path.write_text("\n".join([head, *rows]) + "\n")
    return path


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parser = ArgumentParser()
    register_analysis(parser.add_subparsers())
    feet = _written(tmp_path / "feet.csv", _town(), "x_ft,y_ft", 0.3048)
    asked = ["hotspots", "--until", "2025-12-01", "--days", "30", "--area", "0.2", "--cell", "200"]
    args = parser.parse_args([*asked, "--events", str(feet), "--json"])
    assert args.run(args) == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told["cells"]) == 5 and told["model"] in CANDIDATES
    assert told["cells"][0]["x_ft_max"] - told["cells"][0]["x_ft_min"] == pytest.approx(656.168)
    assert told["result"]["model"]["pei"] == told["result"]["count"]["pei"] == 1.0
    assert told["whole_km2"] == pytest.approx(100, rel=0.05)
    assert (told["from"], told["to"]) == ("2025-12-01", "2025-12-30")
    corners = tmp_path / "edge.csv"
    corners.write_text("x,y\n0,0\n1000,0\n1000,1000\n0,1000\n")
    two = _written(tmp_path / "two.csv", _town(), "x,y", 1.0, "ice")
    with two.open("a") as file:
        file.write("2025-11-01,5,5,fire\n")
    args = parser.parse_args([*asked, "--events", str(two), "--boundary", str(corners), "--json"])
    assert args.run(args) == 0
    kinds = json.loads(capsys.readouterr().out)["kinds"]
    assert set(kinds) == {"ice", "fire"} and kinds["ice"]["whole_km2"] == 1.0
    args = parser.parse_args([*asked, "--events", str(two), "--kind", "ice"])
    assert args.run(args) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("kind,rank,x,y,") and lines[-1].startswith("# count: hits")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a,b\n",
        "date,x,y\n",
        "date,x,y\n2024-13-01,1,1\n",
        "date,x,y\n2024-01-01,nan,1\n",
        "date,x,y\n2024-01-01,1\n",
    ],
)
def test_a_file_that_is_no_events_is_refused_in_words(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(text)
    with pytest.raises(Unreadable):
        read_events(file)
    parser = ArgumentParser()
    register_analysis(parser.add_subparsers())
    args = parser.parse_args(["hotspots", "--events", str(file), "--until", "2024-02-01"])
    assert args.run(args) == 2
    assert "bad.csv" in capsys.readouterr().err


def test_degrees_are_metres_within_and_degrees_without(tmp_path: Path) -> None:
    file = tmp_path / "degrees.csv"
    file.write_text(
        "date,lon,lat\n2024-01-01,49.4,53.5\n2024-01-02,49.41,53.5\n2024-01-02,49.4,53.51\n"
    )
    kinds, field = read_events(file)
    events = kinds[""]
    assert events.x[1] - events.x[0] == pytest.approx(662, abs=3)
    assert field.written(float(events.x[0]), float(events.y[0])) == (49.4, 53.5)
    assert area_around(events, dt.date(2025, 1, 1)) == pytest.approx(0.662 * 1.113 / 2, rel=0.02)
