"""The keys by which promises are checked."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class PromiseKey(models.Model):
    """A key that signed promises for ballots, published for ever; the private part lies apart."""

    verifier = models.CharField(max_length=240, unique=True)
    """``name+id+key``, as of the log's own keys."""
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    """Until when it held: what it signed later is not accepted."""
    reason = models.TextField(blank=True, default="")
    """Why it was withdrawn; public."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | ~Q(reason=""), name="ballots_promise_key_why"
            )
        ]

    def __str__(self) -> str:
        return self.verifier
