"""What this module holds about a person, and how it is erased."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from veche.core.people.models import Person


def collect(person: Person) -> dict[str, Any]:
    """The ledger and the rewards of whoever turned points on; nothing of anybody else."""
    from veche.city.points.queries.mine import account_of, ledger

    account = account_of(person)
    if account is None:
        return {}
    entries = ledger(account)
    return {
        "points": {
            "since": account.since.isoformat(),
            "balance": account.balance,
            "entries": [
                {
                    "at": one.at.isoformat(),
                    "kind": one.kind,
                    "points": one.amount,
                    "rule": one.rule,
                    "matter": one.matter,
                    "reward": one.spending.reward.code if one.spending else "",
                }
                for one in entries
            ],
        }
    }


def erase(*, by: Person | None, at: dt.datetime, person: Person) -> None:
    """The account loses its person: sums stay, nothing leads from them to anybody."""
    from veche.city.points.operations.accounts import forget

    forget(by=by, at=at, person=person)
