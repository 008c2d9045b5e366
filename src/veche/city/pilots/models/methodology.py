"""The methodology of a trial: what is expected, how it is measured, and what counts as success."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Methodology(models.Model):
    """One version. A trigger refuses any change of one that is frozen by the first signature."""

    application = models.ForeignKey(
        "pilots.Application", models.PROTECT, related_name="methodologies", db_index=False
    )
    version = models.PositiveSmallIntegerField()
    sample = models.TextField()
    """Who or what is measured, how many, and how they are found."""
    testers = models.PositiveSmallIntegerField(default=0)
    """How many residents are wanted."""
    safety = models.TextField()
    data_protection = models.TextField()
    days = models.PositiveSmallIntegerField()
    """How long the trial lasts."""
    note = models.CharField(max_length=500, blank=True, default="")
    """What is different from the version before, in the writer's words."""
    cost = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    """What the trial is expected to cost the city."""
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True)
    """When the agency found it fit to sign."""
    approved_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    frozen_at = models.DateTimeField(null=True)
    """When the first party signed: from then on no threshold moves."""

    class Meta:
        verbose_name_plural = "methodologies"
        constraints = [
            models.UniqueConstraint(
                fields=["application", "version"], name="pilots_one_methodology_version"
            ),
            models.CheckConstraint(condition=Q(days__gte=1), name="pilots_trial_days"),
        ]

    def __str__(self) -> str:
        return f"methodology {self.version} of {self.application_id}"


class Hypothesis(models.Model):
    """What is expected to become better, in one sentence."""

    methodology = models.ForeignKey(
        Methodology, models.CASCADE, related_name="hypotheses", db_index=False
    )
    place = models.PositiveSmallIntegerField()
    text = models.TextField()

    class Meta:
        verbose_name_plural = "hypotheses"
        constraints = [
            models.UniqueConstraint(fields=["methodology", "place"], name="pilots_one_hypothesis")
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Indicator(models.Model):
    """What is measured: where it stands before, and from where on it is a success."""

    class Direction(models.TextChoices):
        AT_LEAST = "at_least"
        AT_MOST = "at_most"

    class Measure(models.TextChoices):
        """How one value is made of many."""

        MEAN = "mean"
        MEDIAN = "median"
        SHARE = "share"
        SUM = "sum"
        LAST = "last"
        MOST = "most"
        LEAST = "least"

    methodology = models.ForeignKey(
        Methodology, models.CASCADE, related_name="indicators", db_index=False
    )
    code = models.SlugField(max_length=40)
    name = models.CharField(max_length=160)
    unit = models.CharField(max_length=40)
    measure = models.CharField(max_length=6, choices=Measure)
    direction = models.CharField(max_length=8, choices=Direction)
    baseline = models.FloatField(null=True)
    threshold = models.FloatField()
    by_testers = models.BooleanField(default=False)
    """Whether residents who test are asked for it."""
    place = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["methodology", "code"], name="pilots_one_indicator")
        ]

    def __str__(self) -> str:
        return self.name
