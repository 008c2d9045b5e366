"""What is published of problems verifies, keeps quiet where it must, follows from the steps."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections import defaultdict
from pathlib import Path

import pytest
from django.db import connection, transaction

from tests.cast import START, SmallTown, small_town
from veche import module
from veche.city.problems import operations
from veche.city.problems.bulk.imports import import_problems
from veche.city.problems.imports.mapping import read_mapping
from veche.city.problems.queries.statistics import statistics_json
from veche.core.opendata import publish, verifier

AT = START + dt.timedelta(days=30)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
CITY = {"en": "Zarechye", "ru": "Заречье", "zh": "河湾"}

pytestmark = pytest.mark.django_db


def live(town: SmallTown, folder: Path) -> None:
    """One problem confirmed, one answered late, one late, one not moderated, one imported."""
    for days, confirmed in ((2, True), (12, False), (None, False)):
        case = town.report().case
        operations.accept(by=town.moderator, at=START + HOUR, case=case)
        if days is None:
            continue
        operations.answer(
            by=town.officer, at=START + days * DAY, case=case, text="It was filled today."
        )
        if confirmed:
            operations.confirm(by=town.resident, at=START + (days + 1) * DAY, case=case)
    town.report(text="My neighbour is called Ivan Secret.")
    file = folder / "their.csv"
    file.write_text("id,latitude,longitude,opened,status\n7,53,27,2020-01-01,closed\n")
    import_problems(by=None, at=AT, file=file, mapping=read_mapping(None, "their"))


def published(folder: Path) -> Path:
    with transaction.atomic(), connection.cursor() as cursor:
        target = folder / "out"
        target.mkdir()
        publish.write(
            cursor, target, datasets=module.datasets(), figures=module.figures(), at=AT, city=CITY
        )
    return target


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def figure(folder: Path, name: str) -> dict[str, object]:
    found = json.loads((folder / "figures" / f"{name}.json").read_text(encoding="utf-8"))
    names = [m["name"] for m in found["definition"]["measures"]]
    (cell,) = found["cells"]
    return dict(zip(names, cell["values"], strict=True))


def test_what_is_published_verifies_and_agrees_with_its_steps(tmp_path: Path) -> None:
    live(small_town(), tmp_path)
    folder = published(tmp_path)
    assert verifier.verify_publication(folder)["ok"]
    problems = {row["service_request_id"]: row for row in rows(folder, "problems")}
    steps = defaultdict(list)
    for step in rows(folder, "problem_steps"):
        steps[step["service_request_id"]].append(step)
    assert problems.keys() == steps.keys() and len(problems) == 5
    for number, told in steps.items():
        row = problems[number]
        assert [int(step["step"]) for step in told] == list(range(1, len(told) + 1))
        assert row["status_notes"] == told[-1]["to_state"]
        assert row["updated_datetime"] == told[-1]["datetime"]
        for column, moves in (
            ("accepted_datetime", ("accept", "pass")),
            ("assigned_datetime", ("route", "assign")),
            ("answered_datetime", ("answer", "refuse")),
            ("confirmed_datetime", ("confirm",)),
        ):
            first = [step["datetime"] for step in told if step["move"] in moves]
            assert row[column] == (first[0] if first else ""), column


def test_figures_of_our_own_work_leave_imports_out_and_add_nothing_together(
    tmp_path: Path,
) -> None:
    live(small_town(), tmp_path)
    found = figure(published(tmp_path), "problems")
    assert found["received"] == 4
    assert (found["answered_in_time"], found["answered_late"], found["late_now"]) == (
        1,
        1,
        1,
    )
    assert (found["confirmed"], found["unconfirmed"], found["refused"]) == (1, 0, 0)
    assert (found["moderated_in_time"], found["moderated_late"]) == (3, 1)
    assert found["answer_median"] == 2 * 86_400
    assert found["solution_median"] == 3 * 86_400
    page = statistics_json(AT)["total"]
    shared = page.keys() & found.keys()
    assert page.keys() <= found.keys()  # every number of the page is published
    assert {name: found[name] for name in shared} == {name: page[name] for name in shared}


def test_words_and_place_wait_for_the_moderator(tmp_path: Path) -> None:
    live(small_town(), tmp_path)
    folder = published(tmp_path)
    assert "Ivan" not in (folder / "data" / "problems.csv").read_text(encoding="utf-8")
    (unread,) = [r for r in rows(folder, "problems") if r["status_notes"] == "moderation"]
    assert (unread["description"], unread["address"], unread["lat"]) == ("", "", "")
    assert unread["district"]
