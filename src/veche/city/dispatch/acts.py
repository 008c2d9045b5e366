"""What can be done about an incident or a part of it: who may, its form, its operation."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise as Text
from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import access, rules
from veche.city.dispatch.forms import incidents as forms
from veche.city.dispatch.models import Incident, IncidentTask
from veche.city.dispatch.operations import incidents as doing
from veche.city.dispatch.operations.tasks import ASKED_IN
from veche.city.dispatch.procedure import DISPATCHER, OPEN
from veche.core.cases.operations import in_scope
from veche.core.cases.queries import procedure_of
from veche.core.desk.adapter import DeskForm

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.organisations.models import Holding

Who = Callable[[Incident, Collection["Holding"]], bool]


def _inside(incident: Incident, held: Collection[Holding]) -> bool:
    return access.inside(held, incident)


def _leads(incident: Incident, held: Collection[Holding]) -> bool:
    if incident.lead is not None and incident.lead.pk in access.offices(held):
        return True
    return access.decides(incident, held)


def _asks(incident: Incident, held: Collection[Holding]) -> bool:
    return incident.case.state in ASKED_IN and _leads(incident, held)


def _takes_up(incident: Incident, held: Collection[Holding]) -> bool:
    tier = access.tier_of(held, incident.case.territory)
    open_ = incident.case.state in OPEN and incident.claimed_at is None
    return open_ and tier >= incident.tier > incident.first_tier


def _raises(incident: Incident, held: Collection[Holding]) -> bool:
    return (
        incident.case.state in OPEN and incident.tier < rules.TOP and access.decides(incident, held)
    )


def _hands_down(incident: Incident, held: Collection[Holding]) -> bool:
    tier = access.tier_of(held, incident.case.territory)
    return incident.case.state in OPEN and 1 < incident.tier <= tier


@dataclass(frozen=True)
class Act:
    """One act: its page stands at ``…/<number>/<code>/``."""

    code: str
    title: str | Text
    run: Callable[..., Any]
    form: type[DeskForm]
    done: str | Text
    """What is said afterwards."""
    said: str | Text = ""
    """What it means, above the form."""
    moves: tuple[str, ...] = ()
    """The declared moves by which it is made; empty: it is no step of the case."""
    procedure: str = "incident"
    who: Who | None = None
    """Who may, where no move says it."""
    main: bool = False
    """The usual next step: drawn first and large."""
    grave: bool = False

    @property
    def plain(self) -> bool:
        """Whether one touch is enough."""
        return self.form is forms.PlainForm


ACTS: tuple[Act, ...] = (
    Act("take-up", _("Take it up"), doing.take_up, forms.PlainForm, _("Your tier leads now."),
        who=_takes_up, main=True),
    Act("verify", _("It is so"), doing.verify, forms.VerifyForm, _("It is verified."),
        _("You have made sure: by telephone, by a camera, on the spot."), ("verify",), main=True),
    Act("dispatch", _("Give it to an office"), doing.dispatch, forms.DispatchForm,
        _("The office has it."), _("The handbook proposes; you decide."), ("dispatch",),
        main=True),
    Act("accept", _("Accept"), doing.accept, forms.PlainForm, _("Your office leads."),
        moves=("accept",), main=True),
    Act("begin", _("We are on the spot"), doing.begin, forms.PlainForm, _("It is written down."),
        moves=("begin",), main=True),
    Act("resume", _("Take it up again"), doing.resume, forms.PlainForm, _("It goes on."),
        moves=("resume",), main=True),
    Act("say-done", _("It is done"), doing.say_done, forms.DoneForm,
        _("A dispatcher verifies it on site."), moves=("say_done",), main=True),
    Act("close", _("Verified on site: close it"), doing.close, forms.PlainForm,
        _("The incident is over."), moves=("close",), main=True),
    Act("send-back", _("It is not done"), doing.send_back, forms.ReasonForm,
        _("The office goes on."), moves=("send_back",)),
    Act("return", _("It is not ours"), doing.send_back_to_dispatcher, forms.ReasonForm,
        _("A dispatcher decides."),
        _("At the second return the tier above decides, and that binds."), ("return",)),
    Act("ask-help", _("Ask an office to help"), doing.ask_help, forms.AskForm,
        _("The office is asked."), who=_asks),
    Act("postpone", _("It cannot be done in time"), doing.postpone, forms.PostponeForm,
        _("It stands in the register."), moves=("postpone",)),
    Act("raise", _("Give it a tier up"), doing.raise_tier, forms.RaiseForm,
        _("The tier above is to take it."),
        _("You go on leading until the tier above takes it."), who=_raises),
    Act("hand-down", _("Hand it down"), doing.hand_down, forms.HandDownForm,
        _("The tier below leads."), who=_hands_down),
    Act("take-away", _("Take it from the office"), doing.take_away, forms.ReasonForm,
        _("Give it to another office."), moves=("take_away",)),
    Act("join", _("It is a part of another"), doing.join, forms.JoinForm,
        _("It goes on in the other incident."), moves=("join",)),
    Act("call-false", _("It is a false alarm"), doing.call_false, forms.ReasonForm,
        _("It is over: a false alarm."), moves=("call_false",), grave=True),
    Act("reopen", _("Open it again"), doing.reopen, forms.ReasonForm, _("It is open again."),
        moves=("reopen", "reopen_later")),
    Act("evaluate", _("Evaluate it"), doing.evaluate, forms.ReasonForm, _("It is evaluated."),
        _("How was it handled? The numbers stand in its after-action report."), ("evaluate",),
        main=True),
    Act("cost", _("Write down what it cost"), doing.tell_cost, forms.CostForm,
        _("The cost is written down."), who=_leads),
    Act("log", _("Write in the log"), doing.note, forms.LogForm, _("It stands in the log."),
        who=_inside),
    Act("accept", _("Accept"), doing.accept_help, forms.PlainForm, _("Your office helps."),
        moves=("accept",), procedure="incident_task", main=True),
    Act("begin", _("We are on the spot"), doing.begin_help, forms.PlainForm,
        _("It is written down."), moves=("begin",), procedure="incident_task", main=True),
    Act("finish", _("Our part is done"), doing.finish_help, forms.PlainForm,
        _("Your part is done."), moves=("finish",), procedure="incident_task", main=True),
    Act("refuse", _("We cannot"), doing.refuse_help, forms.ReasonForm,
        _("The dispatcher asks another."), moves=("refuse",), procedure="incident_task"),
    Act("drop", _("They need not help"), doing.drop_help, forms.PlainForm,
        _("The office need not help."), moves=("drop",), procedure="incident_task"),
)  # fmt: skip
BY_CODE = {(one.procedure, one.code): one for one in ACTS}
BY_MOVE = {(one.procedure, move): one for one in ACTS for move in one.moves}
_UNSEEN = frozenset({"take-up", "ask-help", "raise", "hand-down", "cost", "log"})
"""Acts that are no step of the case: nobody else's step makes them wrong."""


def carry_out(act: Act, *, by: Any, at: Any, case: Case, seen: int | None, step: Any) -> Any:
    """Run the operation of an act on the case it is about."""
    thing: dict[str, Any] = (
        {"incident": Incident(case_id=case.pk)}
        if act.procedure == "incident"
        else {"task": IncidentTask.objects.get(pk=case.pk)}
    )
    if act.code not in _UNSEEN:
        thing["seen"] = seen
    return act.run(by=by, at=at, **thing, **step)


def may(act: Act, case: Case, incident: Incident, held: Collection[Holding]) -> bool:
    """Whether somebody with these roles can do it now."""
    if case.procedure != act.procedure:
        return False
    if not act.moves:
        return act.who is not None and act.who(incident, held)
    if act.code == "begin" and act.procedure == "incident" and incident.acted_at is not None:
        return False  # it is told once
    declared = procedure_of(case)
    for name in act.moves:
        move = declared.move(name, case.state)
        if move is None:
            continue
        if move.role == DISPATCHER and not access.decides(incident, held):
            return False
        return any(one.role == move.role and in_scope(one, case, move.scope) for one in held)
    return False


def acts_for(incident: Incident, held: Collection[Holding]) -> list[Act]:
    """What somebody can do about an incident now, in the usual order."""
    return [one for one in ACTS if may(one, incident.case, incident, held)] if held else []


def acts_of_task(
    task: IncidentTask, incident: Incident, held: Collection[Holding]
) -> Sequence[Act]:
    """What somebody can do about a co-handler's part now, in the usual order."""
    return [one for one in ACTS if may(one, task.case, incident, held)] if held else []
