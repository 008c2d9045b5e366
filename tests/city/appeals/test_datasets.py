"""What is published of letters, corrections and objects verifies and tells of nobody."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from django.db import connection, transaction
from django.test import Client

from tests.cast import START
from tests.city.appeals.cast import DAY, HOUR, Letters
from veche.city.appeals import datasets as mine
from veche.city.appeals import operations as appeals
from veche.city.appeals.queries.lists import tally
from veche.core.opendata import publish, verifier
from veche.core.places import datasets as places
from veche.core.places.rules import folded

AT = START + 60 * DAY
CITY = {"en": "Zarechye", "ru": "Заречье", "zh": "河湾"}


def live(made: Letters) -> None:
    """Letters of every fate, three of them private, and two corrections."""
    town = made.town
    case = appeals.accept(by=town.moderator, at=START + HOUR, case=made.write().case)
    case = appeals.answer(by=town.officer, at=START + 2 * DAY, case=case, text="Painted in May.")
    appeals.rate(by=town.resident, at=START + 3 * DAY, case=case, satisfaction="yes")
    late = appeals.accept(by=town.moderator, at=START + HOUR, case=made.write().case)
    appeals.answer(by=town.officer, at=START + 40 * DAY, case=late, text="Sorry, only now.")
    appeals.accept(by=town.moderator, at=START + HOUR, case=made.write(kind="thanks").case)
    appeals.accept(by=town.moderator, at=START + HOUR, case=made.write().case)
    made.write(text="My neighbour is called Ivan Unread.")
    for _n in range(3):
        made.write(public=False, text="Of Pyotr Secret to the office alone.", at=START + DAY)
    fix = made.propose("gone", note="I am Vera Noted and live there.")
    appeals.keep(
        by=made.registrar, at=START + DAY, case=fix.case, reason="not-so", text="It is there."
    )
    fix = made.propose("missing", longitude=49.3, latitude=53.5)
    appeals.repair(by=made.registrar, at=START + DAY, case=fix.case)


def published(folder: Path) -> Path:
    target = folder / "out"
    target.mkdir()
    with transaction.atomic(), connection.cursor() as cursor:
        publish.write(
            cursor,
            target,
            datasets=(*places.DATASETS, *mine.DATASETS),
            figures=(*places.FIGURES, *mine.FIGURES),
            at=AT,
            city=CITY,
        )
    return target


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_figures_are_those_of_the_page_and_verify(made: Letters, tmp_path: Path) -> None:
    live(made)
    folder = published(tmp_path)
    checked = verifier.verify_publication(folder)
    assert checked["ok"], checked["first_difference"]
    letters = rows(folder, "letters")
    seen = tally(AT)
    assert len(letters) == seen.received == 5
    answered = [row for row in letters if row["state"] in ("answered", "rated", "unrated")]
    assert len(answered) == seen.answered == 2
    assert seen.in_time == 1 and seen.late_now == 1 and seen.passed_on == 1
    assert seen.rated == {"yes": 1, "partly": 0, "no": 0}


def test_nobody_is_told_of(made: Letters, tmp_path: Path) -> None:
    live(made)
    folder = published(tmp_path)
    whole = "".join(
        path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file()
    )
    for name in ("Ivan Unread", "Pyotr Secret", "Vera Noted", "resident@example.org"):
        assert name not in whole
    assert not (folder / "data" / "private_letters.csv").exists()
    # Three private letters are fewer than five: neither the publication nor the page counts them.
    assert tally(AT).private is None
    figures = [json.loads(p.read_text()) for p in folder.rglob("private_letters_by_kind*.json")]
    assert figures and '"values": [3]' not in json.dumps(figures)


def test_the_rows_of_objects_follow_from_their_changes(made: Letters, tmp_path: Path) -> None:
    live(made)
    folder = published(tmp_path)
    told: dict[tuple[str, str], list[tuple[dict[str, object], dict[str, object]]]] = {}
    for row in rows(folder, "object_changes"):
        key = (row["kind"], row["identifier"])
        told.setdefault(key, []).append((json.loads(row["before"]), json.loads(row["after"])))
    for row in rows(folder, "objects"):
        kept = folded(told[row["kind"], row["identifier"]])
        assert (kept["owner"] or "") == row["owner"]
        assert kept["territory"] == row["territory"]


def test_the_pages_of_open_data_show_them(made: Letters, client: Client) -> None:
    live(made)
    page = client.get("/en/opendata/").content.decode()
    for name in ("Letters to the city", "Corrections of the registry", "Objects of the city"):
        assert name in page
