"""The agreement of three: one text, three different organisations, three signatures."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Agreement(models.Model):
    """One text to sign. Another text is another row; the old one is ended, never changed."""

    application = models.ForeignKey(
        "pilots.Application", models.PROTECT, related_name="agreements", db_index=False
    )
    version = models.PositiveSmallIntegerField()
    methodology = models.ForeignKey("pilots.Methodology", models.PROTECT, related_name="+")
    site = models.ForeignKey("pilots.Site", models.PROTECT, related_name="+")
    text = models.BinaryField()
    """The PDF, byte for byte."""
    digest = models.CharField(max_length=64)
    """SHA-256 of it, which every signature must be over."""
    signed = models.BinaryField(null=True)
    """The PDF with the signatures that stand in it so far: the text, and what was appended."""
    language = models.CharField(max_length=2, default="en")
    """The language it is written in."""
    at = models.DateTimeField()
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    complete_at = models.DateTimeField(null=True)
    """When the third signature was found valid."""
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "version"], name="pilots_one_agreement_version"
            ),
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(ended_at__isnull=True),
                name="pilots_one_agreement",
            ),
        ]

    def __str__(self) -> str:
        return f"agreement {self.version} of {self.application_id}"


class Party(models.Model):
    """One of the three who agree: the company, the site, the agency; three organisations."""

    class Part(models.TextChoices):
        COMPANY = "company"
        SITE = "site"
        AGENCY = "agency"

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="parties", db_index=False)
    part = models.CharField(max_length=7, choices=Part)
    organisation = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="+")

    class Meta:
        verbose_name_plural = "parties"
        constraints = [
            models.UniqueConstraint(fields=["agreement", "part"], name="pilots_one_party"),
            models.UniqueConstraint(
                fields=["agreement", "organisation"], name="pilots_three_organisations"
            ),
            models.CheckConstraint(
                condition=Q(part__in=["company", "site", "agency"]), name="pilots_parts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part} of {self.agreement_id}"


class Signature(models.Model):
    """A signature that was found valid over the text; one that was not is never stored."""

    class Form(models.TextChoices):
        PADES = "pades"
        CADES = "cades"
        GOST = "gost"
        """CAdES by GOST R 34.10-2012."""

    party = models.OneToOneField(Party, models.PROTECT, related_name="signature")
    form = models.CharField(max_length=5, choices=Form)
    digest = models.CharField(max_length=64)
    """SHA-256 of the text it is over: the agreement's own."""
    signer = models.CharField(max_length=300)
    """The subject of the certificate."""
    issuer = models.CharField(max_length=300)
    serial = models.CharField(max_length=80)
    organisation = models.CharField(max_length=200, blank=True, default="")
    """The organisation that the certificate names; empty: it names none."""
    fingerprint = models.CharField(max_length=64, blank=True, default="")
    """SHA-256 of the certificate."""
    detached = models.BinaryField(null=True)
    """The signature itself, where it does not stand in the PDF."""
    said_at = models.DateTimeField(null=True)
    """When it was made, as the signature says."""
    at = models.DateTimeField()
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    """Who brought it."""

    def __str__(self) -> str:
        return f"{self.form} of {self.party_id}"


class TrustedRoot(models.Model):
    """A certificate authority whose signatures the city accepts."""

    name = models.CharField(max_length=200)
    certificate = models.TextField()
    """PEM."""
    fingerprint = models.CharField(max_length=64, unique=True)
    """SHA-256 of it in DER."""
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    because = models.CharField(max_length=500, blank=True, default="")

    def __str__(self) -> str:
        return self.name
