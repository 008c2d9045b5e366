"""What is published of dispatch verifies, hides what is not public, and a drill leaves no trace."""

from __future__ import annotations

import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path

from django.db import connection, transaction

from tests.cast import START
from tests.city.dispatch.conftest import Ground, minutes
from veche.city.dispatch import datasets as mine
from veche.city.dispatch.operations import incidents
from veche.city.dispatch.operations.afteraction import hold_review, open_review
from veche.city.dispatch.operations.lessons import add_lesson
from veche.city.dispatch.operations.packets import sweep
from veche.core.opendata import publish, verifier

CITY = {"en": "Zarechye", "ru": "Заречье", "zh": "河湾"}
LATER = START + dt.timedelta(days=40)


def published(folder: Path, at: dt.datetime = LATER) -> Path:
    """The open data at a moment."""
    folder.mkdir()
    with transaction.atomic(), connection.cursor() as cursor:
        publish.write(
            cursor, folder, datasets=mine.DATASETS, figures=mine.FIGURES, at=at, city=CITY
        )
    return folder


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of one file."""
    with (folder / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def contents(folder: Path) -> dict[str, bytes]:
    """Every row and every figure, byte by byte."""
    files = [*folder.glob("data/*"), *folder.glob("figures/*")]
    return {str(one.relative_to(folder)): one.read_bytes() for one in files}


def test_incidents_are_published_and_verify(ground: Ground, tmp_path: Path) -> None:
    one = ground.closed(people=3, sensed_at=START - minutes(5), source="alarm", source_key="a:1")
    many = ground.closed(at=START + minutes(60), people=700)
    ground.closed(kind=ground.secret, at=START + minutes(90), lead=ground.town.roads)
    sweep(at=LATER - dt.timedelta(days=1))
    folder = published(tmp_path / "out")
    checked = verifier.verify_publication(folder)
    assert checked["ok"], checked["first_difference"]
    found = {row["number"]: row for row in rows(folder, "incidents")}
    assert set(found) == {one.case.number, many.case.number}
    first, second = found[one.case.number], found[many.case.number]
    assert (first["detect_seconds"], first["accept_seconds"]) == ("420", "60")
    assert (first["found_by"], second["found_by"]) == ("sensor", "people")
    assert (first["people"], second["people"]) == ("", "700")
    assert (first["lead"], first["place"], first["handle_seconds"]) == ("roads", "west", "1200")
    steps = [row["move"] for row in rows(folder, "incident_steps")
             if row["number"] == one.case.number]  # fmt: skip
    assert steps == ["report", "verify", "dispatch", "accept", "say_done", "close"]
    assert {row["unit"] for row in rows(folder, "packets")} >= {"roads", "tier-1", "tier-3"}
    text = b"".join(contents(folder).values()).decode()
    assert "cellar" not in text and "secret" not in text


def test_a_drill_changes_no_byte(ground: Ground, tmp_path: Path) -> None:
    ground.closed()
    sweep(at=LATER - dt.timedelta(days=16))
    before = contents(published(tmp_path / "before"))
    drill = ground.closed(at=START + minutes(30), drill=True, sensed_at=START, people=50)
    ground.dispatched(at=START + minutes(35), drill=True)
    incidents.tell_cost(
        by=ground.town.dispatcher, at=START + minutes(55), incident=drill, cost=Decimal(100)
    )
    review = open_review(by=ground.town.dispatcher, at=START + minutes(60), incident=drill)
    add_lesson(
        by=ground.town.dispatcher,
        at=START + minutes(61),
        review=review,
        organisation=ground.town.roads,
        text="Keep a pump in the west.",
        due_on=(START + dt.timedelta(days=3)).date(),
    )
    hold_review(
        by=ground.town.dispatcher, at=START + minutes(62), review=review,
        summary="The crew came in time and had no pump.",
    )  # fmt: skip
    after = contents(published(tmp_path / "after"))
    assert after == before
    sweep(at=LATER - dt.timedelta(days=2))
    for row in rows(published(tmp_path / "later"), "packets"):
        assert row["late_steps"] == "0" or row["since_datetime"] < "2026-11-17"
        assert row["followups"] == "0" or row["late_steps"] != "0"
