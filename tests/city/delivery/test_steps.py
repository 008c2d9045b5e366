"""Steps: dates that are superseded and never edited, and lateness that must be explained first."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from tests.cast import START, SmallTown, small_town
from tests.city.delivery.promises import DAY, finish, fresh, make, on, state, with_steps
from veche.city.delivery.models import Promise, Step, Superseded
from veche.city.delivery.operations import acceptance, promises, steps
from veche.city.delivery.operations.refusals import (
    DateNotLater,
    NoSteps,
    NotMissed,
    StepMissed,
    StepPast,
    StepsOpen,
    StepsPassed,
)
from veche.city.delivery.operations.steps import StepGiven
from veche.core.cases.models import Case, CaseClock, CaseEvent
from veche.core.cases.operations import ChildOpen, MoveNotPossible, NoRoleForMove, move_case
from veche.core.cases.terms import calendar
from veche.core.notices.models import Notice
from veche.core.notices.operations import follow


@pytest.fixture
def town(db: None) -> SmallTown:
    return small_town()


def test_a_begun_promise_is_due_with_its_last_step(town: SmallTown) -> None:
    promise, made = with_steps(town, 10, 30, 20)
    assert [one.number for one in made] == [1, 2, 3]
    assert promise.due_on == promise.first_due_on == on(30)
    end = calendar().end_of(on(30))
    assert promise.case.promised_at == promise.case.first_promised_at == end
    clock = CaseClock.objects.get(case=promise.case, stopped_at=None)
    assert (clock.state, clock.due_at) == ("under_way", end)
    first = Case.objects.get(pk=made[0].pk)
    assert (first.parent_id, first.promised_at) == (promise.pk, calendar().end_of(on(10)))


def test_only_the_office_writes_steps_and_not_into_the_past(town: SmallTown) -> None:
    promise = make(town)
    given = [StepGiven("Ask for offers", on(5))]
    with pytest.raises(NoRoleForMove):
        steps.write_steps(by=town.light_officer, at=START, case=promise.case, steps=given)
    with pytest.raises(NoSteps):
        steps.start(by=town.officer, at=START, case=promise.case)
    with pytest.raises(StepPast):
        steps.write_steps(
            by=town.officer, at=START, case=promise.case, steps=[StepGiven("Too late", on(-1))]
        )
    steps.write_steps(by=town.officer, at=START, case=promise.case, steps=given)
    with pytest.raises(StepsPassed):
        steps.start(by=town.officer, at=START + 7 * DAY, case=promise.case)


def _acts(town: SmallTown, promise: Promise, late: Step, other: Step) -> dict[str, Any]:
    """Every act of the office on a promise with a missed step, by its name."""
    at, by, words = START + 12 * DAY, town.officer, "Because of the frost."
    return {
        "write": lambda: steps.write_steps(
            by=by, at=at, case=promise.case, steps=[StepGiven("One more step", on(40))]
        ),
        "finish the late one": lambda: finish(town, late, at),
        "finish another": lambda: finish(town, other, at),
        "postpone": lambda: steps.postpone_step(
            by=by, at=at, case=other.case, due_on=on(50), text=words
        ),
        "postpone the late one": lambda: steps.postpone_step(
            by=by, at=at, case=late.case, due_on=on(50), text=words
        ),
        "drop": lambda: steps.drop_step(by=by, at=at, case=other.case, text=words),
        "say done": lambda: acceptance.say_done(by=by, at=at, case=promise.case, text=words),
    }


def test_a_missed_step_stops_every_act_until_it_is_explained(town: SmallTown) -> None:
    promise, (late, other) = with_steps(town, 10, 30)
    at = START + 12 * DAY
    for name, act in _acts(town, promise, late, other).items():
        with pytest.raises(StepMissed) as refused, transaction.atomic():
            act()
        assert refused.value.details == {"step": 1, "day": on(10).isoformat()}, name
    with pytest.raises(NotMissed):
        steps.explain_step(by=town.officer, at=at, case=other.case, text="It is not late at all.")
    steps.explain_step(by=town.officer, at=at, case=late.case, text="The ground was frozen.")
    with pytest.raises(NotMissed):
        steps.explain_step(by=town.officer, at=at, case=late.case, text="And once more, why?")
    finish(town, late, at)
    told = CaseEvent.objects.get(case=promise.case, move="explain").public
    assert told == {"step": 1, "text": "The ground was frozen."}
    assert Step.objects.get(pk=late.pk).done_on == on(12)


def test_on_its_last_day_a_step_is_not_missed(town: SmallTown) -> None:
    _promise, (one,) = with_steps(town, 10)
    finish(town, one, calendar().end_of(on(10)))


def test_a_later_date_is_superseded_with_both_shown(town: SmallTown) -> None:
    promise, (one, _two) = with_steps(town, 10, 20)
    steps.postpone_step(
        by=town.officer, at=START + DAY, case=one.case, due_on=on(40), text="Offers came late."
    )
    row, now = Step.objects.get(pk=one.pk), fresh(promise)
    assert (row.first_due_on, row.due_on) == (on(10), on(40))
    assert (now.first_due_on, now.due_on) == (on(20), on(40))
    said = list(Superseded.objects.order_by("id").values_list("step", "promise", "before", "after"))
    assert said == [
        (one.pk, None, on(10).isoformat(), on(40).isoformat()),
        (None, promise.pk, on(20).isoformat(), on(40).isoformat()),
    ]
    end = calendar().end_of(on(40))
    case = Case.objects.get(pk=one.pk)
    assert (case.promised_at, case.due_at) == (end, end)
    assert case.first_promised_at == calendar().end_of(on(10))
    assert now.case.promised_at == end
    assert now.case.first_promised_at == calendar().end_of(on(20))


def test_who_follows_hears_of_a_step_that_is_dropped_or_done_again(town: SmallTown) -> None:
    promise, (one, two) = with_steps(town, 10, 20)
    follow(by=town.neighbour, at=START, case=promise.case)
    finish(town, one, START + DAY)
    steps.redo_step(
        by=town.officer, at=START + DAY, case=one.case, due_on=on(30), text="It fell over."
    )
    steps.drop_step(by=town.officer, at=START + DAY, case=two.case, text="It is not needed.")
    told = Notice.objects.filter(person=town.neighbour, kind__startswith="delivery.step-")
    assert list(told.order_by("id").values_list("kind", "details")) == [
        ("delivery.step-done", {"step": 1}),
        ("delivery.step-again", {"step": 1}),
        ("delivery.step-dropped", {"step": 2}),
    ]


def test_a_date_never_moves_earlier(town: SmallTown) -> None:
    _promise, (one,) = with_steps(town, 10)
    for day in (5, 10):
        with pytest.raises(DateNotLater):
            steps.postpone_step(
                by=town.officer, at=START, case=one.case, due_on=on(day), text="Earlier, please."
            )


def test_the_database_keeps_dates_and_what_replaced_them(town: SmallTown) -> None:
    promise, (one,) = with_steps(town, 10)
    steps.postpone_step(
        by=town.officer, at=START, case=one.case, due_on=on(20), text="Offers came late."
    )
    for change in (
        f"UPDATE delivery_step SET due_on = '{on(30)}' WHERE case_id = {one.pk}",
        f"UPDATE delivery_step SET first_due_on = '{on(30)}' WHERE case_id = {one.pk}",
        f"UPDATE delivery_promise SET due_on = NULL WHERE case_id = {promise.pk}",
        f"UPDATE delivery_promise SET first_due_on = due_on + 9 WHERE case_id = {promise.pk}",
        "UPDATE delivery_superseded SET reason = 'another'",
        "DELETE FROM delivery_superseded",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


def test_dropped_steps_stay_and_the_others_must_be_done(town: SmallTown) -> None:
    promise, (one, two) = with_steps(town, 10, 20)
    finish(town, one, START + DAY)
    with pytest.raises(StepsOpen):
        acceptance.say_done(by=town.officer, at=START + DAY, case=promise.case, text="It is done.")
    steps.drop_step(by=town.officer, at=START + DAY, case=two.case, text="The bridge is closed.")
    acceptance.say_done(by=town.officer, at=START + DAY, case=promise.case, text="It is done now.")
    assert state(promise) == "acceptance"
    assert Step.objects.filter(promise=promise).count() == 2


def test_a_promise_cannot_end_over_an_open_step(town: SmallTown) -> None:
    promise, (_one,) = with_steps(town, 10)
    with pytest.raises(ChildOpen):
        move_case(by=town.controller, at=START, case=promise.case, move="break")


def test_the_control_department_declares_broken_and_ends_the_steps(town: SmallTown) -> None:
    promise, (one,) = with_steps(town, 10)
    with pytest.raises(NoRoleForMove):
        promises.break_promise(
            by=town.officer, at=START, case=promise.case, text="Nothing happens here."
        )
    promises.break_promise(
        by=town.controller, at=START + 90 * DAY, case=promise.case, text="Nothing happens here."
    )
    assert (state(promise), Case.objects.get(pk=one.pk).state) == ("broken", "dropped")


def test_a_finished_step_is_done_again_only_later(town: SmallTown) -> None:
    promise, (one, _two) = with_steps(town, 10, 20)
    finish(town, one, START + DAY)
    with pytest.raises(MoveNotPossible):
        steps.drop_step(by=town.officer, at=START + DAY, case=one.case, text="It is not needed.")
    with pytest.raises(DateNotLater):
        steps.redo_step(
            by=town.officer, at=START + DAY, case=one.case, due_on=on(10), text="It fell over."
        )
    steps.redo_step(
        by=town.officer, at=START + DAY, case=one.case, due_on=on(30), text="It fell over."
    )
    row = Step.objects.get(pk=one.pk)
    assert (row.done_on, row.due_on, row.first_due_on) == (None, on(30), on(10))
    assert fresh(promise).due_on == on(30)
    assert Case.objects.get(pk=one.pk).state == "planned"


def test_who_looked_before_somebody_else_acted_is_told(town: SmallTown) -> None:
    from veche.core.cases.operations import Changed

    promise, (one, _two) = with_steps(town, 10, 20)
    seen = Case.objects.get(pk=promise.pk).seq
    finish(town, one, START + DAY)
    with pytest.raises(Changed):
        acceptance.say_done(
            by=town.officer, at=START + DAY, case=promise.case, text="All is done.", seen=seen
        )
