"""Tables of organisations."""

from __future__ import annotations

from veche.core.organisations.models.offices import (
    Holding,
    ListMember,
    Organisation,
    PeopleList,
    Responsibility,
    SupplierRule,
)
from veche.core.organisations.models.ties import ConflictRule, PersonTie, Source, Stake, Tie

__all__ = [
    "ConflictRule",
    "Holding",
    "ListMember",
    "Organisation",
    "PeopleList",
    "PersonTie",
    "Responsibility",
    "Source",
    "Stake",
    "SupplierRule",
    "Tie",
]
