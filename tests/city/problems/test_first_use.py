"""Whoever is here for the first time reads what happens next, by when, and who acts."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import translation

from tests.city.problems.conftest import Town
from veche.city.problems.queries.promise import usual_lengths
from veche.core.cases.operations.calendar import set_term
from veche.core.cases.rules import Unit
from veche.look.words import day


def test_the_form_says_the_terms_of_this_city(town: Town, client: Client) -> None:
    before = client.get("/en/problems/report/").content.decode()
    assert "within 24 hours" in before and "8 calendar days" in before
    set_term(
        by=None, at=town.start, procedure="problem", state="work", number=5, unit=Unit.WORKING_DAYS
    )
    after = client.get("/en/problems/report/").content.decode()
    assert after.count("5 working days") == 2
    assert "8 calendar days" not in after


@pytest.mark.parametrize(
    ("language", "lengths"),
    [("ru", ["24 часа", "8 календарных дней"]), ("zh-hans", ["24小时", "8个日历日"])],
)
def test_lengths_are_words_of_the_language(town: Town, language: str, lengths: list[str]) -> None:
    with translation.override(language):
        assert [*usual_lengths().values()][:2] == lengths


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("work", ""),
        ("check", "Your turn: go and look"),
        ("moderation", ""),
        ("confirmed", ""),
    ],
)
def test_my_problems_say_who_acts_by_when(
    town: Town, client: Client, state: str, said: str
) -> None:
    case = town.to(state).case
    case.refresh_from_db()
    client.force_login(town.resident)
    page = client.get("/en/problems/mine/").content.decode()
    (row,) = re.findall(rf"<li>(?:(?!<li>).)*{case.number}(?:(?!<li>).)*</li>", page, re.S)[:1]
    assert ("Your turn" in row) == bool(said) and said in row
    assert ("<span>by " in row) == (case.due_at is not None)
    if case.due_at:
        assert f"by {day(case.due_at, 'short')}" in row
    if case.organisation:
        assert str(case.organisation) in row
