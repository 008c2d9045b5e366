"""Tables of files."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class StoredFile(models.Model):
    """A photograph kept by the digest of its content."""

    digest = models.CharField(max_length=64, unique=True)
    """SHA-256 of what is stored, in hexadecimal."""
    media_type = models.CharField(max_length=40)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    """Bytes."""
    at = models.DateTimeField()
    shown = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    """What is shown in its place since a part of it was covered."""
    withdrawn_at = models.DateTimeField(null=True)
    """Since when it is no longer shown; its old address answers that it is gone."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(shown__isnull=True) | Q(withdrawn_at__isnull=False),
                name="files_covered_is_withdrawn",
            )
        ]

    def __str__(self) -> str:
        return self.digest[:12]

    @property
    def address(self) -> str:
        """The part of the digest that stands in its public address."""
        return str(self.digest)[:ADDRESS_LENGTH]


ADDRESS_LENGTH = 24
