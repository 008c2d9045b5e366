"""What came of a trial: each indicator against its threshold, and what followed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Evaluation(models.Model):
    """The report of a trial. A published one is never changed: a trigger refuses it."""

    class Recommendation(models.TextChoices):
        BUY = "buy"
        EXTEND = "extend"
        STOP = "stop"

    trial = models.OneToOneField("pilots.Trial", models.PROTECT, related_name="evaluation")
    summary = models.TextField()
    residents = models.TextField(blank=True, default="")
    """What residents said, in words; the numbers are computed."""
    cost = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    """What the trial cost the city."""
    recommendation = models.CharField(max_length=6, choices=Recommendation)
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    revision = models.PositiveSmallIntegerField(default=1)
    """Counts up with every draft that is kept, so that two who write see each other."""
    said = models.JSONField(default=dict)
    """Of a draft: the code of an indicator → why it was missed or not measured."""
    figures = models.JSONField(null=True)
    """What was counted besides the indicators when it was published: see
    `veche.city.pilots.queries.evaluations.figures`. Kept, because testers may leave later."""
    published_at = models.DateTimeField(null=True)
    pdf = models.BinaryField(null=True)
    digest = models.CharField(max_length=64, blank=True, default="")
    """SHA-256 of the PDF."""

    def __str__(self) -> str:
        return f"evaluation of {self.trial_id}"


class Result(models.Model):
    """One indicator against its frozen threshold, as it was computed at publication."""

    evaluation = models.ForeignKey(
        Evaluation, models.PROTECT, related_name="results", db_index=False
    )
    indicator = models.ForeignKey("pilots.Indicator", models.PROTECT, related_name="+")
    value = models.FloatField(null=True)
    """Empty: nothing was measured."""
    count = models.PositiveIntegerField()
    met = models.BooleanField(null=True)
    words = models.TextField(blank=True, default="")
    """Why, where it was missed or not measured."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "indicator"], name="pilots_one_result"),
            models.CheckConstraint(
                condition=Q(value__isnull=False) | Q(met__isnull=True), name="pilots_met_by_value"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value} of {self.indicator_id}"


class RollOut(models.Model):
    """Where the city uses what was tested. Rows are only added."""

    application = models.ForeignKey("pilots.Application", models.PROTECT, related_name="rollouts")
    scope = models.TextField()
    territory = models.ForeignKey("places.Territory", models.PROTECT, related_name="+")
    """Where; the city for all of it."""
    units = models.PositiveIntegerField(null=True)
    """How many pieces, places or licences."""
    since = models.DateField()
    promise = models.ForeignKey("delivery.Promise", models.PROTECT, null=True, related_name="+")
    """What the department promised with it."""
    at = models.DateTimeField()
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    submission = models.UUIDField(unique=True, null=True)

    def __str__(self) -> str:
        return f"roll-out of {self.application_id}"
