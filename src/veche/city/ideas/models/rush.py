"""Rushes: many new accounts rate one idea in a minute."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class RushRule(models.Model):
    """From when on ratings of new accounts are held: the city's own numbers, one row at most."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    most = models.IntegerField()
    """So many ratings of one idea by new accounts are counted in a minute; further ones wait."""
    days = models.SmallIntegerField()
    """An account is new for so many days."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="ideas_one_rush_rule"),
            models.CheckConstraint(
                condition=Q(most__range=(1, 10_000), days__range=(1, 365)),
                name="ideas_rush_rule_sane",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.most} a minute, new for {self.days} days"


class Rush(models.Model):
    """Ratings of one idea that came in a rush of new accounts: held until somebody looks."""

    class Outcome(models.TextChoices):
        OPEN = "open"
        RELEASED = "released"
        """They count."""
        VOID = "void"
        """They do not count."""

    idea = models.ForeignKey("ideas.Idea", models.CASCADE, related_name="+")
    began_at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.OPEN)
    most = models.IntegerField()
    """The rule as it was when it began."""
    days = models.SmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["idea"], condition=Q(outcome="open"), name="ideas_one_open_rush"
            )
        ]

    def __str__(self) -> str:
        return f"rush on idea {self.idea_id}"


class RushStep(models.Model):
    """Somebody decided about a rush, or took the decision back."""

    rush = models.ForeignKey(Rush, models.CASCADE, related_name="steps")
    outcome = models.CharField(max_length=8, choices=Rush.Outcome)
    by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    role = models.CharField(max_length=24)
    reason = models.TextField()
    ratings = models.IntegerField()
    """How many ratings it changed."""
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.outcome}: {self.ratings}"
