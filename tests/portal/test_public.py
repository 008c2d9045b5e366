"""The red list and the score cards: what stands there, what is counted, what is published."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from tests.cast import START, SmallTown, small_town

from veche import clock, module
from veche.city.problems import operations
from veche.city.problems.models import Problem
from veche.city.problems.operations.satisfaction import rate
from veche.core.cases.operations import climb, set_climb_step
from veche.core.opendata import publish, verifier
from veche.core.people.operations import add_person
from veche.portal.public import red_list, scorecards

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
WORDS = "The hole was filled and rolled."
NOW = START + 40 * DAY


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> SmallTown:
    made = small_town()
    for level, (days, role) in enumerate(((0, "head"), (2, "controller"), (5, "")), 1):
        set_climb_step(by=None, at=START, level=level, days=days, role=role)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return made


def accepted(town: SmallTown, **more: Any) -> Problem:
    problem = town.report(**more)
    operations.accept(by=town.moderator, at=more.get("at", START) + HOUR, case=problem.case)
    problem.refresh_from_db()
    return Problem.objects.select_related("case").get(pk=problem.pk)


def live(town: SmallTown) -> Problem:
    """One answered in time and confirmed, one late and returned, one overdue, one disputed."""
    good = accepted(town).case
    good = operations.answer(by=town.officer, at=START + 2 * DAY, case=good, text=WORDS)
    operations.confirm(by=town.resident, at=START + 3 * DAY, case=good)
    late = accepted(town).case
    late = operations.answer(by=town.officer, at=START + 12 * DAY, case=late, text=WORDS)
    operations.send_back(by=town.resident, at=START + 13 * DAY, case=late, text="Still a hole.")
    overdue = accepted(town, text="The bridge over the canal shakes when a bus passes.")
    disputed = accepted(town).case
    disputed = operations.hand_back(
        by=town.officer, at=START + DAY, case=disputed, reason="other-office",
        text="This is a street lamp, not a road.", proposed=town.lights,
    )  # fmt: skip
    operations.reassign(
        by=town.dispatcher, at=START + DAY + HOUR, case=disputed, organisation=town.lights
    )
    climb(by=None, at=NOW)
    return overdue


def test_an_empty_list_says_so(town: SmallTown) -> None:
    page = Client().get("/en/red-list/").content.decode()
    assert "No promise is so long overdue" in page
    assert Client().get("/en/red-list.atom").status_code == 200


def test_what_climbed_to_the_public_stands_there_until_it_is_answered(town: SmallTown) -> None:
    overdue = live(town)
    rows = {row.number: row for row in red_list.listed(NOW)}
    row = rows[overdue.case.number]
    assert row.days == (NOW.date() - (START + 8 * DAY).date()).days
    page = Client().get("/en/red-list/").content.decode()
    assert "The bridge over the canal shakes" in page and overdue.case.number in page
    answer = Client().get("/en/red-list.csv?office=roads")
    body = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    found = {one["service_request_id"]: one for one in csv.DictReader(io.StringIO(body))}
    assert int(found[overdue.case.number]["days_late"]) == row.days
    assert overdue.case.number in Client().get("/en/red-list.atom").content.decode()
    overdue.case.refresh_from_db()
    operations.answer(by=town.officer, at=NOW, case=overdue.case, text=WORDS)
    assert overdue.case.number not in {row.number for row in red_list.listed(NOW)}


def test_hidden_words_do_not_stand_on_the_list(town: SmallTown) -> None:
    overdue = live(town)
    type(overdue.case).objects.filter(pk=overdue.case_id).update(hidden_at=NOW)
    page = Client().get("/en/red-list/").content.decode()
    assert overdue.case.number in page and "The bridge over the canal" not in page
    assert "The bridge over the canal" not in Client().get("/en/red-list.atom").content.decode()


@pytest.mark.parametrize("year", [None, 2026, 2027])
def test_every_number_of_a_card_is_a_published_figure(
    town: SmallTown, tmp_path: Path, year: int | None
) -> None:
    live(town)
    found = scorecards.cards(NOW, year)
    target = tmp_path / "out"
    target.mkdir()
    with transaction.atomic(), connection.cursor() as cursor:
        publish.write(
            cursor, target, datasets=module.datasets(), figures=module.figures(), at=NOW,
            city={"en": "Town", "ru": "Город", "zh": "城"},
        )  # fmt: skip
    checked = verifier.verify_publication(target)
    assert checked["ok"], checked
    published: dict[str, dict[str, Any]] = {}
    for name in (
        "problems",
        "problem_disputes",
        "problem_prolongations",
        "problem_overdue",
        "came_back",
    ):
        figure = f"{name}_by_office" + ("_and_year" if year else "")
        told = json.loads((target / "figures" / f"{figure}.json").read_text(encoding="utf-8"))
        names = [m["name"] for m in told["definition"]["measures"]]
        for cell in told["cells"]:
            office, *when = cell["group"]
            if office and (not year or when == [str(year)]):
                values = dict(zip(names, cell["values"], strict=True))
                published.setdefault(office, {}).update(values)
    cards = {card.office.code: card for card in found.rows if card.office}
    assert published.keys() == cards.keys()
    assert year == 2027 or {"roads", "lights"} == cards.keys()
    for code, card in cards.items():
        for name in {*scorecards.SPEED, *scorecards.QUALITY} - UNPUBLISHED:
            told_value = published[code].get(name)
            assert card.values.get(name) == (told_value or (None if told_value is None else 0)) or (
                not card.values.get(name) and not told_value
            ), (code, name)


UNPUBLISHED = {"satisfied"}
"""Of persons: published as cells of at least five."""


def test_satisfaction_is_told_from_five_authors_on(town: SmallTown) -> None:
    for number in range(5):
        author = add_person(by=None, at=START, name="A", email=f"author-{number}@example.org")
        case = accepted(town, by=author).case
        case = operations.answer(by=town.officer, at=START + 2 * DAY, case=case, text=WORDS)
        case = operations.confirm(by=author, at=START + 3 * DAY, case=case)
        rate(by=author, at=START + 3 * DAY, case=case, score=5)
        share = scorecards.cards(NOW).of(town.roads).values.get("satisfied")
        assert share == (1.0 if number == 4 else None)
    assert scorecards.cards(NOW, 2026).of(town.roads).values.get("satisfied") is None


def test_cards_are_of_the_last_days_where_nothing_is_chosen(town: SmallTown) -> None:
    live(town)
    later = NOW + dt.timedelta(days=scorecards.LATELY)
    assert (
        scorecards.cards(NOW, lately=True).total.values["received"]
        == (scorecards.cards(NOW).total.values["received"])
    )
    found = scorecards.cards(later, lately=True)
    assert (
        found.total.values["received"]
        == 0
        < (scorecards.cards(later).total.values["received"] or 0)
    )
    assert not found.total.values["said"] and scorecards.cards(later).total.values["said"]
    page = Client().get("/en/offices/").content.decode()
    assert '<option value="">the last 90 days' in page
    assert '<option value="all" selected' in Client().get("/en/offices/?year=all").content.decode()


def test_pages_show_speed_and_quality_apart(town: SmallTown) -> None:
    live(town)
    roads = scorecards.cards(NOW).of(town.roads)
    assert (roads.values["answered_in_time"], roads.values["answered_late"]) == (1, 1)
    assert roads.values["said"] == 1 and roads.values["routing_wrong"] == 1
    assert roads.in_time == 0.5
    for language in ("en", "ru", "zh-hans"):
        for path in ("offices/", "offices/?year=2026", "offices/roads/", "offices.csv",
                     "offices/roads/?year=2026", "red-list/?office=roads"):  # fmt: skip
            assert Client().get(f"/{language}/{path}").status_code == 200, path
    page = Client().get("/en/offices/roads/").content.decode()
    assert "50%" in page and "on the red list" in page
    assert Client().get("/en/offices/nobody/").status_code == 404
    head, *rows = Client().get("/en/offices.csv").content.decode("utf-8-sig").splitlines()
    assert head.startswith("office,office_name,received") and rows[-1].startswith("*,")
