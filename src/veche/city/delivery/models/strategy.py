"""The city's strategy: a tree of goals, tasks and measures."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from veche.languages import here


class Strategy(models.Model):
    """One strategy, programme or plan of the city or a part of it."""

    code = models.SlugField(max_length=40, unique=True)
    titles = models.JSONField()
    territory = models.ForeignKey("places.Territory", models.PROTECT, related_name="+")
    begins = models.DateField()
    ends = models.DateField()
    """The last day of it."""
    source = models.CharField(max_length=200, blank=True, default="")
    """The file it was imported from, and its checksum."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gte=models.F("begins")), name="delivery_strategy_ends_later"
            )
        ]

    def __str__(self) -> str:
        return here(self.titles)


class Goal(models.Model):
    """A goal, a task or a measure of a strategy: one knot of its tree.

    Its dates and targets are never changed in place: `Superseded` keeps what stood there.
    """

    class Kind(models.TextChoices):
        GOAL = "goal"
        TASK = "task"
        MEASURE = "measure"

    strategy = models.ForeignKey(Strategy, models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(max_length=40)
    """As the plan numbers it: ``2.1.3``; unique within its strategy."""
    above = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    titles = models.JSONField()
    owner = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, null=True, related_name="+"
    )
    begins = models.DateField(null=True)
    ends = models.DateField(null=True)
    planned = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    """Money, in the city's currency."""
    spent = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    indicator = models.JSONField(default=dict)
    """The name of what is measured, in the languages of the city; empty: nothing is."""
    units = models.JSONField(default=dict)
    """The name of its unit, in the languages of the city."""
    baseline = models.FloatField(null=True)
    baseline_on = models.DateField(null=True)
    target = models.FloatField(null=True)
    target_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["strategy", "code"], name="delivery_one_goal_of_a_code")
        ]

    def __str__(self) -> str:
        return f"{self.code} {here(self.titles)}"


class Measured(models.Model):
    """What an indicator of a goal was found to be on a day."""

    goal = models.ForeignKey(Goal, models.CASCADE, related_name="+", db_index=False)
    on = models.DateField()
    value = models.FloatField()
    source = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["goal", "on"], name="delivery_one_value_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.value} on {self.on}"
