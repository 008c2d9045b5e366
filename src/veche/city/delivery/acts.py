"""What can be done about a promise or a step: who may, its form, its operation, its words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise as Text
from django.utils.translation import gettext_lazy as _

from veche.city.delivery.forms import steps as forms
from veche.city.delivery.operations import acceptance, money, promises, steps
from veche.core.cases.operations import in_scope
from veche.core.cases.queries import procedure_of
from veche.core.desk.adapter import DeskForm

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.cases.procedure import Move
    from veche.core.organisations.models import Holding


@dataclass(frozen=True)
class Act:
    """One act: its page stands at ``/promises/<number>/<code>/``."""

    code: str
    procedure: str
    moves: tuple[str, ...]
    """The declared moves by which it is made; one of them must be possible."""
    title: str | Text
    run: Callable[..., Any]
    """``run(by=, at=, case=, seen=, **form.step())``."""
    form: type[DeskForm]
    done: str | Text
    """What is said afterwards."""
    said: str | Text = ""
    """What it means, above the form."""
    grave: bool = False
    explains: bool = False
    """It is possible while a missed step is unexplained."""


ACTS: tuple[Act, ...] = (
    Act("steps", "promise", ("write_steps", "change"), _("Write steps"), steps.write_steps,
        forms.StepsForm, _("The steps are written."),
        _("Each step has a date. Once the promise is begun, a date is never changed: a later one"
          " stands beside it with your reason.")),
    Act("start", "promise", ("start",), _("Begin"), steps.start, forms.PlainForm,
        _("The promise is begun."),
        _("From here on everybody counts on the dates of the steps."), explains=True),
    Act("say-done", "promise", ("say_done",), _("Say that it is done"), acceptance.say_done,
        forms.DoneForm, _("Residents are asked."),
        _("Those who proposed, supported or voted, and those who live there, are asked for 14 days"
          " whether it is so.")),
    Act("money", "promise", ("change",), _("Write down money"), money.add_amount, forms.MoneyForm,
        _("The money is written down."),
        _("A wrong line is never changed: another takes its place, and both stay shown.")),
    Act("target", "promise", ("change",), _("Set the target"), money.set_target, forms.TargetForm,
        _("The target is set."), _("A target that stands is replaced with a reason; both stay"
                                   " shown.")),
    Act("measure", "promise", ("change",), _("Write down what was measured"), money.measure,
        forms.MeasureForm, _("The value is written down.")),
    Act("replace", "promise", ("replace",), _("Put another promise in its place"),
        promises.replace_promise, forms.ReplaceForm, _("Another promise stands in its place."),
        grave=True),
    Act("break", "promise", ("break",), _("Declare it broken"), promises.break_promise,
        forms.ReasonForm, _("The promise is declared broken."),
        _("It is counted as broken for good; its steps end."), grave=True),
    Act("find-undone", "promise", ("find_undone",), _("It turned out not to be done"),
        promises.find_undone, forms.ReasonForm, _("The office must put it right."),
        _("The office puts it right, and residents are asked again."), grave=True),
    Act("finish", "promise_step", ("finish",), _("Finish the step"), steps.finish_step,
        forms.FinishForm, _("The step is done.")),
    Act("explain", "promise_step", ("explain",), _("Say why it is late"), steps.explain_step,
        forms.ReasonForm, _("The reason is published."),
        _("Until it is said, nothing else can be done about this promise."), explains=True),
    Act("postpone", "promise_step", ("postpone",), _("Give it a later date"), steps.postpone_step,
        forms.LaterForm, _("The later date is published beside the first.")),
    Act("drop", "promise_step", ("drop",), _("Drop the step"), steps.drop_step, forms.ReasonForm,
        _("The step is dropped."), _("It stays shown with the reason."), grave=True),
    Act("redo", "promise_step", ("redo",), _("Do it again"), steps.redo_step, forms.LaterForm,
        _("The step is to be done again.")),
)  # fmt: skip
BY_CODE = {one.code: one for one in ACTS}


def move_of(act: Act, case: Case) -> Move | None:
    """The declared move by which an act is made now; None where it is not possible."""
    if act.procedure != case.procedure:
        return None
    declared = procedure_of(case)
    for name in act.moves:
        found = declared.move(name, case.state)
        if found is not None:
            return found
    return None


def may(act: Act, case: Case, held: Sequence[Holding]) -> bool:
    """Whether somebody who holds these roles can do it now."""
    move = move_of(act, case)
    if move is None:
        return False
    if act.code == "measure" and not _measured(case):
        return False
    role, scope = (move.role, move.scope) if act.code != "redo" else ("officer", "organisation")
    return any(one.role == role and in_scope(one, case, scope) for one in held)


def _measured(case: Case) -> bool:
    from veche.city.delivery.models import Promise

    return Promise.objects.filter(pk=case.pk, target__isnull=False).exists()


def acts_for(
    case: Case, held: Sequence[Holding], *, missed: bool = False, late: bool = False
) -> list[Act]:
    """What somebody can do about a case, in the usual order. While a step of its promise is
    ``missed`` and unexplained, the office can only explain that one (``late``: it is this)."""
    found = [one for one in ACTS if one.procedure == case.procedure and may(one, case, held)]
    found = [one for one in found if late or one.code != "explain"]
    if missed:
        office = ("break", "replace", "find-undone")
        found = [one for one in found if one.explains or one.code in office]
    return found
