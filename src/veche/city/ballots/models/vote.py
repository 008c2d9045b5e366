"""The vote itself."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Vote(models.Model):
    """A question put to a roll of people; its state and its clocks are those of its case."""

    case = models.OneToOneField(
        "cases.Case", models.PROTECT, primary_key=True, related_name="+", db_constraint=False
    )
    config = models.JSONField()
    """The configuration (`veche.city.ballots.vote.config`); once frozen, a trigger keeps it."""
    digest = models.CharField(max_length=64, blank=True, default="")
    """SHA-256 of the frozen configuration; empty while the vote is a draft."""
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    """As the configuration says; suspensions move it, each with a public reason."""
    audited = models.BooleanField()
    raised_by = models.CharField(max_length=80, blank=True, default="")
    """The matter of another module that put this question, as the journal names it."""
    result = models.JSONField(null=True)
    """The count as it was announced."""
    certificate = models.TextField(blank=True, default="")
    """The signed certificate."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__gt=models.F("opens_at")), name="ballots_vote_closes_later"
            )
        ]
        indexes = [models.Index(fields=["closes_at"], name="ballots_vote_closes")]

    def __str__(self) -> str:
        return f"vote {self.pk}"
