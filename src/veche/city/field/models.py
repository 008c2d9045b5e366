"""Tables of work on site."""

from __future__ import annotations

from django.db import models


class OneTimeLink(models.Model):
    """A secret address by which a contractor reads one matter and reports on it once."""

    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="+", db_index=False)
    office = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="+", db_index=False
    )
    digest = models.CharField(max_length=64, unique=True)
    """SHA-256 of the secret; the secret itself is kept nowhere."""
    firm = models.CharField(max_length=120)
    """Who is sent there, as the officer calls them."""
    note = models.TextField(blank=True, default="")
    """What the officer says to them."""
    made_by = models.ForeignKey("people.Person", models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    text = models.TextField(blank=True, default="")
    """What the contractor reported; nobody but the office reads it."""
    answered_at = models.DateTimeField(null=True)
    """When an officer made an answer of it."""

    class Meta:
        indexes = [models.Index(fields=["case", "id"], name="field_link_case")]

    def __str__(self) -> str:
        return f"{self.case_id} to {self.firm}"


class LinkPhotograph(models.Model):
    """A photograph that came by a link; it becomes public with the answer only."""

    link = models.ForeignKey(OneTimeLink, models.PROTECT, related_name="photographs")
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.link_id}: {self.file_id}"
