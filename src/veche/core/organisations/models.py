"""Tables of organisations."""

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
