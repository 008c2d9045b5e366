"""What those around a problem can do with it besides the usual steps: one table.

Each act is a page of its own, reached from the page of the problem and from the desk: whose it is,
a later date, a question and its reply, opening again, objecting.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from veche.city.problems import act_forms, operations
from veche.city.problems.procedure import ARBITER, HEAD, OFFICER
from veche.core.cases.operations import in_scope
from veche.core.cases.procedure import AUTHOR
from veche.core.cases.queries import waiting_prolongation, window_open
from veche.core.desk.adapter import DeskAction, DeskForm
from veche.core.moderation.procedure import DISPATCHER, MODERATOR

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from veche.core.cases.models import Case
    from veche.core.organisations.models import Holding

_HANDED = ("work", "returned")


def _uphold(**values: Any) -> Case:
    return operations.decide_objection(uphold=True, **values)


def _overturn(**values: Any) -> Case:
    return operations.decide_objection(uphold=False, **values)


@dataclass(frozen=True)
class Act:
    """One thing that can be done, by whom, and when."""

    code: str
    """Its word in the address."""
    title: str | Promise
    run: Callable[..., Any]
    """The operation: ``run(by=, at=, case=, seen=, **form.step())``."""
    form: type[DeskForm]
    role: str
    states: tuple[str, ...]
    scope: str = "organisation"
    move: str = ""
    """The declared move; empty where none is made."""
    said: str | Promise = ""
    """What is told before the form."""
    done: str | Promise = ""
    needs: str = ""
    """``asked``: a request for a later date waits; ``free``: none does; ``reopen``, ``object``: the
    window is open."""
    grave: bool = False


ACTS: tuple[Act, ...] = (
    Act(
        "reply",
        _("Reply"),
        operations.reply,
        act_forms.ReplyForm,
        AUTHOR,
        ("asked", "queried"),
        move="reply",
        done=_("Your reply has been sent."),
    ),
    Act(
        "reopen",
        _("It is not fixed: open it again"),
        operations.reopen,
        act_forms.ReopenForm,
        AUTHOR,
        ("confirmed", "verified", "unconfirmed"),
        move="reopen",
        said=_("The same office gets it again and has four working days."),
        done=_("The problem is open again. The office must answer anew."),
        needs="reopen",
    ),
    Act(
        "object",
        _("Object to the refusal"),
        operations.object_to_refusal,
        act_forms.ObjectForm,
        AUTHOR,
        ("refused",),
        move="object",
        done=_("The head of the office decides on your objection."),
        needs="object",
    ),
    Act(
        "ask",
        _("Ask the author"),
        operations.ask_author,
        act_forms.QuestionForm,
        MODERATOR,
        ("moderation",),
        scope="territory",
        move="ask",
        done=_("The author has been asked."),
    ),
    Act(
        "query",
        _("Ask the author"),
        operations.ask_author,
        act_forms.QuestionForm,
        OFFICER,
        _HANDED,
        move="query",
        done=_("The author has been asked; the term stands still until the reply."),
    ),
    Act(
        "hand-back",
        _("It is not ours: return it"),
        operations.hand_back,
        act_forms.NotOursForm,
        OFFICER,
        _HANDED,
        move="hand_back",
        said=_("A dispatcher decides within a working day. The term of the author runs on."),
        done=_("Returned. A dispatcher decides within a working day."),
    ),
    Act(
        "dispute",
        _("It is not ours: ask an arbiter"),
        operations.dispute,
        act_forms.NotOursForm,
        OFFICER,
        _HANDED,
        move="dispute",
        said=_("An arbiter decides within a working day, and the word binds. The term runs on."),
        done=_("An arbiter decides within a working day."),
    ),
    Act(
        "reassign",
        _("Decide whose it is"),
        operations.reassign,
        act_forms.WhoseForm,
        DISPATCHER,
        ("handed_back",),
        scope="territory",
        move="reassign",
        done=_("Given to the office. The term of the author has run on."),
    ),
    Act(
        "settle",
        _("Decide whose it is"),
        operations.settle,
        act_forms.WhoseForm,
        ARBITER,
        ("disputed",),
        scope="territory",
        move="settle",
        said=_("Your word binds: the office you name cannot return it again."),
        done=_("Decided. The office cannot return it again."),
    ),
    Act(
        "later",
        _("Ask for a later date"),
        operations.ask_prolongation,
        act_forms.LaterForm,
        OFFICER,
        _HANDED,
        said=_("The head of your office signs or refuses. Nothing moves until then."),
        done=_("The head of your office has been asked."),
        needs="free",
    ),
    Act(
        "sign-later",
        _("Sign the later date"),
        operations.sign_prolongation,
        act_forms.SignForm,
        HEAD,
        _HANDED,
        move="prolong",
        done=_("Signed: everybody reads the new date, and the first term beside it."),
        needs="asked",
    ),
    Act(
        "refuse-later",
        _("Refuse the later date"),
        operations.refuse_prolongation,
        act_forms.TextForm,
        HEAD,
        _HANDED,
        done=_("Refused: the promise stays."),
        needs="asked",
        grave=True,
    ),
    Act(
        "overturn",
        _("The author is right: the office works"),
        _overturn,
        act_forms.TextForm,
        HEAD,
        ("objected",),
        move="overturn",
        done=_("Overturned: the office works again."),
    ),
    Act(
        "uphold",
        _("The refusal stands"),
        _uphold,
        act_forms.TextForm,
        HEAD,
        ("objected",),
        move="uphold",
        done=_("The refusal stands; the author has been told why."),
        grave=True,
    ),
)
BY_CODE = {act.code: act for act in ACTS}


def may(
    act: Act,
    case: Case,
    held: Sequence[Holding],
    author: bool,
    at: dt.datetime,
    asked: bool | None = None,
) -> bool:
    """Whether somebody with these roles (or the author) can do it now.

    ``asked``: whether a request for a later date waits; looked up where the caller does not know.
    """
    if case.state not in act.states:
        return False
    if act.role == AUTHOR:
        if not author:
            return False
    elif not any(h.role == act.role and in_scope(h, case, act.scope) for h in held):
        return False
    if act.needs in ("reopen", "object"):
        return window_open(case, act.needs, at)
    if act.needs:
        if asked is None:
            asked = waiting_prolongation(case) is not None
        return asked == (act.needs == "asked")
    return True


def acts_for(
    case: Case,
    held: Sequence[Holding],
    author: bool,
    at: dt.datetime,
    asked: bool | None = None,
) -> list[Act]:
    """What somebody can do with a problem now; ``asked`` as for :func:`may`."""
    return [act for act in ACTS if may(act, case, held, author, at, asked)]


DESK_ACTIONS = tuple(
    DeskAction(
        move=act.move,
        title=act.title,
        run=act.run,
        form=act.form,
        done=act.done,
        grave=act.grave,
    )
    for act in ACTS
    if act.move and act.role != AUTHOR and act.code != "ask"
)
"""The acts of the staff for the one queue."""
