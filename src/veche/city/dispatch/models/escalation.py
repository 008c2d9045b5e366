"""Who is told when, of what waits: steps as data, and which of them were taken."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class EscalationStep(models.Model):
    """One rung of the ladder of a state: when it comes, and what happens then.

    A ladder is never changed: its steps end and others begin, which count from then on.
    """

    class Act(models.TextChoices):
        WAIT = "wait"
        """Nobody is told yet: it stands in the picture and in the log."""
        PERSON = "person"
        ROLE = "role"
        """Whoever holds a role: officers and heads of the office it lies with, others of its
        place."""
        DUTY = "duty"
        """Whoever is on duty now: in the office it lies with, and on the list of its tier."""
        TIER_UP = "tier_up"
        """The next tier is to take it up; the lower one leads until then."""
        REPEAT = "repeat"
        """Those of the steps before are told again."""

    procedure = models.CharField(max_length=24)
    """``incident`` or ``incident_task``."""
    state = models.CharField(max_length=24)
    tier = models.PositiveSmallIntegerField(null=True)
    """One tier, or empty for all that have no ladder of their own."""
    place = models.PositiveSmallIntegerField()
    percent = models.PositiveSmallIntegerField(null=True)
    """After so much of the term."""
    minutes = models.PositiveIntegerField(null=True)
    """After so many minutes since the term began."""
    act = models.CharField(max_length=8, choices=Act)
    person = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=24, blank=True, default="")
    times = models.PositiveSmallIntegerField(default=1)
    """How often it is repeated at most."""
    every = models.PositiveIntegerField(default=0)
    """Minutes between repeats."""
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["procedure", "state", "tier", "place"],
                condition=Q(until__isnull=True),
                nulls_distinct=False,
                name="dispatch_one_rung",
            ),
            models.CheckConstraint(
                condition=Q(percent__range=(1, 1000), minutes__isnull=True)
                | Q(percent__isnull=True, minutes__range=(1, 60 * 24 * 90)),
                name="dispatch_rung_when",
            ),
            models.CheckConstraint(
                condition=Q(act="repeat", times__range=(1, 5), every__range=(1, 1440))
                | (~Q(act="repeat") & Q(times=1, every=0)),
                name="dispatch_rung_times",
            ),
            models.CheckConstraint(
                condition=Q(act="person", person__isnull=False, role="")
                | (Q(act="role", person__isnull=True) & ~Q(role=""))
                | (~Q(act__in=["person", "role"]) & Q(person__isnull=True, role="")),
                name="dispatch_rung_whom",
            ),
            models.CheckConstraint(
                condition=Q(tier__isnull=True) | Q(tier__range=(1, 3)), name="dispatch_rung_tier"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure}.{self.state} {self.place}: {self.act}"


class EscalationClimb(models.Model):
    """A rung was reached: once for a term, a step and a repeat, whoever dies in between.

    One statement writes all of a sweep out of the rows that these keys name, and none of those is
    ever deleted: looking each up again at the commit took a third of a sweep of 10,000 terms.
    """

    clock = models.ForeignKey(
        "cases.CaseClock", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    step = models.ForeignKey(EscalationStep, models.PROTECT, related_name="+", db_constraint=False)
    turn = models.PositiveSmallIntegerField(default=1)
    """The how manieth repeat."""
    incident = models.ForeignKey(
        "dispatch.Incident", models.PROTECT, related_name="+", db_constraint=False
    )
    case = models.ForeignKey(
        "cases.Case", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    """The incident's own case, or that of what a helping office was asked for."""
    tier = models.PositiveSmallIntegerField()
    """Who led when it was reached."""
    due_at = models.DateTimeField()
    """When it should have been reached."""
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clock", "step", "turn"], name="dispatch_climbed_once")
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: step {self.step_id}, {self.turn}"
