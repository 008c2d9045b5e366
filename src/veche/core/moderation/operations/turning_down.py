"""A moderator turns down what was written, or takes away what was published: in every module."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from veche.core.cases.operations import move_case
from veche.core.moderation import reasons
from veche.core.moderation.operations.decisions import decided
from veche.core.notices.operations import tell_followers
from veche.operation import inside
from veche.texts import UnknownReason, sized

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.people.models import Person

SHORTEST_WORDS, LONGEST_WORDS = 10, 2_000
_LISTS = {"reject": reasons.REJECT, "remove": reasons.HIDE}


@inside
def turn_down(
    *,
    by: Person,
    at: dt.datetime,
    case: Case,
    move: str,
    reason: str,
    text: str,
    told: str,
    seen: int | None = None,
) -> Case:
    """Move a matter by ``reject`` or ``remove``, with a reason from the list and words for its
    author; ``told`` is the kind of notice to its followers.

    Raises:
        UnknownReason: the reason is not on the city's list for this move.
        TextLength: the words are missing, or too many.
        veche.operation.OutsideOperation: no operation is under way.
    """
    if reason not in reasons.codes(_LISTS[move]):
        raise UnknownReason
    text = sized(text, SHORTEST_WORDS, LONGEST_WORDS)
    public = {"reason": reason, "text": text}
    case = move_case(by=by, at=at, case=case, move=move, seen=seen, public=public)
    decided(by=by, at=at, case=case, kind=move, reason=reason)
    tell_followers(by=by, at=at, case=case, kind=told)
    return case
