"""The programme itself: who runs it, by which terms, and the words it sorts solutions by."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from veche.languages import here


class Programme(models.Model):
    """A programme of pilots, run by one agency. A city has one, and may begin another later."""

    code = models.SlugField(max_length=40, unique=True)
    names = models.JSONField()
    agency = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="+")
    """Who runs it: screens, assigns, finds sites and signs."""
    days = models.PositiveSmallIntegerField(default=183)
    """How many days the way from the application to the report may take, over all stages."""
    reviews = models.PositiveSmallIntegerField(default=3)
    """How many experts read each application."""
    least_load = models.PositiveSmallIntegerField(default=0)
    most_load = models.PositiveSmallIntegerField(default=15)
    quorum = models.PositiveSmallIntegerField(default=5)
    """How many of a panel must vote on an application."""
    cooling_years = models.PositiveSmallIntegerField(default=3)
    """How long a tie to a company stands against judging it after it has ended."""
    currency = models.CharField(max_length=3, default="RUB")
    """ISO 4217; the only one contracts are told in."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reviews__gte=1, quorum__gte=1, days__gte=1), name="pilots_rules"
            ),
            models.CheckConstraint(
                condition=Q(most_load__gte=models.F("least_load")), name="pilots_loads"
            ),
        ]

    def __str__(self) -> str:
        return here(self.names)


class Technology(models.Model):
    """A kind of technology, by which solutions are sorted and experts are found."""

    code = models.SlugField(max_length=40, unique=True)
    names = models.JSONField()

    class Meta:
        verbose_name_plural = "technologies"

    def __str__(self) -> str:
        return here(self.names)


class Target(models.Model):
    """A development goal, or a target under one: nine goals and twenty-five targets at first."""

    code = models.CharField(max_length=12, unique=True)
    names = models.JSONField()
    goal = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    """The goal that this target is under; empty: it is a goal itself."""

    def __str__(self) -> str:
        return here(self.names)
