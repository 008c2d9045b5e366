"""Scores of a call of which all applications are decided, in a form that a stranger recomputes."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class CallScore(models.Model):
    """What the marks of a finished call say together; made anew when an appeal changes what is
    decided."""

    call = models.OneToOneField(
        "pilots.Call", models.PROTECT, primary_key=True, related_name="scored"
    )
    experts = models.PositiveIntegerField()
    """How many marked."""
    reviews = models.PositiveIntegerField()
    told = models.BooleanField()
    """Whether marks are told by expert: at least five marked."""
    ratio = models.FloatField(null=True)
    """How much the experts differ, against the rest; empty: it is not told."""
    noise = models.FloatField(null=True)
    """Standard deviation of the rest, in marks; empty: not told, or not known."""
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(told=True, ratio__isnull=False)
                | Q(told=False, ratio__isnull=True, noise__isnull=True),
                name="pilots_call_score_told",
            ),
            models.CheckConstraint(
                condition=Q(told=False) | Q(experts__gte=5), name="pilots_call_score_many"
            ),
        ]

    def __str__(self) -> str:
        return f"scores of {self.call_id}"


class FinalScore(models.Model):
    """The score of one decided application among all of its call."""

    application = models.OneToOneField(
        "pilots.Application", models.PROTECT, primary_key=True, related_name="final_score"
    )
    call = models.ForeignKey(CallScore, models.CASCADE, related_name="scores")
    mean = models.FloatField()
    adjusted = models.FloatField(null=True)
    """Without the severity of its experts; empty: it is not told."""
    error = models.FloatField(null=True)

    def __str__(self) -> str:
        return f"score of {self.application_id}"


class CallReader(models.Model):
    """The number by which the marks of an expert stand in one call: drawn by lot, and another one
    in every call."""

    call = models.ForeignKey("pilots.Call", models.PROTECT, related_name="+", db_index=False)
    expert = models.ForeignKey("pilots.Expert", models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call", "expert"], name="pilots_one_reader"),
            models.UniqueConstraint(fields=["call", "number"], name="pilots_one_reader_number"),
        ]

    def __str__(self) -> str:
        return f"{self.number} of {self.call_id}"
