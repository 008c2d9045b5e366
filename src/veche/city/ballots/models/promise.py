"""The keys by which promises are checked."""

from __future__ import annotations

from django.db import models


class PromiseKey(models.Model):
    """A key that signed promises for ballots, published for ever; the private part lies apart."""

    verifier = models.CharField(max_length=240, unique=True)
    """``name+id+key``, as of the log's own keys."""
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.verifier
