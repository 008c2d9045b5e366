"""Contracts that followed: the rows of which OCDS releases are made."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Contract(models.Model):
    """A contract between a buyer and a company."""

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
    ocid = models.CharField(max_length=80)
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
    """The release it was read from, whole; empty: it was written here."""
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


class Payment(models.Model):
    """Money that was paid by a contract."""

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="payments")
    number = models.CharField(max_length=80)
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    on = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract", "number"], name="pilots_one_payment")
        ]

    def __str__(self) -> str:
        return self.number
