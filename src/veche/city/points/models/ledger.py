"""The ledger: whoever turned points on, and every point that came and went."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Account(models.Model):
    """Somebody who turned points on. Without a person: they turned them off, or were forgotten."""

    person = models.OneToOneField(
        "people.Person", models.SET_NULL, null=True, related_name="+", db_constraint=False
    )
    since = models.DateTimeField()
    balance = models.IntegerField(default=0)
    """The sum of the entries; kept by a trigger on them, written by nothing else."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(balance__gte=0), name="points_never_below_zero")
        ]

    def __str__(self) -> str:
        return f"account {self.pk}: {self.balance}"


class Entry(models.Model):
    """Points came or went; appended, never changed.

    When the account loses its person, the matter and the record are blanked and the moment is
    made the first of its month: nothing then leads back to who it was. The sum stays.
    """

    class Kind(models.TextChoices):
        """Why the balance changed."""

        EARNED = "earned"
        TAKEN_BACK = "taken-back"
        """What it was given for was removed. Zero where nothing was left to take."""
        SPENT = "spent"
        RETURNED = "returned"
        """A reward was given back, or its code was not used in time."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    amount = models.IntegerField()
    rule = models.CharField(max_length=16, blank=True, default="")
    matter = models.CharField(max_length=80, blank=True, default="")
    """As the journal names it: ``idea:<number>``."""
    record = models.BigIntegerField(null=True)
    """The journal record after which they came or went."""
    of = models.OneToOneField("self", models.PROTECT, null=True, related_name="+")
    """The entry that was taken back."""
    spending = models.ForeignKey(
        "points.Spending", models.PROTECT, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "entries"
        indexes = [
            models.Index(fields=["account", "-id"], name="points_entry_newest"),
            models.Index(
                fields=["matter"],
                condition=Q(kind="earned") & ~Q(matter=""),
                name="points_entry_matter",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "rule", "matter"],
                condition=Q(kind="earned") & ~Q(matter=""),
                name="points_once_for_a_matter",
            ),
            models.UniqueConstraint(
                fields=["account", "rule", "record"],
                condition=Q(kind="earned", record__isnull=False),
                name="points_once_for_a_record",
            ),
            models.UniqueConstraint(
                fields=["spending", "kind"],
                condition=Q(spending__isnull=False),
                name="points_spent_and_returned_once",
            ),
            models.CheckConstraint(
                condition=Q(kind="earned", amount__gt=0)
                | Q(kind="taken-back", amount__lte=0, of__isnull=False)
                | Q(kind="spent", amount__lt=0, spending__isnull=False)
                | Q(kind="returned", amount__gt=0, spending__isnull=False),
                name="points_entry_sign",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"
