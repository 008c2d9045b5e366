"""The page and the commands of terms and working days."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path

import pytest
from django.test import Client
from tests.cast import START, SmallTown, small_town

from veche.core.cases import commands
from veche.core.cases import operations as cases
from veche.core.cases.access import OnlyAdministrators
from veche.core.cases.models import CalendarDay, ClimbStep, TermRule
from veche.core.cases.rules import Unit
from veche.core.organisations.operations import appoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> SmallTown:
    return small_town()


def administrator(town: SmallTown) -> Client:
    appoint(by=None, at=START - dt.timedelta(days=900), person=town.neighbour,
            role="administrator", territory=town.city)  # fmt: skip
    client = Client()
    client.force_login(town.neighbour)
    return client


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
def test_everybody_reads_and_nobody_else_sets(town: SmallTown, language: str) -> None:
    client = Client()
    assert client.get(f"/{language}/cases/terms/").status_code == 200
    assert client.post(f"/{language}/cases/terms/", {"set": "day"}).status_code == 403
    assert b"problem,work,,8,calendar_days" in client.get("/en/cases/terms.csv").content
    assert client.get("/en/cases/calendar.csv").status_code == 200


def test_an_administrator_sets_a_term_a_day_and_a_level(town: SmallTown) -> None:
    client = administrator(town)
    term = {"set": "term", "what": "problem.work", "theme": "", "number": "5",
            "unit": "working_days"}  # fmt: skip
    assert client.post("/en/cases/terms/", {**term, "number": "0"}).status_code == 422
    assert client.post("/en/cases/terms/", term).status_code == 302
    rule = TermRule.objects.get(procedure="problem", state="work", theme="")
    assert (rule.number, rule.unit) == (5, "working_days")
    day = {"set": "day", "day": "2026-12-07", "works": "no", "name": "Bridge Day"}
    assert client.post("/en/cases/terms/", day).status_code == 302
    assert CalendarDay.objects.get(day=dt.date(2026, 12, 7)).works is False
    assert client.post("/en/cases/terms/", {"set": "climb", "level": "2", "days": "3"}).status_code
    assert ClimbStep.objects.get(level=2).days == 3
    assert b"Bridge Day" in client.get("/en/cases/terms/?year=2026").content
    assert b"5 working days" in client.get("/en/cases/terms/").content


def test_the_administrator_of_a_district_sets_nothing_for_the_city(town: SmallTown) -> None:
    appoint(by=None, at=START - dt.timedelta(days=900), person=town.neighbour,
            role="administrator", territory=town.west)  # fmt: skip
    client = Client()
    client.force_login(town.neighbour)
    term = {"set": "term", "what": "problem.work", "theme": "", "number": "5",
            "unit": "working_days"}  # fmt: skip
    assert client.post("/en/cases/terms/", term).status_code == 403
    for person in (town.neighbour, town.officer):
        with pytest.raises(OnlyAdministrators):
            cases.set_term(
                by=person, at=START, procedure="problem", state="work", number=5, unit=Unit.HOURS
            )
        with pytest.raises(OnlyAdministrators):
            cases.set_calendar(by=person, at=START, days={})
        with pytest.raises(OnlyAdministrators):
            cases.set_climb_step(by=person, at=START, level=1, days=3)


@pytest.mark.parametrize("number", ["²", "٢", "9" * 5000, "-1", "x", ""])
def test_what_is_no_number_in_an_address_is_passed_over(town: SmallTown, number: str) -> None:
    client = Client()
    assert client.get("/en/cases/terms/", {"year": number}).status_code == 200
    assert client.get("/en/red-list/", {"page": number}).status_code == 200


def test_commands(town: SmallTown, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*words: str) -> int:
        parser = argparse.ArgumentParser()
        commands.register(parser.add_subparsers())
        args = parser.parse_args(["cases", *words])
        code: int = args.run(args)
        return code

    assert run("terms") == 0
    assert "problem.work: 8 calendar_days" in capsys.readouterr().out
    assert run("terms", "problem.work", "6", "calendar_days") == 0
    assert run("terms", "problem.nowhere", "6", "hours") == 2
    days = tmp_path / "days.csv"
    days.write_text("day,works,name\n2026-12-31,0,Eve\n")
    assert run("calendar", str(days)) == 0
    assert run("calendar") == 0
    assert "2026-12-31 free Eve" in capsys.readouterr().out
    days.write_text("when\nnever\n")
    assert run("calendar", str(days)) == 2
