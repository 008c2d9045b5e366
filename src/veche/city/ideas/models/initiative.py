"""What an initiative asks for, and of whom."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Initiative(models.Model):
    """Enough endorsements in a place oblige an office to answer point by point."""

    idea = models.OneToOneField(
        "ideas.Idea", models.PROTECT, primary_key=True, related_name="initiative"
    )
    office = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="+")
    """The office that is asked."""
    needed = models.IntegerField()
    """Endorsements by residents of its territory that oblige the office; fixed when it was
    written."""
    reached_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(needed__gt=0), name="ideas_needs_some")]

    def __str__(self) -> str:
        return f"initiative {self.idea_id}"


class Point(models.Model):
    """One numbered demand of an initiative and what the office answered to it."""

    class Outcome(models.TextChoices):
        WILL = "will"
        PARTLY = "partly"
        WONT = "wont"

    initiative = models.ForeignKey(Initiative, models.CASCADE, related_name="points")
    number = models.SmallIntegerField()
    text = models.TextField()
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True, default="")
    answer = models.TextField(blank=True, default="")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["initiative", "number"], name="ideas_one_point")
        ]

    def __str__(self) -> str:
        return self.text[:40]


class InitiativeRule(models.Model):
    """How many endorsements oblige an office, in territories of one kind; set by the city."""

    kind = models.CharField(max_length=16, unique=True)
    """Of territory: city, district or neighbourhood."""
    needed = models.IntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(needed__gt=0), name="ideas_rule_needs_some")
        ]

    def __str__(self) -> str:
        return f"{self.needed} in a {self.kind}"
