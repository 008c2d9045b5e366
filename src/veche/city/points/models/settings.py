"""The city's own numbers; where there is no row, those of `rules` count."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class RuleSet(models.Model):
    """The numbers of one rule, as the city set them."""

    code = models.CharField(max_length=16, primary_key=True)
    points = models.IntegerField()
    per_day = models.IntegerField()
    per_month = models.IntegerField()
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    points__range=(1, 1000), per_day__range=(1, 1000), per_month__range=(1, 1000)
                ),
                name="points_rule_sane",
            )
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.points}"


class LimitsSet(models.Model):
    """What holds for all rules, as the city set it: one row at most."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    young_days = models.IntegerField()
    young_most = models.IntegerField()
    code_days = models.IntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="points_one_limits"),
            models.CheckConstraint(
                condition=Q(
                    young_days__range=(0, 365),
                    young_most__range=(0, 10_000),
                    code_days__range=(1, 365),
                ),
                name="points_limits_sane",
            ),
        ]

    def __str__(self) -> str:
        return f"young for {self.young_days} days"
