"""Everything that can happen to a case, whatever it is about."""

from __future__ import annotations

from veche.core.cases.operations.calendar import (
    CalendarWithoutWork,
    UnknownTerm,
    relay_terms,
    set_calendar,
    set_term,
)
from veche.core.cases.operations.climbing import LEVELS, climb, set_climb_step
from veche.core.cases.operations.disputes import (
    LAST_RESORT,
    ArbiterOfAParty,
    Bound,
    NoLastResort,
    SameOffice,
    decide_dispute,
    end_dispute,
    last_resort,
    open_dispute,
)
from veche.core.cases.operations.files import attach
from veche.core.cases.operations.moves import (
    ROLE_NAMES,
    Changed,
    ChildOpen,
    MoveNotPossible,
    NoRoleForMove,
    ParentEnded,
    in_scope,
    move_case,
    open_case,
    role_holding,
    role_name,
    subject,
)
from veche.core.cases.operations.prolongation import (
    AlreadyAsked,
    AlreadyDecided,
    NotAWorkingDay,
    NotLater,
    OwnRequest,
    TooFar,
    ask_prolongation,
    blank_prolongations,
    decide_prolongation,
)
from veche.core.cases.operations.sweep import SWEEP, advance, hold_back, mark_passed
from veche.core.cases.rules import MOST_DISPUTES

__all__ = [
    "LAST_RESORT",
    "LEVELS",
    "MOST_DISPUTES",
    "ROLE_NAMES",
    "SWEEP",
    "AlreadyAsked",
    "AlreadyDecided",
    "ArbiterOfAParty",
    "Bound",
    "CalendarWithoutWork",
    "Changed",
    "ChildOpen",
    "MoveNotPossible",
    "NoLastResort",
    "NoRoleForMove",
    "NotAWorkingDay",
    "NotLater",
    "OwnRequest",
    "ParentEnded",
    "SameOffice",
    "TooFar",
    "UnknownTerm",
    "advance",
    "ask_prolongation",
    "attach",
    "blank_prolongations",
    "climb",
    "decide_dispute",
    "decide_prolongation",
    "end_dispute",
    "hold_back",
    "in_scope",
    "last_resort",
    "mark_passed",
    "move_case",
    "open_case",
    "open_dispute",
    "relay_terms",
    "role_holding",
    "role_name",
    "set_calendar",
    "set_climb_step",
    "set_term",
    "subject",
]
