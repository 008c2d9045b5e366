"""Volunteers, offices and authors object to what was hidden of their words; silence climbs."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from tests.cast import START, SmallTown, small_town
from tests.city.problems.test_checks import answered, asked, say, volunteer

from veche import clock
from veche.city.problems import operations as problems
from veche.city.problems.models import CheckTask, Problem, Satisfaction
from veche.core.cases.models import Case
from veche.core.cases.operations import NoRoleForMove, advance
from veche.core.cases.rules import Term, Unit, due
from veche.core.cases.terms import calendar
from veche.core.journal.models import Record, Secret
from veche.core.moderation import operations as moderation
from veche.core.moderation.access import SameModerator
from veche.core.moderation.models import Decision, Original, ShownInstead
from veche.core.moderation.operations.objections import objectionable
from veche.core.moderation.personal import erase
from veche.core.moderation.personal_data import mark
from veche.core.moderation.written import words_of
from veche.core.notices.models import Notice
from veche.core.opendata import queries as opendata
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person
from veche.core.people.operations import add_person

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
SAID = "The hole is there, ask Zvezdochet about it."
WHY = "That is the name of a shop, not of a person."
pytestmark = pytest.mark.django_db


@pytest.fixture
def town(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> SmallTown:
    settings.MEDIA_ROOT = settings.FILES_DIR = tmp_path
    monkeypatch.setattr(clock, "now", lambda: START + 10 * DAY)
    return small_town()


def second(town: SmallTown) -> Person:
    made = add_person(by=None, at=START - DAY, name="Second", email="second@example.org")
    appoint(by=None, at=START - DAY, person=made, role="moderator", territory=town.city)
    return made


def as_(person: Person | None = None) -> Client:
    client = Client()
    if person is not None:
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(answer: Any) -> str:
    body = b"".join(answer) if answer.streaming else answer.content
    return str(body.decode())


def found_undone(town: SmallTown) -> tuple[Problem, CheckTask]:
    """A volunteer has said what they saw."""
    volunteer(town, "one")
    problem = answered(town)
    problems.sweep_checks(at=START + 3 * HOUR)
    (task,) = asked(problem)
    say(task, START + 4 * HOUR, "undone", SAID)
    return problem, task


def hide(town: SmallTown, problem: Problem, field: str, phrase: str = "Zvezdochet") -> Decision:
    words = next(one.text for one in words_of(problem.case) if one.field == field)
    moderation.hide_words(
        by=town.moderator, at=START + 5 * HOUR, case=problem.case, field=field,
        findings=mark(words, phrase),
    )  # fmt: skip
    return Decision.objects.filter(case=problem.case, kind="redact").latest("id")


def test_a_volunteers_words_are_hidden_everywhere_and_come_back(town: SmallTown) -> None:
    problem, task = found_undone(town)
    hide(town, problem, f"check:{task.pk}")
    task.refresh_from_db()
    assert "Zvezdochet" not in task.text and "[hidden]" in task.text
    number = problem.case.number
    pages = (f"/en/problems/{number}/", "/en/problems/problems.csv", "/en/problems/feed.atom")
    for path in pages:
        assert "Zvezdochet" not in text(as_().get(path)), path
    for name in ("checks", "problems", "moderation"):
        table = b"".join(opendata.csv_lines(opendata.dataset(name), START + DAY)).decode()
        assert "Zvezdochet" not in table, name
    assert "Zvezdochet" not in str(list(Record.objects.values_list("public", flat=True)))
    person = task.volunteer
    assert Notice.objects.filter(reader__person=person, kind="moderation.words-hidden").exists(), (
        "the writer is told"
    )
    mine = text(as_(person).get("/en/moderation/mine/"))
    decision = Decision.objects.get(kind="redact")
    path = f"/en/moderation/decisions/{decision.pk}/object/"
    assert path in mine and number in mine
    # Nobody else objects in their place, not even the author of the problem.
    assert as_(town.resident).get(path).status_code == 403
    assert as_().get(path).status_code == 302
    assert as_(person).post(path, {"text": "no"}).status_code == 422
    assert as_(person).post(path, {"text": WHY}).status_code == 302
    assert as_(person).get(path).status_code == 200
    judge = f"/en/moderation/decisions/{decision.pk}/judge/"
    assert judge in text(as_(second(town)).get("/en/moderation/"))
    assert judge not in text(as_(town.moderator).get("/en/moderation/"))
    answer = {"outcome": "overturn", "text": "It is a shop indeed."}
    assert as_(town.moderator).post(judge, answer).status_code == 403
    other = Person.objects.get(email="second@example.org")
    assert WHY in text(as_(other).get(judge))
    assert as_(other).post(judge, answer).status_code == 302
    task.refresh_from_db()
    assert task.text == SAID
    assert Original.objects.get().gone_at is not None
    log = text(as_().get("/en/moderation/"))
    assert "objection: overturned" in log and WHY not in log
    told = Notice.objects.filter(reader__person=person).values_list("kind", flat=True)
    assert "moderation.words-overturned" in told


def test_public_words_of_a_rating_are_hidden_and_private_ones_not_offered(
    town: SmallTown,
) -> None:
    problem = answered(town)
    problems.confirm(by=town.resident, at=START + 3 * HOUR, case=problem.case)
    rating = problems.rate(
        by=town.resident, at=START + 4 * HOUR, case=problem.case, score=4, text=SAID,
        text_public=True,
    )  # fmt: skip
    decision = hide(town, problem, f"rating:{rating.pk}")
    rating.refresh_from_db()
    assert "Zvezdochet" not in rating.text
    assert "Zvezdochet" not in text(as_().get(f"/en/problems/{problem.case.number}/"))
    page = text(as_(town.resident).get(f"/en/problems/{problem.case.number}/"))
    assert f"/en/moderation/decisions/{decision.pk}/object/" in page
    moderation.object_to_hiding(
        by=town.resident, at=START + 6 * HOUR, decision=decision.pk, text=WHY
    )
    with pytest.raises(moderation.AlreadyAppealed):
        moderation.object_to_hiding(
            by=town.resident, at=START + 6 * HOUR, decision=decision.pk, text=WHY
        )
    Satisfaction.objects.filter(pk=rating.pk).update(text_public=False)
    assert f"rating:{rating.pk}" not in [one.field for one in words_of(problem.case)]


def test_an_offices_answer_comes_back_as_it_was_said(town: SmallTown) -> None:
    problem = answered(town)
    seq = Case.objects.get(pk=problem.pk).seq
    decision = hide(town, problem, f"step:{seq}", "rolled")
    assert ShownInstead.objects.get().text == "Filled and [hidden]."
    with pytest.raises(moderation.NotTheWriter):
        moderation.object_to_hiding(
            by=town.resident, at=START + 6 * HOUR, decision=decision.pk, text=WHY
        )
    # Nor may the author of the problem hide what the office said.
    with pytest.raises(moderation.NotTheWriter):
        moderation.hide_words(
            by=town.resident, at=START + 6 * HOUR, case=problem.case, field=f"step:{seq}",
            findings=mark("Filled and [hidden].", "Filled"), as_author=True,
        )  # fmt: skip
    moderation.object_to_hiding(
        by=town.officer, at=START + 6 * HOUR, decision=decision.pk, text=WHY
    )
    with pytest.raises(SameModerator):
        moderation.judge_hiding(
            by=town.moderator, at=START + 7 * HOUR, decision=decision.pk, overturn=True, text=WHY
        )
    moderation.judge_hiding(
        by=second(town), at=START + 7 * HOUR, decision=decision.pk, overturn=True, text=WHY
    )
    assert not ShownInstead.objects.exists()
    said = next(one for one in words_of(problem.case) if one.field == f"step:{seq}")
    assert said.text == "Filled and rolled."


def test_only_the_last_hiding_of_the_same_words_is_objected_to(town: SmallTown) -> None:
    problem, task = found_undone(town)
    first = hide(town, problem, f"check:{task.pk}")
    last = hide(town, problem, f"check:{task.pk}", "hole")
    assert (objectionable(first), objectionable(last)) == (False, True)
    with pytest.raises(moderation.HiddenSince):
        moderation.object_to_hiding(
            by=task.volunteer, at=START + 6 * HOUR, decision=first.pk, text=WHY
        )
    moderation.forget_originals(at=START + 40 * DAY)
    last.refresh_from_db()
    assert not objectionable(last), "what was deleted cannot come back"


def test_a_hidden_matter_is_shown_again_when_its_author_was_right(town: SmallTown) -> None:
    problem = answered(town)
    moderation.hide_matter(by=town.moderator, at=START + 5 * HOUR, case=problem.case, reason="law")
    decision = Decision.objects.get(kind="hide")
    moderation.object_to_hiding(
        by=town.resident, at=START + 6 * HOUR, decision=decision.pk, text=WHY
    )
    moderation.judge_hiding(
        by=second(town), at=START + 7 * HOUR, decision=decision.pk, overturn=True, text=WHY
    )
    assert Case.objects.get(pk=problem.pk).hidden_at is None
    decision.refresh_from_db()
    assert decision.judge_role == "moderator" and not objectionable(decision)


def test_the_erased_volunteer_leaves_no_original(town: SmallTown) -> None:
    problem, task = found_undone(town)
    decision = hide(town, problem, f"check:{task.pk}")
    moderation.object_to_hiding(
        by=task.volunteer, at=START + 6 * HOUR, decision=decision.pk, text=WHY
    )
    erase(by=None, at=START + 7 * HOUR, person=town.resident)
    assert Original.objects.get().text == SAID, "the words were not the author's"
    erase(by=None, at=START + 7 * HOUR, person=task.volunteer)
    assert Original.objects.get().text == ""
    decision.refresh_from_db()
    assert decision.appeal_text == ""


# One moderator ---------------------------------------------------------------------------------


def rejected(town: SmallTown) -> Case:
    case = problems.reject(
        by=town.moderator, at=START, case=town.report().case, reason="unclear",
        text="Say which house it is.",
    )  # fmt: skip
    moderation.appeal(by=town.resident, at=START + HOUR, case=case, text=WHY)
    return Case.objects.get(pk=case.pk)


def test_where_there_is_no_second_moderator_the_control_department_decides(
    town: SmallTown,
) -> None:
    case = rejected(town)
    assert case.due_at == due(START + HOUR, Term(5, Unit.WORKING_DAYS), calendar())
    assert case.due_at is not None
    path, log = f"/en/moderation/{case.number}/judge/", "/en/moderation/"
    control = as_(town.controller)
    assert control.get(path).status_code == 403
    advance(at=case.due_at)
    case.refresh_from_db()
    assert case.state == "appealed"
    late = case.due_at + HOUR
    advance(at=late)
    case.refresh_from_db()
    decision = Decision.objects.get()
    assert (case.state, decision.climbed_at) == ("appealed_up", late)
    told = Notice.objects.filter(reader__person=town.resident).values_list("kind", flat=True)
    assert "moderation.climbed" in told
    assert Notice.objects.filter(reader__person=town.controller, kind="moderation.to-judge")
    assert path in text(control.get(log)) and path not in text(as_(town.moderator).get(log))
    assert case.number in text(control.get("/en/desk/")), "it lies on the desk of the department"
    assert WHY in text(control.get(path))
    assert control.get(f"/en/problems/{case.number}/").status_code == 200
    with pytest.raises(NoRoleForMove):
        moderation.judge(by=second(town), at=late + HOUR, case=case, overturn=True, text=WHY)
    assert control.post(path, {"outcome": "overturn", "text": WHY}).status_code == 302
    case.refresh_from_db()
    decision.refresh_from_db()
    assert (case.state, decision.appeal, decision.judge_role) == (
        "work", "overturned", "controller",
    )  # fmt: skip
    page = text(as_().get(log))
    assert "came up to the control department" in page and "with the control department" in page
    row = b"".join(opendata.csv_lines(opendata.dataset("moderation"), START + 20 * DAY)).decode()
    assert late.strftime("%Y-%m-%dT%H:%M") in row


def test_an_administrator_decides_as_well_but_never_who_decided_first(town: SmallTown) -> None:
    case = rejected(town)
    appoint(by=None, at=START, person=town.moderator, role="administrator", territory=town.city)
    chief = add_person(by=None, at=START, name="Chief", email="chief@example.org")
    appoint(by=None, at=START, person=chief, role="administrator", territory=town.city)
    assert case.due_at is not None
    advance(at=case.due_at + HOUR)
    with pytest.raises(SameModerator):
        moderation.judge(
            by=town.moderator, at=case.due_at + DAY, case=case, overturn=False, text=WHY
        )
    moderation.judge(by=chief, at=case.due_at + DAY, case=case, overturn=False, text=WHY)
    case.refresh_from_db()
    assert (case.state, Decision.objects.get().judge_role) == ("rejected", "administrator")


def test_an_objection_to_hidden_words_comes_up_too(town: SmallTown) -> None:
    problem, task = found_undone(town)
    decision = hide(town, problem, f"check:{task.pk}")
    moderation.object_to_hiding(
        by=task.volunteer, at=START + 6 * HOUR, decision=decision.pk, text=WHY
    )
    decision.refresh_from_db()
    assert decision.appeal_due_at == due(START + 6 * HOUR, Term(5, Unit.WORKING_DAYS), calendar())
    assert moderation.climb_objections(at=decision.appeal_due_at) == 0
    late = decision.appeal_due_at + HOUR
    assert moderation.climb_objections(at=late) == 1
    assert moderation.climb_objections(at=late) == 0
    with pytest.raises(NoRoleForMove):
        moderation.judge_hiding(
            by=second(town), at=late, decision=decision.pk, overturn=True, text=WHY
        )
    original = f"/en/moderation/{problem.case.number}/originals/{decision.original_id}/"
    looked = as_(town.controller).post(original, {"why": "to judge the objection"})
    assert SAID in text(looked)
    moderation.judge_hiding(
        by=town.controller, at=late, decision=decision.pk, overturn=False, text=WHY
    )
    told = Notice.objects.filter(reader__person=task.volunteer).values_list("kind", flat=True)
    assert {"moderation.climbed", "moderation.words-upheld"} <= set(told)
    assert not [one for one in Secret.objects.all() if WHY in str(one.personal)]


def objected(town: SmallTown) -> Decision:
    """A volunteer objects to what was hidden of their words."""
    problem, task = found_undone(town)
    decision = hide(town, problem, f"check:{task.pk}")
    return moderation.object_to_hiding(
        by=task.volunteer, at=START + 6 * HOUR, decision=decision.pk, text=WHY
    )


def test_what_is_objected_to_is_kept_until_it_is_judged(town: SmallTown) -> None:
    decision = objected(town)
    assert moderation.forget_originals(at=START + 400 * DAY) == 0
    moderation.judge_hiding(
        by=second(town), at=START + 400 * DAY, decision=decision.pk, overturn=True,
        text="It is a shop indeed.",
    )  # fmt: skip
    assert CheckTask.objects.get().text == SAID


def test_what_was_judged_a_moment_ago_does_not_climb(
    town: SmallTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The timer has looked up what is late; a moderator decides before its turn comes."""
    from veche.core.moderation.operations import objections

    decision, judge = objected(town), second(town)
    climb = objections._climb

    def judged_first(**given: Any) -> None:
        moderation.judge_hiding(
            by=judge, at=START + 90 * DAY, decision=decision.pk, overturn=False,
            text="It is a name as well.",
        )  # fmt: skip
        climb(**given)

    monkeypatch.setattr(objections, "_climb", judged_first)
    assert moderation.climb_objections(at=START + 90 * DAY) == 0
    decision.refresh_from_db()
    assert (decision.appeal, decision.climbed_at) == ("upheld", None)
    assert not Record.objects.filter(kind="moderation.climbed").exists()
