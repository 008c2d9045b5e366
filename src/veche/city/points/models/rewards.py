"""What points buy."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Reward(models.Model):
    """Something the city gives for points."""

    code = models.SlugField(max_length=40, unique=True)
    names = models.JSONField()
    texts = models.JSONField(default=dict)
    """What it is and where it is given out, in three languages."""
    cost = models.IntegerField()
    stock = models.IntegerField(null=True)
    """How many are left; empty: as many as are asked for."""
    until = models.DateField(null=True)
    """The last day on which it can be had; empty: no last day."""
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(cost__gt=0), name="points_reward_costs"),
            models.CheckConstraint(
                condition=Q(stock__isnull=True) | Q(stock__gte=0), name="points_reward_stock"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Spending(models.Model):
    """Somebody got a reward: a code that a clerk takes once."""

    class State(models.TextChoices):
        """What became of the code."""

        OPEN = "open"
        REDEEMED = "redeemed"
        CANCELLED = "cancelled"
        LAPSED = "lapsed"

    account = models.ForeignKey("points.Account", models.PROTECT, related_name="+")
    reward = models.ForeignKey(Reward, models.PROTECT, related_name="+")
    cost = models.IntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    code = models.BinaryField(max_length=32, unique=True)
    """Keyed digest of the code; the code itself is shown once and kept nowhere."""
    submission = models.UUIDField(unique=True)
    """Of the form that was sent, so that it counts once."""
    at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    redeemed_by = models.ForeignKey(
        "people.Person", models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["until"], condition=Q(state="open"), name="points_spending_open"
            )
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", ended_at__isnull=True)
                | (~Q(state="open") & Q(ended_at__isnull=False)),
                name="points_spending_ends",
            )
        ]

    def __str__(self) -> str:
        return f"{self.reward_id}: {self.state}"
