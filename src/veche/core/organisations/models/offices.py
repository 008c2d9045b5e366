"""Organisations, the roles held in them, and who answers for what."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from veche.languages import here


class Organisation(models.Model):
    """A department, an operator, a company or a body of self-government."""

    class Kind(models.TextChoices):
        DEPARTMENT = "department"
        OPERATOR = "operator"
        COMPANY = "company"
        SELF_GOVERNMENT = "self_government"

    code = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=16, choices=Kind)
    names = models.JSONField()
    email = models.EmailField(null=True)
    imported = models.BooleanField(default=False)
    """Met for the first time in an import: nobody here has confirmed it."""

    def __str__(self) -> str:
        return here(self.names)


class Holding(models.Model):
    """A role held by a person, in an organisation or a territory, from a moment to a moment."""

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    role = models.CharField(max_length=24)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    territory = models.ForeignKey("places.Territory", models.PROTECT, null=True, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["person", "role"], name="organisations_holder")]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=models.F("since")),
                name="organisations_holding_term",
            )
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.organisation or self.territory}"


class Responsibility(models.Model):
    """Who answers for a theme (a category of problems, a kind of service) in a territory.

    The most local row wins: the neighbourhood before the district before the city.
    """

    theme = models.CharField(max_length=80)
    territory = models.ForeignKey("places.Territory", models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")

    class Meta:
        verbose_name_plural = "responsibilities"
        constraints = [
            models.UniqueConstraint(fields=["theme", "territory"], name="organisations_one_answers")
        ]

    def __str__(self) -> str:
        return f"{self.organisation} for {self.theme} in {self.territory}"


class SupplierRule(models.Model):
    """Who is called to a kind of object for a theme, instead of its owner: a contract.

    The narrower rule wins: one for a theme and an owner before one for a theme, before one for an
    owner, before one for the kind alone. A rule is never changed: it ends and another begins.
    """

    kind = models.ForeignKey("places.ObjectKind", models.PROTECT, related_name="+")
    theme = models.CharField(max_length=80, blank=True, default="")
    """One theme, or empty for all."""
    owner = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    """Whose objects; empty: whoever owns them."""
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    """Who is called."""
    number = models.PositiveSmallIntegerField(null=True)
    unit = models.CharField(max_length=16, blank=True, default="")
    """How long they have by their contract: hours, calendar_days or working_days."""
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "theme", "owner"],
                condition=Q(until__isnull=True),
                nulls_distinct=False,
                name="organisations_one_supplier",
            ),
            models.CheckConstraint(
                condition=Q(number__isnull=True, unit="")
                | Q(number__gte=1, unit__in=["hours", "calendar_days", "working_days"]),
                name="organisations_supplier_term",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} for {self.theme or 'all'} at {self.kind_id}"


class PeopleList(models.Model):
    """A named list of people kept by an office: teachers, doctors, members of a council."""

    code = models.CharField(max_length=40, unique=True)
    names = models.JSONField()
    keeper = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    """The office that answers for who stands on it."""

    def __str__(self) -> str:
        return here(self.names)


class ListMember(models.Model):
    """A person stands on a list, from a moment to a moment."""

    list = models.ForeignKey(PeopleList, models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey("people.Person", models.CASCADE, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["list", "person"],
                condition=Q(until__isnull=True),
                name="organisations_member_once",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=models.F("since")),
                name="organisations_member_term",
            ),
        ]

    def __str__(self) -> str:
        return f"person {self.person_id} on list {self.list_id}"
