"""A moderator reads an idea or an initiative before everybody else does."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from veche.city.ideas import tasks
from veche.city.ideas.models import Idea, Initiative
from veche.city.ideas.operations.calls import answered_until
from veche.core.cases.operations import move_case
from veche.core.moderation.operations import turn_down
from veche.core.notices.operations import announce, tell_followers
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.people.models import Person


def goes_to(case: Case, at: dt.datetime) -> dict[str, Any]:
    """The office it lies with from now on, and until when it will be answered: by the phases of
    its call, and where these are over by the term of the procedure."""
    if case.procedure == "initiative":
        asked = Initiative.objects.select_related("office").get(pk=case.pk)
        return {"organisation": asked.office}
    idea = Idea.objects.select_related("call__office").get(pk=case.pk)
    assert idea.call is not None
    return {
        "organisation": idea.call.office,
        "until": answered_until(idea.call, at),
    }


def _published(case: Case, by: Person | None, at: dt.datetime, kind: str) -> Case:
    tell_followers(by=by, at=at, case=case, kind=kind)
    announce(by=by, at=at, case=case, kind="ideas.new")
    over = Idea.objects.filter(case=case, call__case__state="cancelled")
    for call in over.values_list("call_id", flat=True):
        tasks.call_off.defer(call=call)  # it came to be read after its call was called off
    return case


@operation
def accept(*, by: Person, at: dt.datetime, case: Case, seen: int | None = None) -> Case:
    """A moderator passes it: everybody can read and support it."""
    case = move_case(by=by, at=at, case=case, move="accept", seen=seen, **goes_to(case, at))
    return _published(case, by, at, "ideas.accepted")


@operation
def pass_unread(*, by: None, at: dt.datetime, case: Case) -> Case:
    """Nobody moderated within the term: it is passed on, and the lateness stays counted."""
    case = move_case(by=by, at=at, case=case, move="pass", **goes_to(case, at))
    return _published(case, by, at, "ideas.passed")


@operation
def pass_unread_initiative(*, by: None, at: dt.datetime, case: Case) -> Case:
    """The same for an initiative."""
    case = move_case(by=by, at=at, case=case, move="pass", **goes_to(case, at))
    return _published(case, by, at, "ideas.passed")


@operation
def reject(
    *, by: Person, at: dt.datetime, case: Case, reason: str, text: str, seen: int | None = None
) -> Case:
    """A moderator turns it down, with a reason from the list and words for the author.

    Raises:
        UnknownReason, TextLength: the reason is not on the list, or the words are missing.
    """
    return turn_down(
        by=by, at=at, case=case, move="reject", reason=reason, text=text, seen=seen,
        told="ideas.rejected",
    )  # fmt: skip


@operation
def remove(
    *, by: Person, at: dt.datetime, case: Case, reason: str, text: str, seen: int | None = None
) -> Case:
    """A moderator takes a published one away: what should not have been passed.

    Raises:
        UnknownReason, TextLength: the reason is not on the list, or the words are missing.
    """
    return turn_down(
        by=by, at=at, case=case, move="remove", reason=reason, text=text, seen=seen,
        told="ideas.removed",
    )  # fmt: skip


@operation
def publish_after_all(*, by: Person, at: dt.datetime, case: Case) -> Case:
    """An appeal was granted: everybody can read it."""
    return _published(case, by, at, "moderation.overturned")
