"""A later date for a letter: an officer asks, the head of the office signs or refuses.

The first promise stays what it was, and lateness is counted against it. Words about a private
letter are read by its author and the office alone.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from veche.city.appeals import rules
from veche.city.appeals.models import Appeal
from veche.core.cases import operations as cases
from veche.core.notices.holders import tell_holders
from veche.core.notices.operations import tell_followers
from veche.operation import operation
from veche.texts import UnknownReason, sized

if TYPE_CHECKING:
    from veche.core.cases.models import Case, Prolongation
    from veche.core.people.models import Person


def _private(case: Case) -> bool:
    return Appeal.objects.filter(pk=case.pk, public=False).exists()


@operation
def ask_later(
    *,
    by: Person,
    at: dt.datetime,
    case: Case,
    reason: str,
    text: str,
    until: dt.date,
    seen: int | None = None,
) -> Prolongation:
    """An officer asks the head for a later date, with a reason that the author will read.

    Raises:
        UnknownReason, TextLength: the reason is not on the list, or the words are missing.
        NotLater, TooFar, NotAWorkingDay, AlreadyAsked: see `veche.core.cases.operations`.
    """
    if reason not in rules.LATER_REASONS:
        raise UnknownReason
    text = sized(text, rules.SHORTEST_TEXT, rules.LONGEST_REASON)
    asked = cases.ask_prolongation(
        by=by,
        at=at,
        case=case,
        reason=reason,
        text=text,
        until=until,
        private=_private(case),
        seen=seen,
    )
    # Everybody sees that it was asked; why and until when is said once it is signed.
    cases.move_case(by=by, at=at, case=case, move="ask_later")
    tell_holders(by=by, at=at, case=case, kind="appeals.later-asked", role="head")
    return asked


@operation
def sign_later(*, by: Person, at: dt.datetime, case: Case, seen: int | None = None) -> Case:
    """The head signs the later date; who reads the letter reads it, and the first term beside it.

    Raises:
        AlreadyDecided, OwnRequest, NotLater: see `veche.core.cases.operations`.
    """
    case = cases.decide_prolongation(
        by=by, at=at, case=case, sign=True, private=_private(case), seen=seen
    )
    tell_followers(by=by, at=at, case=case, kind="appeals.later")
    return case


@operation
def refuse_later(
    *, by: Person, at: dt.datetime, case: Case, text: str, seen: int | None = None
) -> Case:
    """The head does not sign: the promise stays.

    Raises:
        TextLength: the head gave no reason.
        AlreadyDecided, OwnRequest: see `veche.core.cases.operations`.
    """
    text = sized(text, rules.SHORTEST_TEXT, rules.LONGEST_REASON)
    private = _private(case)
    cases.decide_prolongation(
        by=by, at=at, case=case, sign=False, text=text, private=private, seen=seen
    )
    case = cases.move_case(by=by, at=at, case=case, move="refuse_later")
    tell_holders(by=by, at=at, case=case, kind="appeals.later-refused", role="officer")
    return case
