"""What a company, the agency and an arbiter can do about an application or an appeal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise as Text
from django.utils.translation import gettext_lazy as _

from veche.city.pilots.forms import applications as forms
from veche.city.pilots.operations import appeals, applications, screening
from veche.city.pilots.procedure import PILOT
from veche.city.pilots.queries.applications import appeal_until
from veche.core.desk.adapter import DeskForm

if TYPE_CHECKING:
    from veche.city.pilots.access.applications import Standing


@dataclass(frozen=True)
class Act:
    """One act; its page stands at ``/pilots/applications/<number>/<code>/``."""

    code: str
    move: str
    """The declared move; empty: it opens a case of its own."""
    relation: str
    """How one must stand to the application."""
    title: str | Text
    run: Callable[..., Any]
    """``run(by=, at=, application=, **form.step())``."""
    form: type[DeskForm]
    done: str | Text
    said: str | Text = ""
    """What it means, above the form."""
    grave: bool = False
    main: bool = False


ACTS: tuple[Act, ...] = (
    Act("reply", "reply", "company", _("Answer the question"), screening.reply, forms.ReplyForm,
        _("Your answer was sent."),
        _("You can change your application with it: what it said before stays kept."), main=True),
    Act("appeal", "", "company", _("Object to the decision"), appeals.raise_appeal,
        forms.AppealForm, _("Your appeal was raised."),
        _("You can do this once. An arbiter who is not of the agency judges it within 15 days."),
        main=True),
    Act("admit", "admit", "agency", _("Admit"), screening.admit, forms.AdmitForm,
        _("Experts can read it now."), _("Experts read and mark it next."), main=True),
    Act("ask", "ask", "agency", _("Ask, or hand back"), screening.ask, forms.AskForm,
        _("The company was asked."),
        _("The company has 14 days to answer. Without an answer its application ends.")),
    Act("turn-down", "turn_down", "agency", _("Turn down"), screening.turn_down,
        forms.TurnDownForm, _("It was turned down."),
        _("Title, company and reason become public. The company may object once."), grave=True),
    Act("withdraw", "withdraw", "company", _("Withdraw"), applications.withdraw,
        forms.WithdrawForm, _("It was withdrawn."),
        _("What was written stays kept with the agency."), grave=True),
    Act("throw-away", "withdraw", "company", _("Throw the draft away"), applications.withdraw,
        forms.ThrowAwayForm, _("The draft is gone."), grave=True),
)  # fmt: skip
BY_CODE = {one.code: one for one in ACTS}


def possible(act: Act, stand: Standing, at: dt.datetime) -> bool:
    """Whether somebody who stands so can do it now."""
    if act.relation not in stand.relations:
        return False
    case = stand.application.case
    if act.code == "appeal":
        return appeal_until(stand.application, at) is not None
    if act.code in ("withdraw", "throw-away") and (case.state == "draft") != (
        act.code == "throw-away"
    ):
        return False
    return PILOT.move(act.move, case.state) is not None


def acts_for(stand: Standing, at: dt.datetime) -> list[Act]:
    """What somebody can do about an application now, the usual first."""
    return [act for act in ACTS if possible(act, stand, at)]
