"""The same thing reported twice goes on once; everybody is told once and counted once."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import itertools
import random
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.cast import START, SmallTown, small_town
from veche.city.problems import operations, rules
from veche.city.problems.models import Category, Joined, Problem
from veche.city.problems.queries.merging import alike, family, people_behind, root_of
from veche.core.cases.models import Case
from veche.core.cases.operations import NoRoleForMove
from veche.core.notices.models import Following, Notice
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person
from veche.core.people.operations import add_person
from veche.errors import NotFound

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def town(db: None, settings: Any, tmp_path: Any) -> SmallTown:
    settings.FILES_DIR = tmp_path
    return small_town()


def accepted(town: SmallTown, at: dt.datetime = START, **more: Any) -> Problem:
    problem = town.report(at=at, **more)
    operations.accept(by=town.moderator, at=at + dt.timedelta(minutes=5), case=problem.case)
    return fresh(problem)


def fresh(problem: Problem) -> Problem:
    return Problem.objects.select_related("case", "category", "case__territory").get(pk=problem.pk)


def person(name: str) -> Person:
    return add_person(by=None, at=START, name=name, email=f"{name}@example.org")


def test_followers_are_told_once_and_counted_once(town: SmallTown) -> None:
    first = accepted(town)
    later = accepted(town, START + HOUR, by=town.neighbour)
    both, only = person("both"), person("only")
    for one, who in ((first, both), (later, both), (later, only)):
        operations.mine_too(by=who, at=START + 2 * HOUR, case=one.case)
    Notice.objects.all().delete()
    operations.merge(by=town.officer, at=START + DAY, case=later.case, parent=first.case)
    assert fresh(later).case.state == "merged"
    told = list(Notice.objects.filter(kind="problems.merged").values_list("person", flat=True))
    assert sorted(told) == sorted([town.neighbour.pk, both.pk, only.pk])
    assert people_behind([first.pk]) == {first.pk: 4}
    assert family(fresh(first)).people == family(fresh(later)).people == 4
    Notice.objects.all().delete()
    operations.answer(by=town.officer, at=START + 2 * DAY, case=first.case, text="It was filled.")
    told = list(Notice.objects.filter(kind="problems.answered").values_list("person", flat=True))
    assert len(told) == len(set(told)) == 4, "each hears the outcome once"


def test_reports_without_a_name_count_one_each(town: SmallTown) -> None:
    first = accepted(town, anonymous=True, author_key="a" * 64)
    for n in range(3):
        later = accepted(town, START + HOUR, anonymous=True, author_key=str(n) * 64)
        operations.merge(by=town.officer, at=START + DAY, case=later.case, parent=first.case)
    assert people_behind([first.pk]) == {first.pk: 4}


def test_a_moderator_and_a_dispatcher_join_what_they_have(town: SmallTown) -> None:
    first = accepted(town, category="orphan")
    new = town.report(at=START + HOUR, by=town.neighbour, category="orphan")
    operations.merge(by=town.moderator, at=START + 2 * HOUR, case=new.case, parent=first.case)
    routed = accepted(town, START + 3 * HOUR, category="orphan")
    assert routed.case.state == "routing"
    operations.merge(by=town.dispatcher, at=START + 4 * HOUR, case=routed.case, parent=first.case)
    assert list(Joined.objects.order_by("id").values_list("role", flat=True)) == [
        "moderator",
        "dispatcher",
    ]
    assert fresh(new).accepted_at is not None
    with pytest.raises(NoRoleForMove):
        again = accepted(town, START + 5 * HOUR, category="orphan")
        operations.merge(by=town.officer, at=START + DAY, case=again.case, parent=first.case)


def test_what_cannot_be_joined(town: SmallTown) -> None:
    first, later = accepted(town), accepted(town, START + HOUR)
    lamp = accepted(town, category="lamp")
    ended = accepted(town)
    operations.withdraw(by=town.resident, at=START + DAY, case=ended.case)
    unread = town.report(at=START - HOUR)
    for child, parent in (
        (first, later), (first, first), (later, lamp), (later, ended), (later, unread),
    ):  # fmt: skip
        with pytest.raises(operations.NotTheSame):
            operations.merge(by=town.officer, at=START + DAY, case=child.case, parent=parent.case)


def test_a_chain_has_one_end_and_everybody_there(town: SmallTown) -> None:
    one, two, three = (accepted(town, START + n * HOUR, by=person(f"p{n}")) for n in range(3))
    operations.merge(by=town.officer, at=START + DAY, case=three.case, parent=two.case)
    operations.merge(by=town.officer, at=START + 2 * DAY, case=two.case, parent=one.case)
    assert root_of(three.case).pk == one.pk
    assert people_behind([one.pk]) == {one.pk: 3}
    assert Following.objects.filter(case=one.case).count() == 3
    with pytest.raises(operations.NotTheSame):
        operations.merge(by=town.officer, at=START + 3 * DAY, case=one.case, parent=three.case)


def test_separated_again_the_followers_go_with_it(town: SmallTown) -> None:
    first = accepted(town)
    later, third = accepted(town, START + HOUR, by=town.neighbour), accepted(town, START + HOUR)
    own, both = person("own"), person("both")
    operations.mine_too(by=own, at=START + 2 * HOUR, case=later.case)
    operations.mine_too(by=both, at=START + 2 * HOUR, case=later.case)
    operations.mine_too(by=both, at=START + 2 * HOUR, case=third.case)
    before = set(Following.objects.filter(case=first.case).values_list("person", flat=True))
    when = START + DAY
    operations.merge(by=town.officer, at=when, case=later.case, parent=first.case)
    operations.merge(by=town.officer, at=when, case=third.case, parent=first.case)
    operations.split(by=town.moderator, at=START + 2 * DAY, case=later.case)
    after = set(Following.objects.filter(case=first.case).values_list("person", flat=True))
    assert after == before | {both.pk}, "who came by another way stays"
    case = fresh(later).case
    assert (case.state, case.organisation) == ("work", town.roads)
    assert case.promised_at is not None
    with pytest.raises(operations.NotJoined):
        operations.split(by=town.moderator, at=START + 3 * DAY, case=later.case)
    operations.merge(by=town.officer, at=START + 4 * DAY, case=later.case, parent=first.case)
    assert Joined.objects.filter(child=later.case).count() == 2


def test_mine_too_counts_once_and_goes_to_the_end_of_the_chain(town: SmallTown) -> None:
    first, later = accepted(town), accepted(town, START + HOUR, by=town.neighbour)
    operations.merge(by=town.officer, at=START + DAY, case=later.case, parent=first.case)
    who = person("who")
    for _n in range(2):
        operations.mine_too(by=who, at=START + 2 * DAY, case=later.case)
    assert Following.objects.filter(person=who).get().case_id == first.pk
    assert people_behind([first.pk]) == {first.pk: 3}
    with pytest.raises(operations.MineAlready):
        operations.mine_too(by=town.resident, at=START + 2 * DAY, case=first.case)
    with pytest.raises(NotFound):
        operations.mine_too(by=who, at=START + DAY, case=town.report(at=START + DAY).case)


def test_an_officer_takes_their_own_joining_back(town: SmallTown) -> None:
    """It stands where it stood, under the promise it had, and nobody is told of the other."""
    first, later = accepted(town), accepted(town, START + HOUR, by=town.neighbour)
    case = later.case
    before = (case.organisation_id, case.promised_at, case.first_promised_at, case.due_at)
    operations.merge(by=town.officer, at=START + DAY, case=case, parent=first.case)
    page = Client()
    page.force_login(town.officer)
    text = page.get(f"/en/problems/{case.number}/").content.decode()
    assert "Take the joining back" in text and "Separate again" not in text
    address = f"/en/problems/{case.number}/part/"
    assert "the date its author was promised stays" in page.get(address).content.decode()
    assert page.post(address, {"seen": fresh(later).case.seq}).status_code == 302
    case = fresh(later).case
    assert case.state == "work"
    assert (case.organisation_id, case.promised_at, case.first_promised_at, case.due_at) == before
    assert not Joined.objects.filter(until__isnull=True).exists()
    assert not Following.objects.filter(case=first.case, person=town.neighbour).exists()


def test_a_dispatcher_takes_their_own_joining_back(town: SmallTown) -> None:
    first = accepted(town, category="orphan")
    later = accepted(town, START + HOUR, category="orphan")
    operations.merge(by=town.dispatcher, at=START + DAY, case=later.case, parent=first.case)
    operations.unjoin(by=town.dispatcher, at=START + DAY + HOUR, case=later.case)
    case = fresh(later).case
    assert case.state == "routing"
    assert case.due_at == later.case.due_at, "joining and taking it back gains no time"


def test_what_was_sent_back_keeps_its_second_term_when_a_joining_is_taken_back(
    town: SmallTown,
) -> None:
    """The first term was met long ago: the office is not late by it."""
    first, later = accepted(town), accepted(town, START + HOUR)
    answer = "It was filled with gravel."
    operations.answer(by=town.officer, at=START + DAY, case=later.case, text=answer)
    then = START + 12 * DAY
    operations.send_back(by=town.resident, at=then, case=later.case, text="It is there.")
    case = fresh(later).case
    assert case.state == "returned" and case.due_at is not None and case.due_at > then
    operations.merge(by=town.officer, at=then + HOUR, case=case, parent=first.case)
    operations.unjoin(by=town.officer, at=then + 2 * HOUR, case=case)
    again = fresh(later).case
    assert (again.promised_at, again.due_at) == (case.promised_at, case.due_at)


def test_a_joining_is_taken_back_only_by_its_maker_and_before_anything_else(
    town: SmallTown,
) -> None:
    first, later = accepted(town), accepted(town, START + HOUR)
    operations.merge(by=town.officer, at=START + DAY, case=later.case, parent=first.case)
    colleague = person("colleague")
    appoint(by=None, at=START, person=colleague, role="officer", organisation=town.roads)
    for other in (colleague, town.moderator):
        with pytest.raises(operations.TooLateToUndo):
            operations.unjoin(by=other, at=START + 2 * DAY, case=later.case)
    operations.answer(by=town.officer, at=START + 2 * DAY, case=first.case, text="It was filled.")
    with pytest.raises(operations.TooLateToUndo):
        operations.unjoin(by=town.officer, at=START + 3 * DAY, case=later.case)
    assert fresh(later).case.state == "merged"
    with pytest.raises(operations.NotJoined):
        operations.unjoin(by=town.officer, at=START + 3 * DAY, case=first.case)


def test_what_a_moderator_joined_is_separated_not_taken_back(town: SmallTown) -> None:
    first = accepted(town)
    new = town.report(at=START + HOUR, by=town.neighbour)
    operations.merge(by=town.moderator, at=START + 2 * HOUR, case=new.case, parent=first.case)
    with pytest.raises(operations.TooLateToUndo):
        operations.unjoin(by=town.moderator, at=START + 3 * HOUR, case=new.case)


WORDS = (
    "hole", "road", "deep", "wheel", "water", "bus", "stop", "school", "night", "cyclists", "fell",
    "asphalt", "crack", "kerb", "rain", "corner", "lorry", "yard", "entrance", "shop",
)  # fmt: skip


def test_planted_duplicates_are_found(town: SmallTown) -> None:
    """Of 40 reports made again by somebody else some metres away in other words, at least nine in
    ten stand among three suggestions, in a street full of others."""
    rng = random.Random(7)
    degree = rules.METRES_A_DEGREE
    kind = Category.objects.get(code="pothole")
    made: list[tuple[Problem, list[str]]] = []
    for n in range(120):
        words = rng.sample(WORDS, 7)
        problem = town.report(
            at=START + n * dt.timedelta(minutes=1),
            text=" ".join(words).capitalize() + ".",
            longitude=49.2 + rng.random() * 0.006,
            latitude=53.5 + rng.random() * 0.004,
            anonymous=True,
            author_key=f"{n:064d}",
        )
        operations.accept(by=town.moderator, at=START + 3 * HOUR, case=problem.case)
        made.append((problem, words))
    found = 0
    for problem, words in made[:40]:
        again = " ".join([*rng.sample(words, 5), *rng.sample(WORDS, 3)])
        near = alike(
            category=kind,
            longitude=problem.longitude + (rng.random() - 0.5) * 50 / degree,
            latitude=problem.latitude + (rng.random() - 0.5) * 30 / degree,
            text=again,
            at=START + DAY,
        )
        assert len(near) <= 3
        found += problem.pk in [one.problem.pk for one in near]
    assert found >= 36


def test_nothing_far_old_or_hidden_is_suggested(town: SmallTown) -> None:
    kind = Category.objects.get(code="pothole")
    here: dict[str, Any] = {
        "longitude": 49.25,
        "latitude": 53.5,
        "text": "A deep hole by the bus stop.",
    }
    shown = accepted(town)
    town.report(at=START)  # nobody has read it
    accepted(town, longitude=49.26)
    lamp = accepted(town, category="lamp")
    gone = accepted(town)
    operations.answer(by=town.officer, at=START + HOUR, case=gone.case, text="It was filled.")
    operations.confirm(by=town.resident, at=START + 2 * HOUR, case=gone.case)
    soon = alike(category=kind, **here, at=START + DAY)
    assert {one.problem.pk for one in soon} == {shown.pk, gone.pk}
    later = alike(category=kind, **here, at=START + 40 * DAY)
    assert {one.problem.pk for one in later} == {shown.pk}
    group = Category.objects.create(code="street", names={"en": "Street"})
    Category.objects.filter(code__in=["pothole", "lamp"]).update(group=group)
    kind = Category.objects.select_related("group").get(code="pothole")
    related = alike(category=kind, **here, at=START + 40 * DAY)
    assert {one.problem.pk for one in related} == {shown.pk, lamp.pk}
    assert related[0].problem.pk == shown.pk, "the same category stands first"
    Case.objects.filter(pk=shown.pk).update(hidden_at=START)
    assert shown.pk not in {
        one.problem.pk for one in alike(category=kind, **here, at=START + 40 * DAY)
    }


def test_words_are_alike_in_every_script() -> None:
    def like(one: str, other: str) -> float:
        return rules.likeness(rules.trigrams(one), rules.trigrams(other))

    assert like("Яма у остановки", "Глубокая яма около остановки «Школа»") > 0.5
    assert like("Яма у остановки", "Не горит фонарь во дворе") < 0.2
    assert like("路灯不亮", "学校门口的路灯不亮了") > 0.6
    assert like("", "anything") == 0


MINSK = (
    Path(__file__).resolve().parents[4]
    / "shared/data/requests/minsk115_ru/requests_to_2019_04.csv.gz"
)


@pytest.mark.skipif(not MINSK.exists(), reason="the records of Minsk are not here")
def test_real_reports_made_again_by_one_person_are_found() -> None:
    """In Minsk's records, which have no words: whoever reported the same category within 100 m
    again in 30 days would have seen the earlier one among three suggestions nine times in ten."""
    with gzip.open(MINSK, "rt", encoding="utf-8") as file:
        rows = [
            (r["author"], r["cat_id"], float(r["lng"]), float(r["lat"]),
             dt.date.fromisoformat(r["opened"]))
            for r in csv.DictReader(file)
            if r["opened"] >= "2018-01-01"
        ]  # fmt: skip
    rows.sort(key=lambda row: row[4])
    cells: dict[tuple[str, int, int], list[int]] = {}
    tried = found = 0
    for n, (author, kind, lon, lat, day) in enumerate(rows):
        column, row = int(lon * 600), int(lat * 1000)
        near = []
        for dx, dy in itertools.product((-1, 0, 1), repeat=2):
            for m in cells.get((kind, column + dx, row + dy), ()):
                far = rules.metres(lon, lat, rows[m][2], rows[m][3])
                if far <= 100 and (day - rows[m][4]).days <= 30:
                    near.append((-rules.sameness(
                        distance=far, within=100, same_category=True, alike=0
                    ), -m))  # fmt: skip
        cells.setdefault((kind, column, row), []).append(n)
        if any(rows[-m][0] == author for _score, m in near):
            tried += 1
            best = [rows[-m][0] for _score, m in sorted(near)[:3]]
            found += author in best
    assert tried > 500
    assert found / tried >= 0.9, f"{found} of {tried}"
