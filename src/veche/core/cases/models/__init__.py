"""Tables of cases: the case with its steps and terms, and who answers for what goes wrong."""

from __future__ import annotations

from veche.core.cases.models.barred import Barred
from veche.core.cases.models.kernel import (
    AllowedMove,
    Assignment,
    CalendarDay,
    Case,
    CaseClock,
    CaseEvent,
    CaseFile,
    TermRule,
)
from veche.core.cases.models.responsibility import Climb, ClimbStep, Dispute, Prolongation

__all__ = [
    "AllowedMove",
    "Assignment",
    "Barred",
    "CalendarDay",
    "Case",
    "CaseClock",
    "CaseEvent",
    "CaseFile",
    "Climb",
    "ClimbStep",
    "Dispute",
    "Prolongation",
    "TermRule",
]
