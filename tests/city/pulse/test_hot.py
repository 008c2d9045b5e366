"""Places to look at first: made weekly from the past, told to everybody when the week is over."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test import Client

from tests.cast import START, SmallTown
from veche import clock
from veche.city.pulse.datasets_hot import CELLS, FORECASTS
from veche.city.pulse.models import Forecast, ForecastCell
from veche.city.pulse.operations import hot
from veche.city.pulse.queries import placed
from veche.city.pulse.queries.hot import UnknownForecast, cells, forecast_of
from veche.city.pulse.tasks import forecast_places
from veche.core.cases.terms import city_zone
from veche.core.journal.models import Record
from veche.core.notices import matters
from veche.core.notices.matters import Placed, Shown, Theme
from veche.core.places.queries import atlas
from veche.figures import Dataset

MONDAY = hot.monday(START)
NAMES = {"en": "Roads", "ru": "Дороги", "zh": "道路"}


def _at(day: dt.date, hour: int = 12) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), city_zone())


class Told:
    """Matters of a module that is not there: half of them at one corner."""

    def __init__(self, town: SmallTown) -> None:
        chance = np.random.default_rng(4)
        city = town.city
        self.corner = (city.west * 0.7 + city.east * 0.3, city.south * 0.6 + city.north * 0.4)
        self.rows: list[Placed] = []
        for nth in range(900):
            lon = float(chance.uniform(city.west, city.east))
            lat = float(chance.uniform(city.south, city.north))
            if nth % 2:
                lon, lat = self.corner
            day = MONDAY - dt.timedelta(400) + dt.timedelta(nth * 0.5)
            theme = "roads" if nth % 9 else "snow"
            self.rows.append(self.at(day, lon, lat, theme))

    def at(self, day: dt.date, lon: float, lat: float, theme: str = "roads") -> Placed:
        """A matter of a day."""
        where = atlas().at(lon, lat)
        return Placed(theme, _at(day), lon, lat, where.pk if where else 0)

    def __call__(self, since: dt.datetime, until: dt.datetime) -> list[Placed]:
        return [one for one in self.rows if since <= one.at < until]


@pytest.fixture
def told(town: SmallTown, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """Matters of one module and no others."""
    said = Told(town)
    themes = [Theme("roads", NAMES), Theme("snow", NAMES)]
    shown = Shown(find=lambda _: {}, url="x", themes=lambda: themes, placed=said)
    monkeypatch.setattr(matters._known, "by_procedure", {"roads": shown})
    yield said


def test_a_week_is_forecast_from_what_was_known_before_it(told: Told) -> None:
    made = hot.forecast_week(by=None, at=_at(MONDAY, 3), since=MONDAY)
    assert [one.kind for one in made] == ["roads"], "snow has too few events"
    (row,) = made
    before = [one for one in told.rows if one.theme == "roads" and one.at < _at(MONDAY, 0)]
    assert row.known == len(before)
    first, *others = cells(row)
    assert first.rank == 1 and first.plain_rank == 1
    lon, lat = told.corner
    assert first.west <= lon < first.east and first.south <= lat < first.north
    assert first.count >= len(before) // 2 - 20
    assert sum(one.rank is not None for one in [first, *others]) == hot.SQUARES
    assert sum(one.plain_rank is not None for one in [first, *others]) == hot.SQUARES
    assert any(one.cold and one.rank is None for one in others)
    assert hot.forecast_week(by=None, at=_at(MONDAY, 4), since=MONDAY) == []
    assert Forecast.objects.count() == 1


def test_what_came_is_counted_and_shown_when_the_week_is_over(told: Told) -> None:
    (row,) = hot.forecast_week(by=None, at=_at(MONDAY, 3), since=MONDAY)
    told.rows = [one for one in told.rows if one.at < _at(MONDAY, 0)]
    lon, lat = told.corner
    told.rows += [told.at(MONDAY + dt.timedelta(n), lon, lat) for n in range(9)]
    city = atlas().home()
    assert city is not None
    told.rows.append(told.at(MONDAY, city.west, city.south))
    assert hot.publish_weeks(by=None, at=_at(MONDAY + dt.timedelta(6))) == 0
    with pytest.raises(UnknownForecast):
        forecast_of("roads", MONDAY.isoformat(), inside=False)
    over = MONDAY + dt.timedelta(7)
    assert hot.publish_weeks(by=None, at=_at(over)) == 1
    row = forecast_of("roads", MONDAY.isoformat(), inside=False)
    came = sum(1 for one in told.rows if _at(MONDAY, 0) <= one.at < _at(over, 0) and one.territory)
    assert row.result is not None
    assert row.result["model"]["hits"] == row.result["count"]["hits"] == 7
    assert row.result["model"]["events"] == came
    assert row.result["model"]["best"] == came
    assert sum(one["events"] for one in row.result["districts"].values()) == came
    assert ForecastCell.objects.get(forecast=row, rank=1).hits == 7
    assert hot.publish_weeks(by=None, at=_at(over)) == 0


def test_a_choice_serves_for_four_weeks(told: Told) -> None:
    for week in range(6):
        since = MONDAY + dt.timedelta(7 * week)
        hot.forecast_week(by=None, at=_at(since, 3), since=since)
    chosen = list(Forecast.objects.order_by("since").values_list("chosen_on", flat=True))
    assert chosen == [MONDAY] * 4 + [MONDAY + dt.timedelta(28)] * 2


def test_the_timer_comes_once_a_week(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    def jobs() -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM procrastinate_jobs"
                " WHERE task_name LIKE '%%forecast_places' AND status = 'todo'"
            )
            return int(cursor.fetchone()[0])

    hot.sweep(at=_at(MONDAY, 1))
    assert jobs() == 0, "it is night"
    for minute in range(3):
        hot.sweep(at=_at(MONDAY, 3) + dt.timedelta(minutes=minute))
    assert jobs() == 1, "one waits, however often the timer comes"
    monkeypatch.setattr(clock, "now", lambda: _at(MONDAY, 3))
    forecast_places()
    assert Forecast.objects.count() == 1
    assert hot.look(at=_at(MONDAY, 4)) == 0
    records = Record.objects.filter(kind="pulse.places-forecast").count()
    assert hot.look(at=_at(MONDAY + dt.timedelta(3))) == 0
    assert Record.objects.filter(kind="pulse.places-forecast").count() == records == 1
    assert hot.look(at=_at(MONDAY + dt.timedelta(8))) == 1, "late, but it comes"
    assert Forecast.objects.filter(published_at__isnull=False).count() == 1


def test_districts_that_report_much_are_evened(told: Told, town: SmallTown) -> None:
    city = atlas().home()
    assert city is not None
    known = placed.events(city, MONDAY - dt.timedelta(500), MONDAY)
    assert placed.evenness(known, city, MONDAY, START) == {}, "too few are registered to say"
    said = placed.reports(known, MONDAY)
    assert sum(said.values()) > 500
    assert known.area > 1e5


def test_pages(client: Client, told: Told, town: SmallTown) -> None:
    assert client.get("/en/pulse/places/").status_code == 200
    hot.forecast_week(by=None, at=_at(MONDAY, 3), since=MONDAY)
    page = f"/en/pulse/places/roads/{MONDAY}/"
    assert client.get(page).status_code == 404, "not for everybody before its week is over"
    assert client.get(page + "cells.csv").status_code == 404
    for odd in ("2024-13-99", "nothing", "0"):
        assert client.get(f"/en/pulse/places/roads/{odd}/").status_code == 404
    assert "Roads" not in client.get("/en/pulse/places/").content.decode()
    client.force_login(town.analyst)
    assert "Roads" in client.get("/en/pulse/places/").content.decode()
    inside = client.get(page)
    (said, none) = Forecast.objects.get().districts[town.west.code]
    assert said > 0 and none is None, "too few residents are registered there to say"
    assert inside.status_code == 200 and "look at these 20 places first" in inside.content.decode()
    client.logout()
    hot.publish_weeks(by=None, at=_at(MONDAY + dt.timedelta(7)))
    for language, words in (("en", "plain count"), ("ru", "простой"), ("zh-hans", "简单计数")):
        shown = client.get(f"/{language}/pulse/places/roads/{MONDAY}/").content.decode()
        assert words in shown, language
        assert words in client.get(f"/{language}/pulse/places/").content.decode(), language
    table = client.get(page + "cells.csv")
    lines = list(csv.DictReader(io.StringIO(b"".join(table).decode("utf-8-sig"))))
    assert [one["rank"] for one in lines[:20]] == [str(n) for n in range(1, 21)]
    results = b"".join(client.get("/en/pulse/places.csv")).decode("utf-8-sig")
    (only,) = csv.DictReader(io.StringIO(results))
    assert only["kind"] == "roads" and int(only["hits"]) <= int(only["best_possible"])


def test_what_is_published_is_over(told: Told) -> None:
    hot.forecast_week(by=None, at=_at(MONDAY, 3), since=MONDAY)
    later = MONDAY + dt.timedelta(7)
    assert list(rows_of(FORECASTS, _at(later))) == list(rows_of(CELLS, _at(later))) == []
    hot.publish_weeks(by=None, at=_at(later))
    (only,) = rows_of(FORECASTS, _at(later, 13))
    row = Forecast.objects.get()
    assert row.result is not None
    assert (only["kind"], only["hits"], only["events"]) == (
        "roads", row.result["model"]["hits"], row.result["model"]["events"],
    )  # fmt: skip
    squares = list(rows_of(CELLS, _at(later, 13)))
    assert len(squares) == ForecastCell.objects.count()
    assert sum(one["hits"] for one in squares if one["rank"] is not None) == only["hits"]


def rows_of(dataset: Dataset, at: dt.datetime) -> list[dict[str, Any]]:
    """The rows of a dataset as they are at a moment."""
    assert callable(dataset.sql)
    statement, values = dataset.sql(at)
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))  # type: ignore[arg-type]
        assert cursor.description is not None
        names = [column[0] for column in cursor.description]
        assert names == [column.name for column in dataset.columns]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
