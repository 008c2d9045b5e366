"""The rules and limits as they count now."""

from __future__ import annotations

from veche.city.points import rules
from veche.city.points.models import LimitsSet, RuleSet


def rules_now() -> tuple[rules.Rule, ...]:
    """Every rule with the numbers that count: the city's, else those it came with."""
    own = {row.code: row for row in RuleSet.objects.all()}
    return tuple(
        rules.with_numbers(
            rule,
            points=own[rule.code].points,
            per_day=own[rule.code].per_day,
            per_month=own[rule.code].per_month,
            active=own[rule.code].active,
        )
        if rule.code in own
        else rule
        for rule in rules.RULES
    )


def limits_now() -> rules.Limits:
    """What holds for all rules now."""
    row = LimitsSet.objects.first()
    if row is None:
        return rules.Limits()
    return rules.Limits(row.young_days, row.young_most, row.code_days)
