"""Lists of revoked certificates that the city holds, and what they say of signatures it keeps."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class RevocationList(models.Model):
    """What an authority said of its revoked certificates: a list (RFC 5280), or an answer about one
    certificate (OCSP, RFC 6960). Its signature was found valid before it was taken; a newer one
    stands in its place, an older one never does."""

    class Kind(models.TextChoices):
        LIST = "list"
        ANSWER = "answer"

    kind = models.CharField(max_length=6, choices=Kind)
    issuer = models.CharField(max_length=300)
    """The authority, as people write it."""
    name = models.CharField(max_length=64)
    """SHA-256 of its name in canonical form."""
    key = models.CharField(max_length=128, blank=True, default="")
    """Identifier of its key in hexadecimal digits; empty: it names none."""
    part = models.CharField(max_length=64, blank=True, default="")
    """Which of several lists of one authority it is, or the certificate that an answer is about;
    empty: the one list."""
    issued_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    """When the next one comes at the latest; empty: it does not say."""
    since = models.DateTimeField(null=True)
    """Of an answer: since when the certificate is revoked; empty: it is not."""
    count = models.PositiveIntegerField(default=0)
    """How many certificates it names."""
    digest = models.CharField(max_length=64)
    """SHA-256 of it."""
    body = models.BinaryField()
    """DER."""
    source = models.CharField(max_length=300)
    """The file or the address it came from."""
    at = models.DateTimeField()
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "name", "key", "part"], name="pilots_one_revocation_list"
            ),
            models.CheckConstraint(
                condition=Q(kind="answer") | Q(kind="list", since__isnull=True),
                name="pilots_revocation_kinds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.issuer}"


class SignatureLook(models.Model):
    """What the lists said of the certificate of a signature at a moment; appended, never
    changed."""

    class Standing(models.TextChoices):
        GOOD = "good"
        """A list in force does not name it."""
        OLD = "old"
        """No list names it, but the newest one had run out."""
        UNKNOWN = "unknown"
        """There was no list."""
        REVOKED = "revoked"
        """It was revoked before the signature came."""
        LATER = "later"
        """It was revoked after the signature came."""

    signature = models.ForeignKey("pilots.Signature", models.PROTECT, related_name="looks")
    standing = models.CharField(max_length=7, choices=Standing)
    list_at = models.DateTimeField(null=True)
    """When the list was issued."""
    since = models.DateTimeField(null=True)
    """Since when the certificate is revoked."""
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(standing__in=["revoked", "later"], since__isnull=False)
                | Q(standing__in=["good", "old", "unknown"], since__isnull=True),
                name="pilots_look_since",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.standing}: {self.signature_id}"
