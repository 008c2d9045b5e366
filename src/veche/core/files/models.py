"""Tables of files."""

from __future__ import annotations

from django.db import models


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

    def __str__(self) -> str:
        return self.digest[:12]
