"""Offices are marked from all sides: a round, what is asked, and the marks."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from veche.languages import here


class AssessmentRound(models.Model):
    """A time in which offices are marked, and by what rule marks become a grade."""

    code = models.SlugField(max_length=40, unique=True)
    names = models.JSONField()
    since = models.DateTimeField()
    """Matters that were closed from here on give their residents a mark."""
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    bounds = models.JSONField()
    """Grade → the least points out of 100: ``{"A": 85, "B": 70, "C": 55, "D": 40}``; below: E."""
    weights = models.JSONField()
    """Group → how much its mean counts: whole numbers."""
    least = models.PositiveSmallIntegerField(default=5)
    """A group of fewer persons is not shown and does not count."""
    closed_at = models.DateTimeField(null=True)
    """When the result was reckoned; before that nobody sees a number."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__gt=models.F("opens_at")), name="dispatch_round_time"
            ),
            models.CheckConstraint(condition=Q(least__gte=5), name="dispatch_round_least"),
        ]

    def __str__(self) -> str:
        return here(self.names)


class AssessmentCriterion(models.Model):
    """What a mark is given for."""

    round = models.ForeignKey(AssessmentRound, models.CASCADE, related_name="criteria")
    code = models.SlugField(max_length=40)
    names = models.JSONField()
    place = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("place",)
        constraints = [
            models.UniqueConstraint(fields=["round", "code"], name="dispatch_one_criterion")
        ]

    def __str__(self) -> str:
        return here(self.names)


class AssessmentMark(models.Model):
    """One mark of one person for one office by one criterion, from 1 to 5."""

    class Group(models.TextChoices):
        RESIDENTS = "residents"
        """Whose matter the office closed."""
        OFFICES = "offices"
        DISPATCHERS = "dispatchers"
        INSPECTORS = "inspectors"
        """The control department."""
        SELF = "self"
        """The head of the office itself: shown beside, and in no grade."""

    criterion = models.ForeignKey(AssessmentCriterion, models.PROTECT, related_name="marks")
    organisation = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    group = models.CharField(max_length=12, choices=Group)
    value = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["criterion", "organisation", "person"], name="dispatch_one_mark"
            ),
            models.CheckConstraint(condition=Q(value__range=(1, 5)), name="dispatch_mark_value"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.value}"


class AssessmentCell(models.Model):
    """What a group said of an office by a criterion, when the round was closed: sums only."""

    criterion = models.ForeignKey(AssessmentCriterion, models.PROTECT, related_name="cells")
    organisation = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="+")
    group = models.CharField(max_length=12, choices=AssessmentMark.Group)
    persons = models.PositiveIntegerField(null=True)
    """How many gave it; null: too few to be shown."""
    total = models.PositiveIntegerField(null=True)
    """The sum of their marks."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["criterion", "organisation", "group"], name="dispatch_one_cell"
            ),
            models.CheckConstraint(
                condition=Q(persons__isnull=True, total__isnull=True)
                | Q(persons__isnull=False, total__isnull=False),
                name="dispatch_cell_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} by {self.group}"
