"""The loop of a problem, told as it happens to people."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from tests.cast import START, SmallTown, small_town

from veche.city.problems import operations as problems
from veche.city.problems.models import Problem
from veche.core.cases.models import Case, CaseClock
from veche.core.cases.operations import advance
from veche.core.cases.queries import history, procedure_line
from veche.core.journal.queries import about
from veche.core.notices.models import Notice
from veche.core.notices.operations import follow
from veche.testing import deliver

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def town() -> SmallTown:
    return small_town()


def way(case: Case) -> list[str]:
    """The states a case has gone through."""
    return [event.target for event in history(case)]


def told(town: SmallTown) -> list[str]:
    """What the resident was told, oldest first."""
    return list(
        Notice.objects.filter(person=town.resident).order_by("id").values_list("kind", flat=True)
    )


def test_a_hole_is_reported_filled_returned_filled_well_and_confirmed(town: SmallTown) -> None:
    # On Monday at ten a resident reports a hole by the bus stop.
    problem = town.report(at=START)
    case = problem.case

    # A moderator reads it within the promised day and passes it; nobody has to choose the office.
    case = problems.accept(by=town.moderator, at=START + 2 * HOUR, case=case)
    assert case.organisation == town.roads

    # A neighbour wants to know how it ends.
    follow(by=town.neighbour, at=START + 3 * HOUR, case=case)

    # On Thursday the roads office answers.
    case = problems.answer(
        by=town.officer, at=START + 3 * DAY, case=case, text="The hole was filled on 19 November."
    )

    # The resident goes to look: the edge has been forgotten. The office has four working days.
    case = problems.send_back(
        by=town.resident, at=START + 4 * DAY, case=case, text="The edge is still broken."
    )
    assert case.state == "returned"
    assert case.due_at == dt.datetime(2026, 11, 26, 19, 59, 59, tzinfo=dt.UTC)

    # It does the work again, and now it is right.
    case = problems.answer(
        by=town.officer, at=START + 7 * DAY, case=case, text="The edge has been laid anew."
    )
    case = problems.confirm(by=town.resident, at=START + 8 * DAY, case=case, text="Thank you.")

    assert way(case) == [
        "moderation", "routing", "work", "check", "returned", "check", "confirmed",
    ]  # fmt: skip
    problem.refresh_from_db()
    assert problem.answered_at == START + 3 * DAY  # the first answer is the one that is counted
    assert problem.confirmed_at == START + 8 * DAY
    assert problem.returns == 1

    # The resident was told of every step that others made, the neighbour of every step since.
    assert told(town) == ["problems.accepted", "problems.answered", "problems.answered"]
    assert Notice.objects.filter(person=town.neighbour).count() == 4

    # Everything that happened stands in the journal, in order.
    kinds = list(about(f"problem:{case.number}").values_list("kind", flat=True))
    assert [k for k in kinds if k.startswith("problem.")] == [
        "problem.report", "problem.accept", "problem.route", "problem.answer", "problem.return",
        "problem.answer", "problem.confirm",
    ]  # fmt: skip

    # The line on the page says so in four steps.
    clocks = list(CaseClock.objects.filter(case=case))
    line = procedure_line(case, history(case), clocks)
    assert [(step.state, step.status) for step in line] == [
        ("", "done"), ("moderation", "done"), ("work", "done"), ("check", "done"),
        ("confirmed", "end"),
    ]  # fmt: skip


def test_nobody_moderates_and_the_office_is_late(town: SmallTown) -> None:
    case = town.report(at=START).case
    advance(at=START + DAY + HOUR)
    case.refresh_from_db()
    assert case.state == "work"
    assert told(town) == ["problems.passed"]  # and is not told that a moderator read it
    due = case.due_at
    assert due is not None
    advance(at=due + HOUR)
    case = problems.answer(
        by=town.officer, at=due + 2 * DAY, case=case, text="We are sorry: it took too long."
    )
    problem = Problem.objects.get(case=case)
    assert problem.answered_at is not None and problem.answer_due_at is not None
    assert problem.answered_at > problem.answer_due_at  # the lateness is not forgotten
    advance(at=due + 30 * DAY)
    case.refresh_from_db()
    assert case.state == "unconfirmed"


def test_an_office_refuses_with_a_reason(town: SmallTown) -> None:
    case = problems.accept(by=town.moderator, at=START + HOUR, case=town.report().case)
    with pytest.raises(problems.UnknownReason):
        problems.refuse(
            by=town.officer, at=START + DAY, case=case, reason="mood", text="Not today, sorry."
        )
    case = problems.refuse(
        by=town.officer,
        at=START + DAY,
        case=case,
        reason="private-land",
        text="The stop stands on the ground of the plant.",
    )
    assert case.state == "refused"
    assert told(town)[-1] == "problems.refused"


def test_an_anonymous_author_checks_by_a_link(town: SmallTown) -> None:
    from veche.city.problems.access import is_author, key_digest

    problem = town.report(anonymous=True, author_key=key_digest("the secret in the link"))
    case = problems.accept(by=town.moderator, at=START + HOUR, case=problem.case)
    problems.answer(by=town.officer, at=START + DAY, case=case, text="The hole was filled.")
    assert is_author(problem, None, "the secret in the link")
    assert not is_author(problem, None, "a guess")
    assert not is_author(problem, None, "")
    assert not is_author(problem, town.neighbour, "")


def test_the_mail_goes_out_once(town: SmallTown) -> None:
    case = problems.accept(by=town.moderator, at=START + HOUR, case=town.report().case)
    mail.outbox.clear()
    deliver()
    deliver()
    assert [m.to for m in mail.outbox] == [["resident@example.org"]]
    assert case.number in mail.outbox[0].subject


def test_the_moments_kept_for_lists_are_those_of_the_events(town: SmallTown) -> None:
    case = problems.accept(by=town.moderator, at=START + HOUR, case=town.report().case)
    case = problems.answer(by=town.officer, at=START + DAY, case=case, text="The hole was filled.")
    case = problems.confirm(by=town.resident, at=START + 2 * DAY, case=case)
    problem, events = Problem.objects.get(case=case), history(case)

    def first(*moves: str) -> dt.datetime:
        return next(e.at for e in events if e.move in moves)

    assert problem.accepted_at == first("accept", "pass")
    assert problem.assigned_at == first("route", "assign")
    assert problem.answered_at == first("answer", "refuse")
    assert problem.confirmed_at == first("confirm")


def test_a_form_sent_twice_is_one_problem(town: SmallTown) -> None:
    import uuid

    form = uuid.uuid4()
    first = town.report(submission=form)
    with pytest.raises(problems.AlreadyReported, match=first.case.number):
        town.report(submission=form)
    assert Problem.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"longitude": 10.0}, problems.OutsideCity),
        ({"category": "nothing"}, problems.UnknownCategory),
        ({"text": "short"}, problems.TextLength),
        ({"text": "x" * 5000}, problems.TextLength),
        ({"text": "   \x00   "}, problems.TextLength),
    ],
)
def test_what_cannot_be_taken_is_refused_in_words(
    town: SmallTown, given: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal) as found:
        town.report(**given)
    assert str(found.value)
    assert not Problem.objects.exists()


def test_urgent_words_are_words_not_parts_of_words() -> None:
    from veche.city.problems.rules import urgent

    words = {"ru": ["газом", "пожар"], "en": ["gas"], "zh": ["煤气"]}
    assert urgent(words, "Во дворе пахнет ГАЗОМ") == "газом"
    assert urgent(words, "Начался пожар") == "пожар"
    assert urgent(words, "楼道里有煤气味") == "煤气"
    assert urgent(words, "The gas smells") == "gas"
    assert urgent(words, "A degassed pipe; Лигазом") is None
