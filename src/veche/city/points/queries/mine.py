"""One person's points."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from veche.city.points.models import Account, Entry, Reward, Spending
from veche.core.people.models import Person

FEW = 50
"""So many entries stand on the page; the table file holds all."""


def account_of(person: Person | None) -> Account | None:
    """The account of who turned points on; None for everybody else."""
    return None if person is None else Account.objects.filter(person=person).first()


def ledger(account: Account, most: int | None = None) -> list[Entry]:
    """The entries of an account, newest first."""
    rows = Entry.objects.filter(account=account).select_related("spending__reward").order_by("-id")
    return list(rows[:most] if most else rows)


def with_balances(account: Account, entries: list[Entry]) -> list[tuple[Entry, int]]:
    """Entries, newest first, each with the balance after it."""
    found, balance = [], account.balance
    for one in entries:
        found.append((one, balance))
        balance -= one.amount
    return found


def codes(account: Account) -> list[Spending]:
    """The rewards somebody got, newest first."""
    rows = Spending.objects.filter(account=account).select_related("reward").order_by("-id")
    return list(rows[:FEW])


@dataclass(frozen=True)
class Offer:
    """A reward as somebody sees it."""

    reward: Reward
    open: bool
    """Whether it can be had at all now."""
    lacking: int
    """How many points are missing; zero when they suffice or nobody asks."""


def can_be_had(reward: Reward, day: dt.date) -> bool:
    """Whether the city gives a reward on a day."""
    return (
        reward.active
        and (reward.until is None or reward.until >= day)
        and (reward.stock is None or reward.stock > 0)
    )


def offers(account: Account | None, day: dt.date) -> list[Offer]:
    """Every reward that is offered, the cheapest first; what ran out last."""
    balance = account.balance if account is not None else 0
    rows = [
        Offer(one, can_be_had(one, day), max(0, one.cost - balance) if account else 0)
        for one in Reward.objects.filter(active=True).order_by("cost", "code")
        if one.until is None or one.until >= day
    ]
    return sorted(rows, key=lambda one: not one.open)
