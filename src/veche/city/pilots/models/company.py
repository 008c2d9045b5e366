"""Companies, what they make, how they were found, and what the programme gave them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Company(models.Model):
    """What a company says of itself, once, for all its applications."""

    class Size(models.TextChoices):
        MICRO = "micro"
        SMALL = "small"
        MEDIUM = "medium"
        LARGE = "large"

    organisation = models.OneToOneField(
        "organisations.Organisation", models.PROTECT, primary_key=True, related_name="+"
    )
    scheme = models.CharField(max_length=24)
    """The register its identifier is of, as org-id.guide names it, such as ``RU-INN``."""
    identifier = models.CharField(max_length=40)
    legal_name = models.CharField(max_length=200)
    country = models.CharField(max_length=2)
    """ISO 3166-1."""
    size = models.CharField(max_length=6, choices=Size)
    women_led = models.BooleanField(null=True)
    """As the company says; empty: it would not say."""
    founded = models.PositiveSmallIntegerField(null=True)
    website = models.URLField(blank=True, default="")
    text = models.TextField(blank=True, default="")
    language = models.CharField(max_length=2, default="ru")
    """The language it writes in."""
    registered_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    """When the agency compared it with the register."""

    class Meta:
        verbose_name_plural = "companies"
        constraints = [
            models.UniqueConstraint(fields=["scheme", "identifier"], name="pilots_one_company")
        ]

    def __str__(self) -> str:
        return self.legal_name


class Product(models.Model):
    """A solution of a company: what it is, how ready, for whom, and what shows it."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="products")
    name = models.CharField(max_length=120)
    text = models.TextField()
    readiness = models.PositiveSmallIntegerField()
    """Technology readiness level, 1 to 9 (ISO 16290)."""
    evidence = models.TextField(blank=True, default="")
    """What shows that it works: trials, customers, certificates."""
    serves = models.TextField(blank=True, default="")
    """Whom it serves."""
    accessibility = models.TextField(blank=True, default="")
    """How people with disabilities use it."""
    technologies = models.ManyToManyField("pilots.Technology", related_name="+")
    targets = models.ManyToManyField("pilots.Target", related_name="+")
    retired_at = models.DateTimeField(null=True)
    submission = models.UUIDField(unique=True, null=True)
    """Made with the form: the same form sent twice is one product."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(readiness__gte=1, readiness__lte=9), name="pilots_readiness"
            )
        ]

    def __str__(self) -> str:
        return self.name


class CompanyInvite(models.Model):
    """A colleague was asked to act for a company too; the link in the letter works once."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    email = models.EmailField(null=True)
    """Forgotten once they have come, or when the invitation is over."""
    key = models.CharField(max_length=64, unique=True)
    """A digest of the word in the link."""
    by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    used_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    """When it was taken back, or its time was over."""

    def __str__(self) -> str:
        return f"invitation to {self.company_id}"


class Scouted(models.Model):
    """A solution that a scout of the agency found, and what became of the invitation."""

    name = models.CharField(max_length=120)
    maker = models.CharField(max_length=200)
    where = models.CharField(max_length=300)
    """Where it was found: an address, a fair, a paper."""
    text = models.TextField(blank=True, default="")
    technologies = models.ManyToManyField("pilots.Technology", related_name="+")
    call = models.ForeignKey("pilots.Call", models.PROTECT, null=True, related_name="+")
    """The call it would fit."""
    by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    found_at = models.DateTimeField()
    invited_at = models.DateTimeField(null=True)
    invited_to = models.EmailField(null=True)
    """Forgotten once they have come, or after a year."""
    key = models.CharField(max_length=64, unique=True, null=True)
    """A digest of the word in the invitation's link."""
    company = models.ForeignKey(Company, models.PROTECT, null=True, related_name="+")
    """Who came by the invitation."""
    declined_at = models.DateTimeField(null=True)
    submission = models.UUIDField(unique=True, null=True)

    def __str__(self) -> str:
        return f"{self.name}, {self.maker}"


class Support(models.Model):
    """Something the programme did for a company; a wrong entry is superseded, never changed."""

    class Kind(models.TextChoices):
        EXPERTISE = "expertise"
        PRESS = "press"
        SUBSIDY = "subsidy"
        CONTACT = "contact"
        OTHER = "other"

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=9, choices=Kind)
    words = models.CharField(max_length=500)
    amount = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    on = models.DateField()
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    superseded_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    submission = models.UUIDField(unique=True, null=True)

    class Meta:
        verbose_name_plural = "support"

    def __str__(self) -> str:
        return f"{self.kind} for {self.company_id}"
