"""The steps of a promise: written, begun, finished with evidence, explained, put off, dropped.

Each step is a case of its own that its promise waits for. What happens to one is said on the
promise too, so that whoever follows it hears the whole story.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from veche.city.delivery import rules
from veche.city.delivery.models import Promise, Step, Superseded
from veche.city.delivery.operations.guard import locked, missed_step, office_acts, today
from veche.city.delivery.operations.refusals import (
    DateNotLater,
    NoSteps,
    NotMissed,
    StepPast,
    StepsPassed,
    TitleLength,
    TooManySteps,
)
from veche.core.cases.models import Case, CaseClock
from veche.core.cases.operations import MoveNotPossible, attach, move_case, open_case
from veche.core.cases.procedure import PROCEDURES
from veche.core.cases.terms import calendar
from veche.core.files.operations import keep
from veche.core.notices.operations import tell_followers
from veche.operation import inside, operation
from veche.texts import sized

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from veche.core.files.photographs import Photograph
    from veche.core.people.models import Person


@dataclass(frozen=True)
class StepGiven:
    """One step as it is written: what, and until when."""

    title: str
    due_on: dt.date


@operation
def write_steps(
    *,
    by: Person,
    at: dt.datetime,
    case: Case,
    steps: Sequence[StepGiven],
    seen: int | None = None,
) -> list[Step]:
    """The office writes steps with their dates: before it begins, or to put right what residents
    refused. They join those that are there.

    Raises:
        veche.city.delivery.operations.refusals.NoSteps, TooManySteps, StepPast, TitleLength: they
            cannot be taken so.
        veche.core.cases.operations.MoveNotPossible: steps are written before a promise is begun,
            and in a repair.
        StepMissed, NoRoleForMove, Changed: as for every act of the office (`guard.office_acts`).
    """
    promise = locked(case)
    office_acts(by=by, at=at, promise=promise, seen=seen)
    state = promise.case.state
    if state not in ("drafted", "under_way", "repair"):
        raise MoveNotPossible(state=PROCEDURES["promise"].by_code[state].title)
    before = Step.objects.filter(promise=promise).count()
    if not steps:
        raise NoSteps
    if before + len(steps) > rules.MOST_STEPS:
        raise TooManySteps(most=rules.MOST_STEPS)
    made = [_planned(promise, before + n, one, by, at) for n, one in enumerate(steps, start=1)]
    move = "write_steps" if state == "drafted" else "change"
    public = {
        "steps": [
            {"number": one.number, "title": one.title, "due_on": one.due_on.isoformat()}
            for one in made
        ]
    }
    move_case(by=by, at=at, case=promise.case, move=move, public=public)
    if state != "drafted":
        _last_date(promise, by, at, _words_of_new(made))
        tell_followers(by=by, at=at, case=promise.case, kind="delivery.steps-added")
    return made


def _words_of_new(made: Sequence[Step]) -> str:
    return "; ".join(f"{one.number}. {one.title}" for one in made)[: rules.MOST_REASON]


@inside
def _planned(promise: Promise, number: int, given: StepGiven, by: Person, at: dt.datetime) -> Step:
    title = sized(" ".join(given.title.split()), rules.LEAST_TITLE, rules.MOST_TITLE, TitleLength)
    if given.due_on < today(at):
        raise StepPast(day=given.due_on.isoformat())
    case = open_case(
        by=by,
        at=at,
        procedure="promise_step",
        move="plan",
        theme=promise.case.theme,
        territory=promise.case.territory,
        parent=promise.case,
        organisation=promise.case.organisation,
        until=calendar().end_of(given.due_on),
        public={"promise": promise.case.number, "due_on": given.due_on.isoformat()},
    )
    step = Step(
        case=case,
        promise=promise,
        number=number,
        title=title,
        due_on=given.due_on,
        first_due_on=given.due_on,
        round=promise.round,
    )
    step.save(force_insert=True)
    return step


@operation
def start(*, by: Person, at: dt.datetime, case: Case, seen: int | None = None) -> Promise:
    """The office begins; from here on what the steps say is promised.

    Raises:
        NoSteps: nothing is planned.
        StepsPassed: the date of a step passed before.
        NoRoleForMove, Changed, MoveNotPossible: as for every move.
    """
    promise = locked(case)
    office_acts(by=by, at=at, promise=promise, seen=seen, explains=True)
    last = _open_steps(promise).order_by("-due_on").first()
    if last is None:
        raise NoSteps
    passed = missed_step(promise.pk, at)
    if passed is not None:
        raise StepsPassed(step=passed.number)
    until = calendar().end_of(last.due_on)
    promise.case = move_case(
        by=by,
        at=at,
        case=promise.case,
        move="start",
        until=until,
        public={"due_on": last.due_on.isoformat()},
    )
    promise.begun_at, promise.due_on, promise.first_due_on = at, last.due_on, last.due_on
    promise.save(update_fields=["begun_at", "due_on", "first_due_on"], force_update=True)
    tell_followers(by=by, at=at, case=promise.case, kind="delivery.begun")
    return promise


@operation
def finish_step(
    *,
    by: Person,
    at: dt.datetime,
    case: Case,
    text: str,
    before: Sequence[Photograph] = (),
    after: Sequence[Photograph] = (),
    seen: int | None = None,
) -> Case:
    """A step is done; ``text`` says what can be seen, the photographs show it.

    Raises:
        veche.texts.TextLength: the words are missing.
        StepMissed, NoRoleForMove, Changed, MoveNotPossible: as for every act of the office.
    """
    step, promise = _of_step(case)
    office_acts(by=by, at=at, promise=promise, case=step.case, seen=seen)
    text = sized(text, rules.LEAST_REASON, rules.MOST_TEXT)
    case = move_case(by=by, at=at, case=step.case, move="finish", public={"text": text})
    Step.objects.filter(pk=step.pk).update(done_on=today(at))
    show(by=by, at=at, case=case, photographs=before, kind="before")
    show(by=by, at=at, case=case, photographs=after, kind="after")
    if promise.case.state in ("under_way", "repair"):
        move_case(by=by, at=at, case=promise.case, move="change", public={"done": step.number})
    tell_followers(
        by=by, at=at, case=promise.case, kind="delivery.step-done", details={"step": step.number}
    )
    return case


@inside
def show(
    *, by: Person, at: dt.datetime, case: Case, photographs: Sequence[Photograph], kind: str
) -> None:
    """Put photographs to the latest step of a case; at most `rules.MOST_PHOTOGRAPHS`."""
    for photograph in photographs[: rules.MOST_PHOTOGRAPHS]:
        file = keep(by=by, at=at, photograph=photograph)
        attach(by=by, at=at, case=case, file=file, kind=kind)


@operation
def explain_step(
    *, by: Person, at: dt.datetime, case: Case, text: str, seen: int | None = None
) -> Case:
    """The office says why a step was missed; only then it can do anything else.

    Raises:
        NotMissed: it is not late, or was explained.
        veche.texts.TextLength: the words are missing.
        NoRoleForMove, Changed, MoveNotPossible: as for every move.
    """
    step, promise = _of_step(case)
    office_acts(by=by, at=at, promise=promise, case=step.case, seen=seen, explains=True)
    if step.due_on >= today(at) or step.lateness:
        raise NotMissed
    text = sized(text, rules.LEAST_REASON, rules.MOST_REASON)
    case = move_case(by=by, at=at, case=step.case, move="explain", public={"text": text})
    Step.objects.filter(pk=step.pk).update(lateness=text)
    if promise.case.state in ("under_way", "repair"):
        move_case(
            by=by,
            at=at,
            case=promise.case,
            move="explain",
            public={"step": step.number, "text": text},
        )
    tell_followers(
        by=by, at=at, case=promise.case, kind="delivery.step-late", details={"step": step.number}
    )
    return case


@operation
def postpone_step(
    *,
    by: Person,
    at: dt.datetime,
    case: Case,
    due_on: dt.date,
    text: str,
    seen: int | None = None,
) -> Case:
    """Supersede the date of a step by a later one, with a reason; both stay shown.

    Raises:
        DateNotLater: it is not later than what is promised, or not after today.
        veche.texts.TextLength: the words are missing.
        StepMissed, NoRoleForMove, Changed, MoveNotPossible: as for every act of the office.
    """
    step, promise = _of_step(case)
    office_acts(by=by, at=at, promise=promise, case=step.case, seen=seen)
    now = today(at)
    if due_on <= max(step.due_on, now):
        raise DateNotLater(day=max(step.due_on, now).isoformat())
    text = sized(text, rules.LEAST_REASON, rules.MOST_REASON)
    told = {"before": step.due_on.isoformat(), "after": due_on.isoformat(), "text": text}
    case = move_case(by=by, at=at, case=step.case, move="postpone", public=told)
    _supersede_date(step=step, due_on=due_on, reason=text, by=by, at=at)
    _later(case, due_on)
    if promise.case.state in ("under_way", "repair"):
        promise.case = move_case(
            by=by, at=at, case=promise.case, move="change", public={"step": step.number, **told}
        )
        _last_date(promise, by, at, text)
    tell_followers(
        by=by,
        at=at,
        case=promise.case,
        kind="delivery.postponed",
        details={"step": step.number, "day": due_on.isoformat()},
    )
    return case


@operation
def drop_step(
    *, by: Person, at: dt.datetime, case: Case, text: str, seen: int | None = None
) -> Case:
    """A step is no longer needed; it stays shown with the reason.

    Raises:
        veche.texts.TextLength: the words are missing.
        StepMissed, NoRoleForMove, Changed, MoveNotPossible: as for every act of the office.
    """
    step, promise = _of_step(case)
    drafted = promise.case.state == "drafted"
    office_acts(by=by, at=at, promise=promise, case=step.case, seen=seen, explains=drafted)
    text = sized(text, rules.LEAST_REASON, rules.MOST_REASON)
    case = move_case(by=by, at=at, case=step.case, move="drop", public={"text": text})
    if promise.case.state in ("drafted", "under_way", "repair"):
        public = {"dropped": step.number, "text": text}
        move_case(by=by, at=at, case=promise.case, move="change", public=public)
    tell_followers(
        by=by, at=at, case=promise.case, kind="delivery.step-dropped", details={"step": step.number}
    )
    return case


@operation
def redo_step(
    *,
    by: Person,
    at: dt.datetime,
    case: Case,
    due_on: dt.date,
    text: str,
    seen: int | None = None,
) -> Case:
    """A finished step is to be done again, until a new date, because it was not.

    Raises:
        DateNotLater: the date has passed or is not later than the one before.
        veche.texts.TextLength: the words are missing.
        StepMissed, NoRoleForMove, Changed, MoveNotPossible: as for every act of the office.
    """
    step, promise = _of_step(case)
    office_acts(by=by, at=at, promise=promise, case=step.case, seen=seen)
    if due_on <= max(step.due_on, today(at)):
        raise DateNotLater(day=max(step.due_on, today(at)).isoformat())
    text = sized(text, rules.LEAST_REASON, rules.MOST_REASON)
    told = {"before": step.due_on.isoformat(), "after": due_on.isoformat(), "text": text}
    promise.case = move_case(
        by=by, at=at, case=promise.case, move="change", public={"redo": step.number, **told}
    )
    case = move_case(
        by=None, at=at, case=step.case, move="redo", until=calendar().end_of(due_on), public=told
    )
    _supersede_date(step=step, due_on=due_on, reason=text, by=by, at=at)
    Step.objects.filter(pk=step.pk).update(done_on=None, lateness="")
    _last_date(promise, by, at, text)
    tell_followers(
        by=by, at=at, case=promise.case, kind="delivery.step-again", details={"step": step.number}
    )
    return case


def _of_step(case: Case) -> tuple[Step, Promise]:
    """The step of a case with its promise, which is locked first: two who act on two steps of it
    wait for each other."""
    promise = locked(Case.objects.get(pk=Step.objects.get(pk=case.pk).promise_id))
    rows = Step.objects.select_for_update(of=("self",))
    return rows.select_related("case__territory").get(pk=case.pk), promise


def _open_steps(promise: Promise) -> QuerySet[Step]:
    return Step.objects.filter(promise=promise, case__closed_at=None)


@inside
def _supersede_date(
    *, step: Step, due_on: dt.date, reason: str, by: Person, at: dt.datetime
) -> None:
    Superseded(
        step=step,
        field="due_on",
        before=step.due_on.isoformat(),
        after=due_on.isoformat(),
        reason=reason,
        by=by,
        at=at,
    ).save(force_insert=True)
    Step.objects.filter(pk=step.pk).update(due_on=due_on, lateness="")


@inside
def _last_date(promise: Promise, by: Person, at: dt.datetime, reason: str) -> None:
    """The promise ends with its last step: where that is later now, its date is superseded too."""
    last = _open_steps(promise).order_by("-due_on").first()
    if last is None or promise.due_on is None or last.due_on <= promise.due_on:
        return
    Superseded(
        promise=promise,
        field="due_on",
        before=promise.due_on.isoformat(),
        after=last.due_on.isoformat(),
        reason=reason,
        by=by,
        at=at,
    ).save(force_insert=True)
    Promise.objects.filter(pk=promise.pk).update(due_on=last.due_on)
    _later(Case.objects.get(pk=promise.pk), last.due_on)


@inside
def _later(case: Case, due_on: dt.date) -> None:
    """Move the open clock and what is promised to the end of a later day; the first date stays."""
    until = calendar().end_of(due_on)
    clock = CaseClock.objects.filter(case=case, stopped_at__isnull=True).first()
    if clock is not None and until > clock.due_at:
        clock.due_at = until
        clock.save(update_fields=["due_at"], force_update=True)
    if case.promised_at is not None and until > case.promised_at:
        case.promised_at = case.due_at = until
        case.save(update_fields=["promised_at", "due_at"], force_update=True)
