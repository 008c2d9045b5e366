"""Volunteers look: two who do not know of each other, near by, never their own matter."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest

from tests.cast import START, SmallTown, small_town
from veche.city.problems import operations, rules
from veche.city.problems.models import CheckRound, CheckTask, Problem
from veche.core.cases.models import Case, CaseEvent
from veche.core.cases.operations import advance
from veche.core.notices.models import Notice
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person, Residence
from veche.core.people.operations import add_person

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def town(db: None, settings: Any, tmp_path: Any) -> SmallTown:
    """The small town; files go to a folder of the test."""
    settings.FILES_DIR = tmp_path
    return small_town()


def volunteer(town: SmallTown, name: str, home: Any = None, where: Any = None) -> Person:
    """Somebody who looks, with a home."""
    early = START - 100 * DAY
    made = add_person(by=None, at=early, name=name, email=f"{name}@example.org")
    appoint(by=None, at=early, person=made, role="volunteer", territory=where or town.city)
    if home is not None:
        Residence.objects.create(
            person=made,
            territory=home,
            how="counter",
            since=early,
            until=early + 4000 * DAY,
        )
    return made


def answered(town: SmallTown, at: dt.datetime = START, **more: Any) -> Problem:
    """A problem the office calls finished."""
    problem = town.report(at=at, **more)
    operations.accept(by=town.moderator, at=at + HOUR, case=problem.case)
    operations.answer(
        by=town.officer, at=at + 2 * HOUR, case=problem.case, text="Filled and rolled."
    )
    return Problem.objects.select_related("case").get(pk=problem.pk)


def asked(problem: Problem) -> list[CheckTask]:
    """Who was asked about it, in order."""
    return list(CheckTask.objects.filter(round__case_id=problem.pk).order_by("id"))


def say(task: CheckTask, at: dt.datetime, said: str, text: str = "I went there and looked.") -> Any:
    """The volunteer of a task answers."""
    return operations.answer_check(by=task.volunteer, at=at, task=task, said=said, text=text)


def state(problem: Problem) -> str:
    return Case.objects.get(pk=problem.pk).state


def test_a_verdict_needs_two_of_one_mind() -> None:
    assert rules.verdict([]) == rules.verdict(["done"]) == rules.verdict(["done", "undone"]) == ""
    assert rules.verdict(["done", "not_found", "done"]) == "done"
    assert rules.verdict(["done", "undone", "undone"]) == "undone"
    assert rules.verdict(["undone", "undone", "done", "done"]) == "undone"
    assert rules.verdict(["not_found", "declined", "not_found"]) == ""


def test_asking_goes_on_until_a_verdict_and_never_without_end() -> None:
    words = ("done", "undone", "not_found", "declined")
    for length in range(6):
        for said in itertools.product(words, repeat=length):
            more = rules.still_to_ask(said, 0)
            assert 0 <= more <= 2
            assert (more == 0) == bool(rules.verdict(said)), said
    assert rules.still_to_ask(["not_found"] * rules.MOST_ASKED, 0) == 0
    assert rules.still_to_ask(["done", "undone"], 0) == 1
    assert rules.still_to_ask(["done", "undone"], 1) == 0


def test_two_are_asked_the_nearest_first_with_seven_days(town: SmallTown) -> None:
    volunteer(town, "far", town.east)
    near = {volunteer(town, "near", town.west), volunteer(town, "nearer", town.west)}
    problem = answered(town)
    at = START + 3 * HOUR
    assert operations.sweep_checks(at=at) == 2
    tasks = asked(problem)
    assert {t.volunteer for t in tasks} == near
    local = tasks[0].due_at.astimezone(dt.timezone(dt.timedelta(hours=4)))
    assert (local.date() - START.date()).days == 7
    assert Notice.objects.filter(kind="problems.check-asked").count() == 2
    assert operations.sweep_checks(at=at + HOUR) == 0, "nobody is asked twice"


def test_nobody_is_asked_about_their_own_matter(town: SmallTown) -> None:
    early = START - 100 * DAY
    for person in (town.resident, town.moderator, town.officer, town.head):
        appoint(by=None, at=early, person=person, role="volunteer", territory=town.city)
    follower = volunteer(town, "follower", town.west)
    problem = answered(town)
    operations.mine_too(by=follower, at=START + 2 * HOUR, case=problem.case)
    assert operations.sweep_checks(at=START + 3 * HOUR) == 0
    assert asked(problem) == []
    volunteer(town, "other")
    assert operations.sweep_checks(at=START + 4 * HOUR) == 0, "tried again after some hours"
    assert operations.sweep_checks(at=START + 10 * HOUR) == 1


def test_two_of_one_organisation_are_not_independent(town: SmallTown) -> None:
    early = START - 100 * DAY
    for name in ("one", "two"):
        person = volunteer(town, name, town.west)
        appoint(by=None, at=early, person=person, role="member", organisation=town.lights)
    third = volunteer(town, "three", town.east)
    problem = answered(town)
    assert operations.sweep_checks(at=START + 3 * HOUR) == 2
    assert third in {t.volunteer for t in asked(problem)}


def test_a_role_that_ended_a_second_ago_counts_no_more(town: SmallTown) -> None:
    from veche.core.organisations.models import Holding

    gone, stays = volunteer(town, "gone"), volunteer(town, "stays")
    end = START + 3 * HOUR
    Holding.objects.filter(person=gone).update(until=end)
    problem = answered(town)
    operations.sweep_checks(at=end + dt.timedelta(seconds=1))
    (task,) = asked(problem)
    assert task.volunteer == stays
    Holding.objects.filter(person=stays).update(until=end + HOUR)
    with pytest.raises(operations.NotYourCheck):
        say(task, end + HOUR, "done")


def test_two_not_done_open_it_again_before_the_author_looked(town: SmallTown) -> None:
    for name in ("a", "b", "c"):
        volunteer(town, name)
    problem = answered(town)
    operations.sweep_checks(at=START + 3 * HOUR)
    one, two = asked(problem)
    say(one, START + DAY, "undone")
    assert state(problem) == "check"
    found = say(two, START + 2 * DAY, "undone")
    assert found.verdict == "undone"
    assert state(problem) == "returned"
    last = CaseEvent.objects.filter(case_id=problem.pk).order_by("-seq")[0]
    assert (last.move, last.actor) == ("find_undone", None), "nobody is named"
    problem.refresh_from_db()
    assert problem.returns == 1
    kinds = set(Notice.objects.filter(person=town.officer).values_list("kind", flat=True))
    assert "problems.found-undone" in kinds
    operations.answer(
        by=town.officer, at=START + 3 * DAY, case=problem.case, text="Filled once more."
    )
    assert operations.sweep_checks(at=START + 3 * DAY + HOUR) == 2, "a new answer, a new round"


def test_two_not_done_open_it_again_after_its_end(town: SmallTown) -> None:
    volunteer(town, "a")
    volunteer(town, "b")
    problem = answered(town)
    operations.sweep_checks(at=START + 3 * HOUR)
    one, two = asked(problem)
    operations.confirm(by=town.resident, at=START + 4 * HOUR, case=problem.case)
    say(one, START + DAY, "undone")
    say(two, START + 2 * DAY, "undone")
    assert state(problem) == "returned"
    move = CaseEvent.objects.filter(case_id=problem.pk).order_by("-seq")[0].move
    assert move == "find_undone_later"
    assert Problem.objects.get(pk=problem.pk).confirmed_at is None


def test_two_done_and_a_silent_author_are_verified(town: SmallTown) -> None:
    volunteer(town, "a")
    volunteer(town, "b")
    problem = answered(town)
    operations.sweep_checks(at=START + 3 * HOUR)
    for task in asked(problem):
        say(task, START + DAY, "done", "")
    assert state(problem) == "check", "the author has 14 days all the same"
    advance(at=START + 16 * DAY)
    assert state(problem) == "verified"


@pytest.mark.parametrize("said", [(), ("done",), ("done", "undone"), ("not_found", "not_found")])
def test_less_than_two_done_and_a_silent_author_stay_unconfirmed(
    town: SmallTown, said: tuple[str, ...]
) -> None:
    volunteer(town, "a")
    volunteer(town, "b")
    problem = answered(town)
    operations.sweep_checks(at=START + 3 * HOUR)
    for task, word in zip(asked(problem), said, strict=False):
        say(task, START + DAY, word)
    advance(at=START + 16 * DAY)
    assert state(problem) == "unconfirmed"


def test_one_and_one_a_third_decides(town: SmallTown) -> None:
    for name in ("a", "b", "c", "d"):
        volunteer(town, name)
    problem = answered(town)
    operations.sweep_checks(at=START + 3 * HOUR)
    one, two = asked(problem)
    say(one, START + DAY, "done")
    say(two, START + DAY, "undone")
    assert operations.sweep_checks(at=START + DAY + HOUR) == 1
    third = asked(problem)[2]
    assert say(third, START + 2 * DAY, "undone").verdict == "undone"
    assert state(problem) == "returned"


def test_who_cannot_go_or_does_not_answer_is_replaced(town: SmallTown) -> None:
    for name in ("a", "b", "c", "d"):
        volunteer(town, name)
    problem = answered(town)
    operations.sweep_checks(at=START + 3 * HOUR)
    one, two = asked(problem)
    operations.take_check(by=two.volunteer, at=START + 4 * HOUR, task=two)
    operations.decline_check(by=one.volunteer, at=START + 4 * HOUR, task=one)
    assert operations.sweep_checks(at=START + 5 * HOUR) == 1
    with pytest.raises(operations.CheckOver):
        say(one, START + 5 * HOUR, "done")
    assert operations.sweep_checks(at=START + 9 * DAY) == 1, "two ran out, one person is left"
    with pytest.raises(operations.CheckOver):
        say(two, START + 9 * DAY, "done")


def test_somebody_elses_check_is_not_answered(town: SmallTown) -> None:
    volunteer(town, "a")
    problem = answered(town)
    operations.sweep_checks(at=START + 3 * HOUR)
    (task,) = asked(problem)
    with pytest.raises(operations.NotYourCheck):
        operations.answer_check(by=town.neighbour, at=START + DAY, task=task, said="done")
    with pytest.raises(operations.UnknownFinding):
        operations.answer_check(by=task.volunteer, at=START + DAY, task=task, said="declined")
    with pytest.raises(operations.TextLength):
        operations.answer_check(by=task.volunteer, at=START + DAY, task=task, said="undone")


def test_a_check_the_author_overtook_is_over(town: SmallTown) -> None:
    volunteer(town, "a")
    problem = answered(town)
    operations.sweep_checks(at=START + 3 * HOUR)
    (task,) = asked(problem)
    operations.send_back(
        by=town.resident, at=START + 4 * HOUR, case=problem.case, text="The hole is there."
    )
    with pytest.raises(operations.CheckOver):
        say(task, START + 5 * HOUR, "undone")
    operations.sweep_checks(at=START + 5 * HOUR)
    assert CheckRound.objects.get(case_id=problem.pk).ended_at is not None
    task.refresh_from_db()
    assert task.ended_at is not None


def test_nobody_has_more_than_a_few_places(town: SmallTown) -> None:
    volunteer(town, "a")
    for _n in range(rules.MOST_TASKS + 3):
        answered(town)
    assert operations.sweep_checks(at=START + 3 * HOUR) == rules.MOST_TASKS
    for _n in range(3):
        operations.sweep_checks(at=START + DAY)
    assert CheckTask.objects.filter(ended_at=None).count() == rules.MOST_TASKS


def test_verdicts_can_be_recomputed_from_what_is_published(town: SmallTown) -> None:
    from django.db import connection

    from veche.city.problems.datasets_checks import CHECKS, ROUNDS
    from veche.figures_sql import clean_rows

    for name in "abcdef":
        volunteer(town, name)
    problems = [answered(town, START + n * HOUR) for n in range(4)]
    at = START + 12 * HOUR
    operations.sweep_checks(at=at)
    words = [("done", "done"), ("undone", "undone"), ("done", "undone"), ("not_found", "done")]
    for problem, said in zip(problems, words, strict=True):
        for task, word in zip(asked(problem), said, strict=True):
            say(task, at + HOUR, word)
    operations.sweep_checks(at=at + 2 * HOUR)
    say(asked(problems[2])[2], at + 3 * HOUR, "done")

    def rows(dataset: Any) -> list[dict[str, Any]]:
        sql, given = clean_rows(dataset, at + DAY)
        params: list[Any] = list(given)
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return [dict(zip([c.name for c in dataset.columns], r, strict=True)) for r in cursor]

    given: dict[tuple[Any, Any], list[str]] = {}
    for row in sorted(rows(CHECKS), key=lambda row: row["answer"]):
        given.setdefault((row["service_request_id"], row["step"]), []).append(row["found"])
    published = {(r["service_request_id"], r["step"]): r["verdict"] or "" for r in rows(ROUNDS)}
    assert sorted(published.values()) == ["", "done", "done", "undone"]
    assert published == {key: rules.verdict(given.get(key, ())) for key in published}


def test_an_erased_volunteer_leaves_findings_and_no_words_to_the_office(town: SmallTown) -> None:
    from veche.city.problems import personal
    from veche.city.problems.models import Satisfaction

    one = volunteer(town, "one")
    done, waits = answered(town), answered(town, by=town.neighbour)
    operations.sweep_checks(at=START + 3 * HOUR)
    say(asked(done)[0], START + 4 * HOUR, "undone")
    operations.confirm(by=town.resident, at=START + 4 * HOUR, case=done.case)
    operations.rate(
        by=town.resident, at=START + 5 * HOUR, case=done.case, score=2, text="For the office."
    )
    assert [row["found"] for row in personal.collect(one)["checks"]] == ["undone", ""]
    assert personal.collect(town.resident)["ratings"][0]["text"] == "For the office."
    for person in (one, town.resident):
        personal.erase(by=person, at=START + DAY, person=person)
    assert Satisfaction.objects.get().text == ""
    assert asked(done)[0].said == "undone"
    assert asked(waits)[0].ended_at is not None
    volunteer(town, "two")
    assert operations.sweep_checks(at=START + DAY + HOUR) == 2, "somebody else is asked"
