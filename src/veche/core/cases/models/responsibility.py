"""Tables of responsibility: disputes, prolongations, and how high an overdue promise climbed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Dispute(models.Model):
    """An office says that a case is not theirs, and somebody decides whose it is."""

    class Decided(models.TextChoices):
        DISPATCHER = "dispatcher"
        ARBITER = "arbiter"
        LAPSED = "lapsed"
        """Nobody decided within the term: the proposed office, or the owner of last resort."""
        LAST_RESORT = "last_resort"
        """Returned once too often: the owner of last resort has it at once."""
        ENDED = "ended"
        """The case ended before anybody decided."""

    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="+", db_index=False)
    move = models.CharField(max_length=24)
    """The step that opened it."""
    seq = models.IntegerField()
    """The number of that step: its words stand there."""
    office = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="+")
    """Who says that it is not theirs."""
    reason = models.CharField(max_length=40)
    proposed = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, null=True, related_name="+", db_index=False
    )
    opened_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_as = models.CharField(max_length=12, choices=Decided, blank=True, default="")
    decided_for = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, null=True, related_name="+", db_index=False
    )
    """Who has the case by this decision."""
    binding = models.BooleanField(default=False)
    """Whether that office may not say again that it is not theirs."""
    wrong = models.CharField(max_length=8, blank=True, default="")
    """Who was wrong: ``office``, which returned what was its own, or ``routing``, which had sent it
    to the wrong office; empty where nobody judged."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(decided_at__isnull=True), name="cases_one_dispute"
            ),
            models.CheckConstraint(
                condition=Q(wrong__in=["", "office", "routing"]), name="cases_dispute_wrong"
            ),
        ]
        indexes = [models.Index(fields=["case", "id"], name="cases_dispute_case")]

    def __str__(self) -> str:
        return f"{self.case_id}: not of {self.office_id}"


class Prolongation(models.Model):
    """An officer asks for a later date; the head of the office signs or refuses."""

    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="+", db_index=False)
    office = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="+")
    reason = models.CharField(max_length=40)
    text = models.TextField()
    """What the office says to everybody."""
    first_promised_at = models.DateTimeField()
    """The first promise, against which lateness is counted whatever is signed."""
    was_due_at = models.DateTimeField()
    """What was promised when it was asked."""
    until = models.DateTimeField()
    """The new promise."""
    asked_by = models.ForeignKey("people.Person", models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    signed = models.BooleanField(null=True)
    """Whether the head signed; empty until then, and where the case went on without."""
    answer = models.TextField(blank=True, default="")
    """What the head says of a refusal."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(decided_at__isnull=True),
                name="cases_one_open_prolongation",
            ),
            models.CheckConstraint(
                condition=Q(until__gt=models.F("was_due_at")), name="cases_prolonged_forward"
            ),
        ]
        indexes = [models.Index(fields=["case", "id"], name="cases_prolonged_case")]

    def __str__(self) -> str:
        return f"{self.case_id} until {self.until}"


class ClimbStep(models.Model):
    """Who is told of an overdue promise after how many days: data that a city changes."""

    level = models.PositiveSmallIntegerField(unique=True)
    days = models.PositiveSmallIntegerField()
    """Days after the promise; 0: at once."""
    role = models.CharField(max_length=24, blank=True)
    """Whose holders are told; empty: everybody, by the public list."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(level__range=(1, 9)), name="cases_climb_level")
        ]

    def __str__(self) -> str:
        return f"{self.level}: after {self.days} days"


class Climb(models.Model):
    """An overdue promise climbed one level higher."""

    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="+", db_index=False)
    level = models.PositiveSmallIntegerField()
    office = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, null=True, related_name="+"
    )
    """Who had the case then."""
    promised_at = models.DateTimeField()
    """The promise that was not kept."""
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "promised_at", "level"], name="cases_climbed_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} to {self.level}"
