"""Nobody is asked to look at what nobody may see."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from tests.cast import START, SmallTown, small_town
from tests.city.problems.test_checks import answered, asked, say, volunteer
from veche import clock
from veche.city.problems import operations
from veche.city.problems.models import CheckRound, CheckTask, Problem
from veche.city.problems.operations.removal import remove
from veche.core.cases.models import Case
from veche.core.moderation import operations as moderation
from veche.core.people.models import Person

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def town(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> SmallTown:
    settings.MEDIA_ROOT = settings.FILES_DIR = tmp_path
    monkeypatch.setattr(clock, "now", lambda: START + DAY)
    return small_town()


def page(person: Person, path: str) -> Any:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client.get(path)


def asked_about(town: SmallTown, **more: Any) -> tuple[Problem, Person, CheckTask]:
    someone = volunteer(town, "one")
    problem = answered(town, **more)
    operations.sweep_checks(at=START + 3 * HOUR)
    (task,) = asked(problem)
    return problem, someone, task


def hide(town: SmallTown, problem: Problem, at: dt.datetime) -> None:
    moderation.hide_matter(by=town.moderator, at=at, case=problem.case, reason="law")


def test_a_check_is_closed_in_the_moment_of_hiding_and_goes_on_when_shown(
    town: SmallTown,
) -> None:
    problem, _someone, task = asked_about(town)
    hide(town, problem, START + 4 * HOUR)
    task.refresh_from_db()
    assert (task.closed, task.ended_at, task.said) == ("hidden", START + 4 * HOUR, "")
    with pytest.raises(operations.CheckOver):
        say(task, START + 5 * HOUR, "done")
    volunteer(town, "two")
    for hours in (5, 30, 300):
        assert operations.sweep_checks(at=START + hours * HOUR) == 0, "nobody else is asked"
    moderation.show_matter(by=town.moderator, at=START + 6 * HOUR, case=problem.case)
    task.refresh_from_db()
    assert (task.closed, task.ended_at) == ("", None)
    assert CheckRound.objects.get(case=problem.case).ended_at is None
    operations.sweep_checks(at=START + 7 * HOUR)
    assert len(asked(problem)) == 2, "the second is sought as if nothing had been"
    say(task, START + 8 * HOUR, "done")


def test_no_round_begins_about_what_is_hidden(town: SmallTown) -> None:
    volunteer(town, "one")
    problem = answered(town)
    hide(town, problem, START + 3 * HOUR)
    assert operations.sweep_checks(at=START + 4 * HOUR) == 0
    assert not CheckRound.objects.exists()
    moderation.show_matter(by=town.moderator, at=START + 5 * HOUR, case=problem.case)
    assert operations.sweep_checks(at=START + 6 * HOUR) == 1


def test_what_was_hidden_past_all_doors_is_closed_by_the_timer(town: SmallTown) -> None:
    problem, _someone, task = asked_about(town)
    Case.objects.filter(pk=problem.pk).update(hidden_at=START + 4 * HOUR)
    operations.sweep_checks(at=START + 5 * HOUR)
    task.refresh_from_db()
    assert (task.closed, task.ended_at) == ("hidden", START + 5 * HOUR)


def test_a_removed_matter_and_one_of_a_sweep_close_their_checks(town: SmallTown) -> None:
    problem, someone, task = asked_about(town)
    made = moderation.sweep(
        by=town.moderator, at=START + 4 * HOUR, cases=[problem.pk], by_what="person",
        reason="spam", text="One report is enough.",
    )  # fmt: skip
    task.refresh_from_db()
    assert task.closed == "hidden"
    moderation.undo_sweep(by=town.moderator, at=START + 4 * HOUR, sweep=made.pk)
    task.refresh_from_db()
    assert task.closed == ""
    remove(
        by=town.moderator, at=START + 5 * HOUR, case=problem.case, reason="law",
        text="A court asks for it.",
    )  # fmt: skip
    task.refresh_from_db()
    assert (task.closed, task.ended_at) == ("hidden", START + 5 * HOUR)
    listed = page(someone, "/en/problems/checks/").content.decode()
    assert problem.case.number in listed and f"/checks/{task.pk}/" not in listed
    assert f"/problems/{problem.case.number}/" not in listed, "nothing listed answers 404"
    assert page(someone, f"/en/problems/checks/{task.pk}/").status_code == 410


def test_the_others_are_told_why_they_need_not_go(town: SmallTown) -> None:
    people = [volunteer(town, name) for name in ("one", "two")]
    problem = answered(town)
    operations.sweep_checks(at=START + 3 * HOUR)
    operations.send_back(
        by=town.resident, at=START + 4 * HOUR, case=problem.case, text="It is as deep as it was."
    )
    operations.sweep_checks(at=START + 5 * HOUR)
    closed = set(CheckTask.objects.values_list("closed", flat=True))
    assert closed == {"moved"}
    for one in people:
        assert "The matter went on meanwhile" in page(one, "/en/problems/checks/").content.decode()
