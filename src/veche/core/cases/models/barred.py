"""Who may not know of a case."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Barred(models.Model):
    """A case that a person may neither see as staff nor move, from a moment to a moment.

    What judges a company is kept from whoever is tied to it. Lists, counts and the desk leave it
    out; the trigger on events refuses a move.
    """

    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey("people.Person", models.CASCADE, related_name="+", db_index=False)
    side = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, null=True, related_name="+", db_index=False
    )
    """The party for which they may still act, by a role they hold in it; empty: none."""
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    why = models.CharField(max_length=24)
    """A code of the module that keeps it; the reason itself stands with the ties."""

    class Meta:
        verbose_name_plural = "barred"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "person"],
                condition=Q(until__isnull=True),
                name="cases_barred_once",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="cases_barred_term",
            ),
        ]
        indexes = [
            models.Index(
                fields=["person"],
                name="cases_barred_now",
                include=["case"],
                condition=Q(until__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"person {self.person_id} from case {self.case_id}"
