"""What is published of modes and command, and what a person is given of it."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest
from django.db import connection, transaction

from tests.cast import START, SmallTown
from tests.city.dispatch.conftest import Ground, minutes
from veche.city.dispatch import datasets_modes, personal
from veche.city.dispatch.models import IncidentEntry
from veche.city.dispatch.operations import command, modes, seconding
from veche.core.opendata import publish, verifier

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
WHY = "The river has come over the dam."
CITY = {"en": "Zarechye", "ru": "Заречье", "zh": "河湾"}


@pytest.fixture
def town(ground: Ground) -> SmallTown:
    """A town in which the head of the roads office commands and has entered level 4."""
    town = ground.town
    ground.report()
    command.name_commander(
        by=town.mayor, at=START, person=town.head, powers=["modes", "seconding"], reason=WHY,
        until=START + 48 * HOUR,
    )  # fmt: skip
    made = modes.enter_mode(
        by=town.head, at=START + HOUR, territory=town.city, level=4, reason=WHY,
        until=START + 9 * HOUR,
    )  # fmt: skip
    modes.enter_mode(
        by=town.mayor, at=START + HOUR, territory=town.west, level=5, reason="We rehearse.",
        until=START + 9 * HOUR, drill=True,
    )  # fmt: skip
    modes.extend_mode(
        by=town.mayor, at=START + 2 * HOUR, mode=made.pk, until=START + 12 * HOUR, reason=WHY
    )
    seconding.second(
        by=town.head, at=START + HOUR, person=town.light_officer, origin=town.lights,
        role="dispatcher", territory=town.west, until=START + 20 * HOUR, reason=WHY,
    )  # fmt: skip
    return town


def published(folder: Path, at: dt.datetime) -> Path:
    """The open data at a moment, verified."""
    target = folder / f"out-{at:%H}"
    target.mkdir()
    with transaction.atomic(), connection.cursor() as cursor:
        publish.write(
            cursor, target, datasets=datasets_modes.DATASETS, figures=(), at=at, city=CITY
        )
    checked = verifier.verify_publication(target)
    assert checked["ok"], checked["first_difference"]
    return target


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of one file."""
    with (folder / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_modes_and_acts_are_published_and_verify(town: SmallTown, tmp_path: Path) -> None:
    """As things stood at each moment; roles and offices, no names; of drills nothing."""
    early = published(tmp_path, START + HOUR)
    (one,) = rows(early, "city_modes")
    assert (one["place"], one["level"], one["entered_as"]) == ("town", "4", "commander")
    assert one["until_datetime"].startswith("2026-11-16T15:00")
    assert one["ended_datetime"] == ""
    late = published(tmp_path, START + 13 * HOUR)
    (one,) = rows(late, "city_modes")
    assert one["until_datetime"] == one["ended_datetime"]
    assert one["ended_datetime"].startswith("2026-11-16T18:00")
    acts = [(row["kind"], row["what"], row["office"]) for row in rows(late, "command_acts")]
    assert acts == [
        ("named", "", "roads"),
        ("acted", "mode-entered", "roads"),
        ("seconded", "dispatcher", "roads"),
    ]
    written = "".join(path.read_text() for path in late.rglob("*.csv"))
    for word in ("rehearse", town.head.name, town.mayor.name, town.light_officer.name):
        assert word not in written


def test_a_person_is_given_what_they_did_and_were(town: SmallTown) -> None:
    """The commander their command and acts, the lent officer the secondment."""
    mine = personal.collect(town.head)
    assert [one["did"] for one in mine["modes"]] == ["entered"]
    assert mine["commands"][0]["powers"] == ["modes", "seconding"]
    lent = personal.collect(town.light_officer)
    assert [one["office"] for one in lent["secondments"]] == ["lights"]
    assert "modes" not in lent


def test_the_log_of_an_incident_says_the_change_and_why(town: SmallTown) -> None:
    """From which level to which, with the reason; that of a drill is in no real log."""
    entry = IncidentEntry.objects.get(kind="mode")
    assert (entry.text, entry.details["before"], entry.details["level"]) == (WHY, 1, 4)
    assert entry.at == START + HOUR > START + minutes(1)
