"""The assessment of offices: who marks whom, nobody in a small group, sums only at the end."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tests.cast import START
from tests.city.dispatch.conftest import EARLY, Ground
from tests.city.dispatch.test_datasets import published, rows
from veche.city.dispatch import personal
from veche.city.dispatch import rules_assessment as rules
from veche.city.dispatch.models import AssessmentCell, AssessmentMark, AssessmentRound
from veche.city.dispatch.operations.assessment import (
    MarkWrong,
    NotAnAssessor,
    NotAnOpener,
    RoundClosed,
    RoundWrong,
    give_marks,
    open_round,
    sweep,
)
from veche.city.dispatch.queries import assessment as queries
from veche.city.problems import operations as problems
from veche.core.journal.models import Record
from veche.core.opendata import verifier
from veche.core.organisations.models import Holding
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person
from veche.core.people.operations import add_person
from veche.core.people.operations.erasure import erase_person

DAY = dt.timedelta(days=1)
CLOSES = START + 20 * DAY
ASKED = [(code, {"en": code.title()}) for code in ("speed", "words")]


def opened(ground: Ground) -> AssessmentRound:
    """A round of two criteria."""
    return open_round(
        by=ground.town.controller, at=START, code="autumn", names={"en": "Autumn"},
        since=EARLY, closes_at=CLOSES, criteria=ASKED,
    )  # fmt: skip


def dispatchers(ground: Ground, count: int) -> list[Person]:
    """So many more dispatchers of the city."""
    found = []
    for n in range(count):
        one = add_person(by=None, at=EARLY, name=f"D{n}", email=f"d{n}@example.org")
        appoint(by=None, at=EARLY, person=one, role="dispatcher", territory=ground.town.city)
        found.append(one)
    return found


def mark(ground: Ground, row: AssessmentRound, by: Person, speed: int, words: int = 3) -> None:
    """Mark the roads office."""
    first, second = queries.criteria(row)
    give_marks(
        by=by, at=START + DAY, row=row, organisation=ground.town.roads,
        marks={first.pk: speed, second.pk: words},
    )  # fmt: skip


def test_nobody_marks_an_office_of_their_own_but_its_head(ground: Ground) -> None:
    row, town = opened(ground), ground.town
    for person, group in (
        (town.head, "self"), (town.officer, None), (town.light_officer, "offices"),
        (town.watch, "dispatchers"), (town.controller, "inspectors"), (town.resident, None),
    ):  # fmt: skip
        found = queries.groups_of(person, row, START + DAY, [town.roads])
        assert found.get(town.roads.pk) == group, person.name
    with pytest.raises(NotAnAssessor):
        mark(ground, row, town.officer, 5)
    with pytest.raises(NotAnAssessor):
        mark(ground, row, town.resident, 5)


def test_a_resident_marks_who_closed_a_matter_of_theirs(ground: Ground) -> None:
    row, town = opened(ground), ground.town
    case = town.report(at=START).case
    offices = [town.roads, town.lights]
    assert queries.groups_of(town.resident, row, START + 5 * DAY, offices) == {}
    problems.accept(by=town.moderator, at=START + DAY / 24, case=case)
    problems.answer(by=town.officer, at=START + DAY, case=case, text="It was filled today.")
    problems.confirm(by=town.resident, at=START + 2 * DAY, case=case)
    found = queries.groups_of(town.resident, row, START + 5 * DAY, offices)
    assert found == {town.roads.pk: "residents"}
    assert queries.groups_of(town.neighbour, row, START + 5 * DAY, offices) == {}


def test_one_mark_a_person_and_criterion_until_it_is_closed(ground: Ground) -> None:
    row = opened(ground)
    mark(ground, row, ground.town.watch, 2)
    mark(ground, row, ground.town.watch, 4)
    first = queries.criteria(row)[0]
    assert [m.value for m in AssessmentMark.objects.filter(criterion=first)] == [4]
    for wrong in ({first.pk: 6}, {first.pk: 0}, {0: 3}, {}):
        with pytest.raises(MarkWrong):
            give_marks(by=ground.town.watch, at=START + DAY, row=row, marks=wrong,
                       organisation=ground.town.roads)  # fmt: skip
    told = Record.objects.filter(kind="assessment.marked")
    assert told.count() == 2 and not told.filter(actor__isnull=False).exists()


def test_groups_under_five_are_too_few_and_marks_are_thrown_away(
    ground: Ground, tmp_path: Path
) -> None:
    row, town = opened(ground), ground.town
    for n, one in enumerate(dispatchers(ground, 5)):
        mark(ground, row, one, 3 + n % 2)
    mark(ground, row, town.light_officer, 1)
    mark(ground, row, town.head, 5, 5)
    assert sweep(at=CLOSES - DAY) == 0
    assert queries.results(row) == []
    assert sweep(at=CLOSES) == 1 and sweep(at=CLOSES + DAY) == 0
    row.refresh_from_db()
    assert not AssessmentMark.objects.exists()
    (result,) = queries.results(row)
    means = {one.group: (one.persons, one.mean) for one in result.means}
    assert means["dispatchers"] == (5, Fraction(16 + 1 + 15, 10))
    assert means["offices"] == (None, None)
    assert means["self"] == (1, Fraction(5))
    assert (result.grade.points, result.grade.letter) == (Fraction(55), "C")
    with pytest.raises(RoundClosed):
        mark(ground, row, town.watch, 5)
    with pytest.raises(IntegrityError), transaction.atomic():
        AssessmentCell.objects.update(total=1)
    folder = published(tmp_path / "out", CLOSES + DAY)
    checked = verifier.verify_publication(folder)
    assert checked["ok"], checked["first_difference"]
    found = {(r["criterion"], r["group"]): (r["persons"], r["marks"]) for r in
             rows(folder, "office_marks")}  # fmt: skip
    assert found["speed", "offices"] == ("", "")
    assert found["words", "dispatchers"] == ("5", "15")


def test_a_round_is_opened_by_those_who_answer_to_no_office(ground: Ground) -> None:
    for by in (ground.town.head, ground.town.watch):
        with pytest.raises(NotAnOpener):
            open_round(by=by, at=START, code="x", names={"en": "X"}, since=EARLY,
                       closes_at=CLOSES, criteria=ASKED)  # fmt: skip
    wrong_ones: tuple[dict[str, Any], ...] = (
        {"criteria": []}, {"closes_at": START}, {"weights": {"self": 10}},
        {"bounds": {"A": 0}}, {"criteria": [*ASKED, ASKED[0]]},
    )  # fmt: skip
    for wrong in wrong_ones:
        values: dict[str, Any] = {"criteria": ASKED, "closes_at": CLOSES} | wrong
        with pytest.raises(RoundWrong):
            open_round(by=None, at=START, code="x", names={"en": "X"}, since=EARLY, **values)


@given(st.lists(st.tuples(st.sampled_from(rules.GROUPS[:-1]), st.integers(5, 25)), max_size=4))
def test_a_grade_lies_between_its_groups_and_its_own_word_counts_nothing(
    given_marks: list[tuple[str, int]],
) -> None:
    means = [
        rules.GroupMean(group, 5, Fraction(total, 5)) for group, total in dict(given_marks).items()
    ]
    grade = rules.grade(means, rules.WEIGHTS, rules.BOUNDS)
    own = rules.GroupMean(rules.SELF, 1, Fraction(5))
    assert rules.grade([*means, own], rules.WEIGHTS, rules.BOUNDS) == grade
    if not means:
        assert grade == rules.Grade(None, "")
        return
    points = [rules.points(one.mean or Fraction()) for one in means]
    assert grade.points is not None and min(points) <= grade.points <= max(points)
    least = {**rules.BOUNDS, rules.LAST: 0}[grade.letter]
    assert grade.points >= least


def test_the_pages_take_marks_and_show_the_result(
    ground: Ground, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("veche.clock.now", lambda: START + DAY)
    client.force_login(ground.town.controller)
    new = {
        "code": "winter", "names_en": "Winter", "names_ru": "", "names_zh": "",
        "since": "2026-09-01", "closes_at": "2026-12-06T10:00",
        "criteria": "speed | Speed | Быстрота | 速度\nwords | Clear words",
    }  # fmt: skip
    assert client.post("/en/dispatch/assessment/new/", new).status_code == 302
    row = AssessmentRound.objects.get(code="winter")
    page = "/en/dispatch/assessment/winter/"
    first, second = queries.criteria(row)
    for one in dispatchers(ground, 5):
        client.force_login(one)
        assert "Roads office" in client.get(page).content.decode()
        address = f"{page}mark/roads/"
        assert client.get(address).status_code == 200
        assert client.post(address, {f"c{first.pk}": "9"}).status_code == 422
        given_ = {f"c{first.pk}": "5", f"c{second.pk}": "4"}
        assert client.post(address, given_).status_code == 302
    client.force_login(ground.town.officer)
    assert client.get(f"{page}mark/roads/").status_code == 403
    client.logout()
    assert "grade-" not in client.get(page).content.decode()
    sweep(at=CLOSES + DAY)
    monkeypatch.setattr("veche.clock.now", lambda: CLOSES + 2 * DAY)
    for language in ("en", "ru", "zh-hans"):
        assert "grade-A" in client.get(f"/{language}/dispatch/assessment/winter/").content.decode()
    told = client.get(f"{page}assessment.csv").content.decode()
    assert "roads,all,,,,87.50,A" in told
    assert client.get("/en/dispatch/assessment/").status_code == 200
    assert client.get("/en/dispatch/assessment/none/").status_code == 404


def test_whoever_leaves_takes_the_marks_of_open_rounds_with_them(ground: Ground) -> None:
    row, town = opened(ground), ground.town
    mark(ground, row, town.watch, 4)
    mark(ground, row, town.light_officer, 2)
    told = personal.collect(town.watch)["marks of offices"]
    assert [(one["office"], one["mark"]) for one in told] == [("roads", 4), ("roads", 3)]
    assert personal.collect(town.resident)["marks of offices"] == []
    Holding.objects.filter(person=town.watch).update(until=START + 1.5 * DAY)
    erase_person(by=town.watch, at=START + 2 * DAY, person=town.watch)
    assert {one.person for one in AssessmentMark.objects.all()} == {town.light_officer}
