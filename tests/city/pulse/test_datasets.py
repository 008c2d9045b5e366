"""What is published of the pulse verifies, is what the page shows, and hides what is not public."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from django.db import connection, transaction

from tests.cast import START, SmallTown
from tests.city.pulse.signs import indicator, minutes, read, source, stream
from veche.city.pulse import datasets as mine
from veche.city.pulse.operations import alarms, reckoning
from veche.core.opendata import publish, verifier

pytestmark = pytest.mark.django_db
CITY = {"en": "Zarechye", "ru": "Заречье", "zh": "河湾"}


def published(folder: Path) -> Path:
    """The open data an hour later."""
    target = folder / "out"
    target.mkdir()
    with transaction.atomic(), connection.cursor() as cursor:
        publish.write(
            cursor, target, datasets=mine.DATASETS, figures=mine.FIGURES, at=minutes(60), city=CITY
        )
    return target


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of one file."""
    with (folder / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_signs_and_warnings_are_published_and_verify(town: SmallTown, tmp_path: Path) -> None:
    air = source(town)
    indicator(digits=0)
    indicator(code="secret", public=False)
    read(stream(air, town.west), START, 50.4)
    read(stream(air, town.east), START, 250)
    reckoning.reckon(by=None, at=START)
    alarms.raise_alarm(
        by=None, at=START, rule="x", territory=town.west, level="critical", drill=True
    )
    folder = published(tmp_path)
    checked = verifier.verify_publication(folder)
    assert checked["ok"], checked["first_difference"]
    assert [row["code"] for row in rows(folder, "indicators")] == ["dust"]
    signs = {(r["indicator"], r["place"]): (r["value"], r["state"]) for r in
             rows(folder, "vital_signs")}  # fmt: skip
    assert {key: (float(v), s) for key, (v, s) in signs.items()} == {
        ("dust", "west"): (50.0, "normal"),
        ("dust", "east"): (250.0, "warning"),
    }
    warned = rows(folder, "warnings")
    assert [(r["indicator"], r["place"], r["level"]) for r in warned] == [
        ("dust", "east", "warning")
    ]
