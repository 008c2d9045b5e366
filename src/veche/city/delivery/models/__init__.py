"""Tables of the strategy, of promises, and of their acceptance."""

from __future__ import annotations

from veche.city.delivery.models.acceptance import AcceptanceRule, Asked, Verdict
from veche.city.delivery.models.promise import Amount, Promise, Source, Step, Superseded
from veche.city.delivery.models.strategy import Goal, Measured, Strategy

__all__ = [
    "AcceptanceRule",
    "Amount",
    "Asked",
    "Goal",
    "Measured",
    "Promise",
    "Source",
    "Step",
    "Strategy",
    "Superseded",
    "Verdict",
]
