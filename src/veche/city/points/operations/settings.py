"""The city sets its own numbers and rewards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.points import rules
from veche.city.points.models import LimitsSet, Reward, RuleSet
from veche.core.journal.operations import record
from veche.core.organisations.access import check_keeps_rules
from veche.errors import Invalid, NotFound
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person


class NumberOutOfRange(Invalid):
    """A number that makes no sense."""

    code = "points-number"
    sentence = _("Points and caps lie between 1 and 1,000.")
    field = "points"


class LimitOutOfRange(Invalid):
    """A limit that makes no sense."""

    code = "points-limit"
    sentence = _("Up to 365 days and up to 10,000 points.")
    field = "young_days"


class RewardNotPossible(Invalid):
    """A reward that costs nothing, or of which there are fewer than none."""

    code = "reward-not-possible"
    sentence = _("A reward has a name, costs at least one point, and there are none or more.")
    field = "cost"


class RewardExists(Invalid):
    """Two rewards cannot have one address."""

    code = "reward-exists"
    sentence = _("There is a reward of this code already.")
    field = "code"


@operation
def set_rule(
    *, by: Person | None, at: dt.datetime, rule: str, points: int, per_day: int, per_month: int,
    active: bool,
) -> None:  # fmt: skip
    """Set the numbers of one rule; they count from now on, and change nothing that was earned.

    Raises:
        NotFound: there is no such rule.
        NumberOutOfRange: see there.
        veche.core.organisations.access.NotARuleKeeper: the person sets no rules.
    """
    check_keeps_rules(by, at)
    if rule not in rules.BY_CODE:
        raise NotFound
    fits = 1 <= points <= rules.MOST_POINTS
    if not fits or not all(1 <= times <= rules.MOST_TIMES for times in (per_day, per_month)):
        raise NumberOutOfRange
    numbers = {"points": points, "per_day": per_day, "per_month": per_month, "active": active}
    RuleSet.objects.update_or_create(code=rule, defaults=numbers)
    record(
        kind="points.rule-set", by=by, at=at, subject="points", public={"rule": rule, **numbers}
    )  # fmt: skip


@operation
def set_limits(
    *, by: Person | None, at: dt.datetime, young_days: int, young_most: int, code_days: int
) -> None:
    """Set what holds for all rules.

    Raises:
        LimitOutOfRange: see there.
        veche.core.organisations.access.NotARuleKeeper: the person sets no rules.
    """
    check_keeps_rules(by, at)
    if not (0 <= young_days <= 365 and 0 <= young_most <= 10_000 and 1 <= code_days <= 365):
        raise LimitOutOfRange
    numbers = {"young_days": young_days, "young_most": young_most, "code_days": code_days}
    LimitsSet.objects.update_or_create(id=1, defaults=numbers)
    record(kind="points.limits-set", by=by, at=at, subject="points", public=numbers)


def _check(names: Mapping[str, str], cost: int, stock: int | None) -> None:
    if not any(names.values()) or cost < 1 or (stock is not None and stock < 0):
        raise RewardNotPossible


@operation
def set_reward(
    *, by: Person | None, at: dt.datetime, code: str, new: bool, names: Mapping[str, str],
    texts: Mapping[str, str], cost: int, stock: int | None, until: dt.date | None, active: bool,
) -> Reward:  # fmt: skip
    """Add a reward or change one. Codes that people have stay good, at what they cost then.

    Raises:
        RewardNotPossible, RewardExists: see there.
        NotFound: a reward of this code was to be changed, and there is none.
        veche.core.organisations.access.NotARuleKeeper: the person sets no rules.
    """
    check_keeps_rules(by, at)
    _check(names, cost, stock)
    reward = Reward.objects.select_for_update().filter(code=code).first()
    if new and reward is not None:
        raise RewardExists
    if not new and reward is None:
        raise NotFound
    reward = reward or Reward(code=code)
    reward.names, reward.texts, reward.cost = dict(names), dict(texts), cost
    reward.stock, reward.until, reward.active = stock, until, active
    reward.save()
    record(
        kind="points.reward-set", by=by, at=at, subject="points",
        public={"reward": code, "cost": cost, "stock": stock, "active": active},
    )  # fmt: skip
    return reward
