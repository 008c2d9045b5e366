"""Residents say whether a promise was kept."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Asked(models.Model):
    """Somebody who is asked whether a promise was kept, and why they are."""

    class Why(models.TextChoices):
        PROPOSED = "proposed"
        SUPPORTED = "supported"
        VOTED = "voted"
        LIVES_THERE = "lives"

    promise = models.ForeignKey("delivery.Promise", models.PROTECT, related_name="+",
                                db_index=False)  # fmt: skip
    person = models.ForeignKey("people.Person", models.CASCADE, related_name="+")
    why = models.CharField(max_length=10, choices=Why)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["promise", "person"], name="delivery_asked_once")
        ]

    def __str__(self) -> str:
        return f"asked about {self.promise_id}"


class Verdict(models.Model):
    """What one resident says of what was done, in one round of asking."""

    promise = models.ForeignKey("delivery.Promise", models.PROTECT, related_name="+",
                                db_index=False)  # fmt: skip
    person = models.ForeignKey("people.Person", models.SET_NULL, null=True, related_name="+")
    round = models.SmallIntegerField()
    accepts = models.BooleanField()
    reason = models.CharField(max_length=24, blank=True, default="")
    """By code, where it is refused."""
    text = models.TextField(blank=True, default="")
    photograph = models.ForeignKey("cases.CaseFile", models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["promise", "round", "person"],
                condition=Q(person__isnull=False),
                name="delivery_one_verdict",
            ),
            models.CheckConstraint(
                condition=Q(accepts=True) | ~Q(reason=""), name="delivery_refused_for_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{'accepts' if self.accepts else 'refuses'} {self.promise_id}"


class AcceptanceRule(models.Model):
    """When what was done counts as refused, in a kind of place: data that a city changes.

    Without a row the rule of `veche.city.delivery.rules.AcceptRule` holds. What a promise is
    judged by is written into the step that asked.
    """

    kind = models.CharField(max_length=20, unique=True, blank=True)
    """The kind of territory (city, district, neighbourhood); empty: all others."""
    least = models.PositiveSmallIntegerField()
    percent = models.PositiveSmallIntegerField()
    most = models.PositiveIntegerField()
    share = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    least__gte=1, percent__range=(0, 100), most__gte=models.F("least"),
                    share__range=(1, 100),
                ),
                name="delivery_acceptance_rule",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"acceptance in {self.kind or 'all places'}"
