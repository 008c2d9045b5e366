"""Contracts that followed: the rows of which OCDS releases are made."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Contract(models.Model):
    """A contract between a buyer and a company, as it stands now.

    Who made it over what and when never changes; its sum, its end and where it stands change by an
    `Amendment` alone: a trigger compares them.
    """

    class Standing(models.TextChoices):
        """Codes of OCDS 1.1."""

        PENDING = "pending"
        ACTIVE = "active"
        CANCELLED = "cancelled"
        TERMINATED = "terminated"

    class Method(models.TextChoices):
        """Codes of OCDS 1.1."""

        OPEN = "open"
        SELECTIVE = "selective"
        LIMITED = "limited"
        DIRECT = "direct"

    application = models.ForeignKey(
        "pilots.Application", models.PROTECT, null=True, related_name="contracts"
    )
    """Empty: it came by an import and belongs to no pilot of ours."""
    number = models.CharField(max_length=80)
    ocid = models.CharField(max_length=200)
    """The identifier of the contracting process; one of ours begins with the city's prefix."""
    title = models.CharField(max_length=300)
    buyer = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="+")
    supplier = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="+")
    method = models.CharField(max_length=9, choices=Method)
    standing = models.CharField(max_length=10, choices=Standing)
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    currency = models.CharField(max_length=3)
    signed_on = models.DateField()
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    source = models.JSONField(null=True)
    """The newest release that it was read from, whole; empty: it was written here."""
    at = models.DateTimeField()
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    submission = models.UUIDField(unique=True, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ocid", "number"], name="pilots_one_contract"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="pilots_contract_amount"),
        ]

    def __str__(self) -> str:
        return self.number


class ContractDocument(models.Model):
    """A document of a contract: its text as it was signed, an annexe, a certificate. Rows are only
    added; one that should not be read is taken off once, with the reason: a trigger keeps it."""

    class Kind(models.TextChoices):
        """Codes of OCDS 1.1, of the open list ``documentType``."""

        SIGNED = "contractSigned"
        TEXT = "contractText"
        ANNEXE = "contractAnnexe"
        SCHEDULE = "contractSchedule"
        GUARANTEES = "contractGuarantees"
        COMPLETION = "completionCertificate"

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="documents", db_index=False)
    place = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=24, choices=Kind)
    title = models.CharField(max_length=200)
    public = models.BooleanField()
    """Whether everybody reads it; else the agency, the department and the company."""
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    """Bytes."""
    digest = models.CharField(max_length=64)
    """SHA-256 of its bytes, by which they are found (`veche.core.files.documents`)."""
    at = models.DateTimeField()
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    submission = models.UUIDField(unique=True, null=True)
    taken_off_at = models.DateTimeField(null=True)
    taken_off_because = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract", "place"], name="pilots_one_document_place"),
            models.UniqueConstraint(
                fields=["contract", "digest"],
                condition=Q(taken_off_at__isnull=True),
                name="pilots_one_document",
            ),
            models.CheckConstraint(
                condition=Q(taken_off_at__isnull=True, taken_off_because="")
                | Q(taken_off_at__isnull=False) & ~Q(taken_off_because=""),
                name="pilots_document_taken_off",
            ),
        ]
        indexes = [models.Index(fields=["digest"], name="pilots_document_bytes")]

    def __str__(self) -> str:
        return self.title


class Amendment(models.Model):
    """A change of a contract: what stood before, what stands now, and why. Rows are only added."""

    contract = models.ForeignKey(
        Contract, models.PROTECT, related_name="amendments", db_index=False
    )
    place = models.PositiveSmallIntegerField()
    on = models.DateField()
    because = models.TextField()
    amount_before = models.DecimalField(max_digits=18, decimal_places=2)
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    ends_before = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    standing_before = models.CharField(max_length=10, choices=Contract.Standing)
    standing = models.CharField(max_length=10, choices=Contract.Standing)
    at = models.DateTimeField()
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    submission = models.UUIDField(unique=True, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract", "place"], name="pilots_one_amendment"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="pilots_amended_amount"),
        ]

    def __str__(self) -> str:
        return f"amendment {self.place} of {self.contract_id}"


class Payment(models.Model):
    """Money that was paid by a contract; a wrong one is superseded, never changed."""

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="payments")
    number = models.CharField(max_length=80)
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    """Below zero: money that came back."""
    on = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    superseded_by = models.OneToOneField("self", models.PROTECT, null=True, related_name="instead")
    """The one that takes its place; empty: it stands."""
    because = models.CharField(max_length=500, blank=True, default="")
    """Why it takes the place of another."""
    submission = models.UUIDField(unique=True, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "number"],
                condition=Q(superseded_by__isnull=True),
                name="pilots_one_payment",
            )
        ]

    def __str__(self) -> str:
        return self.number


class ImportedPackage(models.Model):
    """A package of OCDS of another publisher, byte for value as it came. Rows are only added."""

    class Kind(models.TextChoices):
        RELEASES = "releases"
        RECORDS = "records"

    kind = models.CharField(max_length=8, choices=Kind)
    digest = models.CharField(max_length=64, unique=True)
    """SHA-256 of its canonical JSON: the same package is read once."""
    body = models.JSONField()
    at = models.DateTimeField()
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return self.digest[:12]


class ImportedRelease(models.Model):
    """One release, or one record that only links to its releases, of an imported package."""

    package = models.ForeignKey(ImportedPackage, models.PROTECT, related_name="parts")
    ocid = models.CharField(max_length=200)
    identifier = models.CharField(max_length=200, blank=True, default="")
    """The ``id`` of the release; empty: it is a record."""
    date = models.DateTimeField()
    digest = models.CharField(max_length=64, unique=True)
    """SHA-256 of its canonical JSON: the same release is kept once."""
    body = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["ocid", "date"], name="pilots_imported")]

    def __str__(self) -> str:
        return self.identifier or self.ocid
