"""The packet of two weeks that every unit is given, and what it must answer for."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Packet(models.Model):
    """Two weeks of a unit in figures. Made by the clock, not by whoever it is about.

    A unit is an office, or the dispatch of a tier over the whole city.
    """

    unit = models.CharField(max_length=80)
    """The code of the office, or ``tier-1`` to ``tier-3``."""
    organisation = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, null=True, related_name="+"
    )
    tier = models.PositiveSmallIntegerField(null=True)
    since = models.DateTimeField()
    until = models.DateTimeField()
    """The first moment that is no longer in it: midnight in the city."""
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    """Until when the head must have answered; after that it is shown as skipped."""
    figures = models.JSONField()
    """By name of a measure: these two weeks, the two before, and the same of all units."""
    late = models.JSONField(default=list)
    """What was late in it, at most a hundred: number, public, state, seconds."""
    answer = models.TextField(blank=True, default="")
    """What the head says of the whole."""
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    met_on = models.DateField(null=True)
    """When it was spoken about; the memo of that meeting is the next list."""
    memo_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "until"], name="dispatch_one_packet"),
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, tier__isnull=True)
                | Q(organisation__isnull=True, tier__range=(1, 3)),
                name="dispatch_packet_unit",
            ),
            models.CheckConstraint(
                condition=Q(until__gt=models.F("since")), name="dispatch_packet_time"
            ),
        ]
        indexes = [models.Index(fields=["-until", "unit"], name="dispatch_packet_newest")]

    def __str__(self) -> str:
        return f"{self.unit} until {self.until:%Y-%m-%d}"


class FollowUp(models.Model):
    """One thing a unit must answer: of the memo after a meeting, or made by the packet itself."""

    class Why(models.TextChoices):
        MEMO = "memo"
        LATE = "late"
        """The packet found something late."""
        LESSON = "lesson"
        """A lesson of a review was not done by its day."""

    unit = models.CharField(max_length=80, db_index=True)
    why = models.CharField(max_length=6, choices=Why)
    text = models.CharField(max_length=500, blank=True, default="")
    """What the memo asks; what the packet asks by itself is said from `why` and `details`."""
    details = models.JSONField(default=dict)
    public = models.BooleanField(default=True)
    written_in = models.ForeignKey(Packet, models.PROTECT, null=True, related_name="memo")
    """The packet that the meeting was about."""
    first_in = models.ForeignKey(Packet, models.PROTECT, null=True, related_name="+")
    packet = models.ForeignKey(Packet, models.PROTECT, null=True, related_name="followups")
    """The packet it stands in now; what is not answered moves on to the next."""
    at = models.DateTimeField()
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    answer = models.CharField(max_length=1000, blank=True, default="")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    moved = models.PositiveSmallIntegerField(default=0)
    """Into how many later packets it was moved without an answer."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer="")
                | Q(answered_at__isnull=False) & ~Q(answer=""),
                name="dispatch_followup_answered",
            )
        ]

    def __str__(self) -> str:
        return self.text or self.why
