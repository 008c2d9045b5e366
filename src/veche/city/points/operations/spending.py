"""Getting rewards, giving them back, and the clerk who takes a code once."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from veche.city.points import rules
from veche.city.points.models import Account, Entry, Reward, Spending
from veche.city.points.queries.mine import can_be_had
from veche.city.points.queries.numbers import limits_now
from veche.core.cases.terms import city_zone
from veche.core.journal.operations import record
from veche.core.organisations.queries import holdings
from veche.errors import Invalid, NotAllowed, NotFound, Refused
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Signs of a code: none that is taken for another."""
LENGTH = 10
"""Fifty bits: nobody guesses one, least of all by hand at a counter."""


class RewardGone(Refused):
    """The city does not give it now."""

    code = "reward-gone"
    sentence = _("This reward cannot be had now: it ran out or its time is over.")


class TooFewPoints(Refused):
    """It costs more than the person has."""

    code = "too-few-points"
    sentence = _("You have too few points for this.")


class GotAlready(Refused):
    """The same form was sent before; its code was shown then."""

    code = "reward-got-already"
    sentence = _("You have this reward already. Its code was shown once; you can make another.")


class CodeEnded(Refused):
    """The code was used, given back or is too old."""

    code = "code-ended"
    sentence = _("This code is not good any more.")


class TooLateToUndo(Refused):
    """A reward can be given back for a day only."""

    code = "too-late-to-undo"
    sentence = _("A reward can be given back for 24 hours only.")


class UnknownCode(Invalid):
    """No reward stands under what was typed."""

    code = "unknown-code"
    sentence = _("There is no such code. Look again, sign by sign.")
    field = "code"


class NotAtTheCounter(NotAllowed):
    """Only clerks take codes."""

    code = "not-at-the-counter"
    sentence = _("Only a clerk at a counter takes codes.")


class OwnCode(NotAllowed):
    """Nobody takes a code of their own."""

    code = "own-code"
    sentence = _("This is your own code: another clerk takes it.")


@dataclass(frozen=True)
class Got:
    """A reward that was got, and its code: the only time that it is there to be seen."""

    spending: Spending
    code: str


def digest(code: str) -> bytes:
    """What is kept of a code, however it was typed."""
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    return salted_hmac("veche.points.code", plain, algorithm="sha256").digest()


def _new_code() -> str:
    signs = "".join(secrets.choice(ALPHABET) for _n in range(LENGTH))
    return f"{signs[:5]}-{signs[5:]}"


@operation
def get_reward(
    *, by: Person, at: dt.datetime, reward: str, submission: uuid.UUID
) -> Got:  # fmt: skip
    """Spend points on a reward; the code is in the answer and nowhere else.

    Raises:
        NotFound: there is no such reward.
        GotAlready: the form was sent before.
        RewardGone: it cannot be had now.
        TooFewPoints: it costs more than there is, or points are off.
    """
    if Spending.objects.filter(submission=submission).exists():
        raise GotAlready
    # Always the reward first and then the account: two at once wait, and never for each other.
    wanted = Reward.objects.select_for_update().filter(code=reward).first()
    if wanted is None:
        raise NotFound
    account = Account.objects.select_for_update().filter(person=by).first()
    # Two of the same form at once: the second has waited for the account.
    if account is not None and Spending.objects.filter(submission=submission).exists():
        raise GotAlready
    if not can_be_had(wanted, at.astimezone(city_zone()).date()):
        raise RewardGone
    if account is None or account.balance < wanted.cost:
        raise TooFewPoints
    code = _new_code()
    spending = Spending.objects.create(
        account=account,
        reward=wanted,
        cost=wanted.cost,
        code=digest(code),
        submission=submission,
        at=at,
        until=at + dt.timedelta(days=limits_now().code_days),
    )
    Entry.objects.create(
        account=account, kind=Entry.Kind.SPENT, amount=-wanted.cost, spending=spending, at=at
    )
    if wanted.stock is not None:
        wanted.stock -= 1
        wanted.save(update_fields=["stock"])
    record(kind="points.spent", by=by, at=at, subject="points", public={"reward": wanted.code})
    return Got(spending, code)


def _own(by: Person, spending: int) -> Spending:
    found = (
        Spending.objects.select_for_update(of=("self",))
        .filter(pk=spending, account__person=by)
        .first()
    )
    if found is None:
        raise NotFound
    if found.state != Spending.State.OPEN:
        raise CodeEnded
    return found


@operation
def undo(*, by: Person, at: dt.datetime, spending: int) -> None:
    """Give a reward back within a day: the points come back, the code is void.

    Raises:
        NotFound: it is not theirs.
        CodeEnded: the code was used or ended otherwise.
        TooLateToUndo: a day is over.
    """
    found = _own(by, spending)
    if at > found.at + dt.timedelta(hours=rules.UNDO_HOURS):
        raise TooLateToUndo
    give_back(found, Spending.State.CANCELLED, at)
    record(
        kind="points.given-back", by=by, at=at, subject="points",
        public={"reward": found.reward.code},
    )  # fmt: skip


@operation
def renew(*, by: Person, at: dt.datetime, spending: int) -> Got:
    """Make another code for who lost theirs; the old one is void.

    Raises:
        NotFound: it is not theirs.
        CodeEnded: it was used or ended otherwise.
    """
    found = _own(by, spending)
    if at >= found.until:
        raise CodeEnded
    code = _new_code()
    found.code = digest(code)
    found.save(update_fields=["code"])
    record(kind="points.code-renewed", by=by, at=at, subject="points")
    return Got(found, code)


@inside
def give_back(spending: Spending, state: Spending.State, at: dt.datetime) -> None:
    """End an open code, which the caller has locked: points and stock come back."""
    reward = Reward.objects.select_for_update().get(pk=spending.reward_id)
    if reward.stock is not None:
        reward.stock += 1
        reward.save(update_fields=["stock"])
    spending.state, spending.ended_at = state, at
    spending.save(update_fields=["state", "ended_at"])
    Entry.objects.create(
        account_id=spending.account_id,
        kind=Entry.Kind.RETURNED,
        amount=spending.cost,
        spending=spending,
        at=at,
    )


def at_counter(person: Person, at: dt.datetime) -> bool:
    """Whether a person is a clerk now."""
    return any(one.role == "clerk" for one in holdings(person, at))


@operation
def redeem(*, by: Person, at: dt.datetime, code: str) -> Spending:
    """A clerk takes a code and gives the reward; a code is taken once.

    Raises:
        NotAtTheCounter: ``by`` is no clerk.
        UnknownCode: nothing stands under it.
        CodeEnded: it was taken, given back or is too old.
        OwnCode: it is the clerk's own.
    """
    if not at_counter(by, at):
        raise NotAtTheCounter
    found = (
        Spending.objects.select_for_update(of=("self",))
        .filter(code=digest(code))
        .select_related("reward", "account")
        .first()
    )
    if found is None:
        raise UnknownCode
    if found.state != Spending.State.OPEN or at >= found.until:
        raise CodeEnded
    if found.account.person_id == by.pk:
        raise OwnCode
    found.state, found.ended_at, found.redeemed_by = Spending.State.REDEEMED, at, by
    found.save(update_fields=["state", "ended_at", "redeemed_by"])
    record(
        kind="points.redeemed", by=by, at=at, subject="points",
        public={"reward": found.reward.code},
    )  # fmt: skip
    return found


def sweep(*, at: dt.datetime) -> int:
    """The timer: end codes whose time is over; returns how many."""
    if not Spending.objects.filter(state="open", until__lte=at).exists():
        return 0
    return lapse(by=None, at=at)


@operation
def lapse(*, by: Person | None, at: dt.datetime) -> int:
    """End the codes whose time is over: nothing was got for them, so the points come back."""
    old = list(
        Spending.objects.select_for_update(skip_locked=True)
        .filter(state="open", until__lte=at)
        .order_by("id")[:500]
    )
    for spending in old:
        give_back(spending, Spending.State.LAPSED, at)
    record(kind="points.lapsed", by=by, at=at, subject="points", public={"codes": len(old)})
    return len(old)
