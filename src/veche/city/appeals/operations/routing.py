"""A letter for which no dispatcher found an office in time."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from veche.city.appeals.operations.letters import _routed, letter_of
from veche.core.moderation.operations.routing import taker
from veche.core.notices.holders import tell_holders
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.cases.models import Case


@operation
def route_unheard(*, by: None, at: dt.datetime, case: Case) -> Case:
    """No dispatcher came within the term: the office its author chose, or whoever answers for the
    topic by now, gets it; else the owner of last resort.

    Raises:
        NobodyToTake: there is none; it stays with the dispatchers, and late.
    """
    letter = letter_of(case)
    office, resort = (letter.office, False) if letter.office else taker(case, at)
    late = {"late": "last-resort" if resort else "given"}
    case = _routed(letter, case, at, office, late)
    for role in ("dispatcher", "officer"):
        tell_holders(by=by, at=at, case=case, kind="appeals.routed-late", role=role)
    return case
