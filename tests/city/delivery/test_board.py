"""The board: each promise stands in one place, and every sum is one of what stands there."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cast import SmallTown, small_town
from tests.city.delivery import fates
from tests.city.delivery.promises import DAY, on, with_steps
from veche import clock, kept
from veche.city.delivery import datasets as mine
from veche.city.delivery import demo_strategy
from veche.city.delivery.models import Goal, Promise
from veche.city.delivery.operations.steps import explain_step, postpone_step
from veche.city.delivery.queries import board
from veche.core.cases.models import Case
from veche.core.opendata import publish, verifier
from veche.core.places.queries import atlas
from veche.town.strategy import CODE

pytestmark = pytest.mark.django_db
CITY = {"en": "Zarechye", "ru": "Заречье", "zh": "河湾"}
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> SmallTown:
    """The small town, at the moment of the board."""
    monkeypatch.setattr(clock, "now", lambda: fates.NOW)
    kept.forget()
    return small_town()


def titles(text: str) -> list[str]:
    """The promises of a list, as they follow each other."""
    return re.findall(r'row-title"[^>]*>([^<]+)<', text)


def test_every_promise_stands_in_one_place(town: SmallTown) -> None:
    fates.tell(town)
    found = board.counts(fates.NOW)
    assert (found.kept, found.on_time, found.late, found.broken) == (2, 1, 1, 1)
    assert (found.under_way, found.acceptance, found.unconfirmed, found.replaced) == (2, 1, 1, 0)
    assert found.all == Promise.objects.count() == 8
    assert board.home_counts(fates.NOW) == found


def test_by_office_and_district(town: SmallTown) -> None:
    fates.tell(town)
    found = board.board(board.Filter(), fates.NOW, atlas())
    lines = {office.code: line for office, line in found.offices}
    assert {code: line.count for code, line in lines.items()} == {"roads": 7, "lights": 1}
    assert {place.code: line.count for place, line in found.districts} == {"west": 7, "east": 1}
    assert found.total.share == pytest.approx(1 / 5)
    assert (found.total.planned, found.total.spent) == (Decimal("120.25"), Decimal(80))
    assert lines["lights"].share is None
    east = board.board(board.Filter(place=town.east), fates.NOW, atlas())
    assert east.total.groups["late"] == east.matching == 1
    lights = board.board(board.Filter(office="lights"), fates.NOW, atlas())
    assert lights.matching == 1 and len(lights.offices) == 2


def test_a_later_date_never_hides_lateness(town: SmallTown) -> None:
    promise, (step,) = with_steps(town, 20)
    at = fates.NOW - DAY
    explain_step(by=town.officer, at=at, case=step.case, text="It rained all the time.")
    postpone_step(by=town.officer, at=at, case=step.case, due_on=on(200), text="Until it is dry.")
    (row,) = board.page_of(board.Filter(), fates.NOW, atlas())
    assert (row.promise.pk, row.group, row.days) == (promise.pk, "late", 20)


def test_the_page_filters(town: SmallTown) -> None:
    fates.tell(town)
    visitor = Client()

    def shown(query: str) -> list[str]:
        answer = visitor.get(f"/en/promises/{query}")
        assert answer.status_code == 200
        return titles(answer.content.decode())

    assert len(shown("")) == 8
    assert shown("?show=late") == ["Late by twenty days"]
    assert shown("?place=east") == ["Late by twenty days"]
    assert shown("?office=lights") == ["Steps are being written"]
    assert sorted(shown("?show=kept")) == ["Kept by its date", "Kept, but late"]
    assert shown("?show=broken&place=east") == []
    assert len(shown("?show=nonsense&place=%00&office=&page=999999999")) == 8


def test_what_was_hidden_is_on_no_board(town: SmallTown) -> None:
    made = fates.tell(town)
    Case.objects.filter(pk=made["late"].pk).update(hidden_at=fates.NOW)
    assert board.counts(fates.NOW).late == 0
    for page in ("", "promises.csv", "feed.atom"):
        answer: Any = Client().get(f"/en/promises/{page}")
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert "Late by twenty days" not in body.decode(), page


def test_the_table_and_the_feed(town: SmallTown) -> None:
    fates.tell(town)
    answer: Any = Client().get("/en/promises/promises.csv?show=late")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    told = (row["stands"], row["office"], row["territory"], row["days_late"], row["planned"])
    assert told == ("late", "roads", "east", "20", "120.25")
    feed = Client().get("/ru/promises/feed.atom")
    assert feed["Content-Type"].startswith("application/atom+xml")
    root = ElementTree.fromstring(feed.content)
    entries = root.findall(f"{ATOM}entry")
    assert len(entries) == 8
    moments = [entry.findtext(f"{ATOM}updated") for entry in entries]
    assert moments == sorted(moments, key=str, reverse=True)
    assert root.findtext(f"{ATOM}updated") == moments[0]


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
def test_the_board_asks_little(town: SmallTown, language: str) -> None:
    fates.tell(town)
    with CaptureQueriesContext(connection) as few:
        assert Client().get(f"/{language}/promises/").status_code == 200
    assert len(few) <= 10, [query["sql"][:90] for query in few]


def test_many_promises_are_summed_once_a_minute(
    town: SmallTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    fates.tell(town)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert Client().get("/en/promises/").status_code == 200
        return sum("delivery_amount" in query["sql"] for query in queries)

    assert (asked(), asked()) == (2, 2)
    monkeypatch.setattr(board, "LARGE", 8)
    assert (asked(), asked()) == (2, 1)
    kept.forget()


def test_each_row_says_where_it_stands(town: SmallTown) -> None:
    made = fates.tell(town)
    rows = {row.promise.pk: row for row in board.page_of(board.Filter(), fates.NOW, atlas())}
    states = {name: rows[promise.pk].state for name, promise in made.items()}
    assert states["drafted"] == "promise-drafted" and states["slow"] == "promise-kept"
    assert states["late"] == "promise-late" and states["acceptance"] == "promise-acceptance"
    assert rows[made["slow"].pk].ended_on == on(9) and rows[made["late"].pk].ended_on is None


def test_an_empty_board_says_so(town: SmallTown) -> None:
    assert "Nothing was promised yet" in Client().get("/en/promises/").content.decode()
    assert board.home_counts(fates.NOW) is None


def test_what_is_published_is_what_the_board_says_and_verifies(
    town: SmallTown, tmp_path: Path
) -> None:
    demo_strategy.load(at=fates.NOW)
    made = fates.tell(town)
    Promise.objects.filter(pk=made["late"].pk).update(goal=Goal.objects.get(code="1.1.1"))
    with transaction.atomic(), connection.cursor() as cursor:
        publish.write(
            cursor, tmp_path, datasets=mine.DATASETS, figures=mine.FIGURES, at=fates.NOW, city=CITY
        )
    checked = verifier.verify_publication(tmp_path)
    assert checked["ok"], checked["first_difference"]

    def rows(name: str) -> list[dict[str, str]]:
        text = (tmp_path / "data" / f"{name}.csv").read_text(encoding="utf-8")
        return list(csv.DictReader(io.StringIO(text)))

    found = board.board(board.Filter(), fates.NOW, atlas())
    stands = [row["stands"] for row in rows("promises")]
    assert {name: stands.count(name) for name in board.GROUPS} == found.total.groups
    assert sum(Decimal(row["planned"]) for row in rows("promises")) == found.total.planned
    assert sum(row["on_time"] == "true" for row in rows("promises") if row["stands"] == "kept") == 1
    (late,) = (row for row in rows("promises") if row["stands"] == "late")
    assert (late["strategy"], late["goal"]) == (CODE, "1.1.1")
    assert len(rows("promise_amounts")) == 3 and len(rows("promise_steps")) == 7
    goals = rows("strategy_goals")
    assert len(goals) == 61 and sum(row["counts"] == "true" for row in goals) == 40
    assert {row["reason"] for row in rows("delivery_changes") if row["strategy"]} != set()
    text = "".join(path.read_text() for path in (tmp_path / "data").glob("*.csv"))
    for person in (town.resident, town.neighbour, town.officer):
        assert str(person.email) not in text
    head = {column.name for dataset in mine.DATASETS for column in dataset.columns}
    assert not head & {"person", "by", "author", "why"}
