"""The evaluation: what the page says is what the open figures say, and they are right."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client

from tests.cast import START
from tests.city.dispatch.conftest import Ground, minutes
from veche import figures
from veche.city.dispatch.datasets import DATASETS, FIGURES
from veche.city.dispatch.iso import KINDS, MAPPED, THEMES
from veche.city.dispatch.operations import incidents

LATER = START + dt.timedelta(days=3)


def cells(name: str) -> dict[tuple[object, ...], dict[str, object]]:
    """The cells of a figure, by group, each measure by its name."""
    one = next(f for f in FIGURES if f.name == name)
    over = next(d for d in DATASETS if d.name == one.dataset)
    with connection.cursor() as cursor:
        found = figures.compute(cursor, one, over, LATER)
    names = [m.name for m in one.measures]
    return {tuple(c["group"]): dict(zip(names, c["values"], strict=True)) for c in found}


def busy(ground: Ground) -> None:
    """Four incidents: in time by a sensor, returned and reopened, a false alarm, one that is open
    and went a tier up."""
    town = ground.town
    ground.closed(source="alarm", source_key="a", sensed_at=START - minutes(8), by=None)
    back = ground.dispatched(at=START + minutes(100))
    incidents.send_back_to_dispatcher(
        by=town.officer, at=START + minutes(104), incident=back, text="This is not our street."
    )
    incidents.dispatch(by=town.dispatcher, at=START + minutes(106), incident=back, lead=town.roads)
    incidents.accept(by=town.officer, at=START + minutes(110), incident=back)
    incidents.say_done(by=town.officer, at=START + minutes(115), incident=back, text="Pumped.")
    incidents.close(by=town.dispatcher, at=START + minutes(118), incident=back)
    incidents.reopen(by=town.dispatcher, at=START + minutes(119), incident=back, text="It is back.")
    false = ground.report(at=START + minutes(200))
    incidents.call_false(
        by=town.dispatcher, at=START + minutes(203), incident=false, text="A broken gauge."
    )
    up = ground.verified(at=START + minutes(300))
    incidents.raise_tier(by=town.dispatcher, at=START + minutes(304), incident=up, text="Too big.")


def test_the_families_say_what_happened(ground: Ground) -> None:
    busy(ground)
    handled, time = cells("incidents_handled_by_city")[()], cells("incidents_time_by_city")[()]
    ratio = cells("incidents_ratio_by_city")[()]
    assert (handled["opened"], handled["closed"]) == (4, 1)
    assert (handled["returns"], handled["reopenings"]) == (1, 1)
    assert (time["detect"], time["accept"], time["handle"]) == (120, 60, 1200)
    assert ratio["in_time"] == [1, 1]
    assert ratio["sent_back"] == [1, 2]
    assert ratio["false"] == [1, 2]
    assert ratio["sensor_first"] == [1, 4]
    assert ratio["stayed"] == [1, 1] and ratio["lowest"] == [0, 1]
    assert cells("incidents_handled_by_unit")[("roads",)]["closed"] == 1
    assert cells("incidents_handled_by_tier")[(3,)]["opened"] == 1
    assert cells("incidents_handled_by_month")[("2026-11",)]["opened"] == 4
    kept = cells("incident_steps_by_state")[("dispatched",)]
    assert kept["kept"] == [3, 3]


def test_cost_is_a_mean_of_what_is_known(ground: Ground) -> None:
    from decimal import Decimal

    for n, cost in enumerate((100, 250, None)):
        one = ground.closed(at=START + minutes(60 * n))
        if cost is not None:
            incidents.tell_cost(
                by=ground.town.dispatcher, at=START + minutes(60 * n + 30), incident=one,
                cost=Decimal(cost),
            )  # fmt: skip
    value = cells("incidents_value_by_city")[()]
    assert (value["cost"], value["costs"], value["costed"]) == ([350, 2], 350, 2)


def test_a_resident_who_was_first_is_not_a_sensor(ground: Ground) -> None:
    problem = ground.town.report(at=START - minutes(30))
    ground.report(
        source="alarm", source_key="b", sensed_at=START - minutes(8), by=None,
        matters=[problem.case],
    )  # fmt: skip
    assert cells("incidents_by_source") == {("people",): {"opened": 1}}


@pytest.mark.parametrize("by", ["", "city", "unit", "tier", "kind", "district", "month", "x'"])
def test_the_page_shows_every_division(
    ground: Ground, client: Client, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    busy(ground)
    monkeypatch.setattr("veche.clock.now", lambda: LATER)
    for language in ("en", "ru", "zh-hans") if by == "unit" else ("en",):
        page = client.get(f"/{language}/dispatch/evaluation/", {"by": by})
        assert page.status_code == 200
        assert 'id="t-ratio"' in page.content.decode()
    table = client.get("/en/dispatch/evaluation/evaluation.csv", {"by": by}).content.decode()
    assert "ratio," in table and "sensor_first" in table


def test_the_codes_of_the_standard_are_a_page_and_a_table(ground: Ground, client: Client) -> None:
    assert client.get("/en/dispatch/evaluation/iso-37120/").status_code == 200
    table = client.get("/en/dispatch/evaluation/iso-37120.csv").content.decode()
    assert table.count("\n") == len(MAPPED) + 1
    named = {f"{f.name}/{m.name}" for f in FIGURES for m in f.measures}
    for one in MAPPED:
        assert one.theme_number in THEMES and one.kind in KINDS
        assert "/" not in one.indicator or one.indicator in named


def test_every_vital_sign_that_is_mapped_exists() -> None:
    from veche.city.pulse.class_files import classes

    known = {one["code"] for one in classes()}
    assert {one.indicator for one in MAPPED if "/" not in one.indicator} <= known
