"""Command in a crisis: one person for the mayor, and who is seconded to help, until when."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Command(models.Model):
    """Somebody commands for the mayor, with the powers and until the moment written down."""

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    organisation = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, null=True, related_name="+"
    )
    """The office they come from, as everybody is shown."""
    territory = models.ForeignKey("places.Territory", models.PROTECT, related_name="+")
    """The city."""
    powers = ArrayField(models.CharField(max_length=16))
    """Codes of `rules_modes.POWERS`."""
    reason = models.CharField(max_length=500)
    named_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    holding = models.ForeignKey("organisations.Holding", models.PROTECT, related_name="+")
    """The role of the commander; it ends by itself at ``until``."""
    watch = models.ForeignKey("organisations.Holding", models.PROTECT, null=True, related_name="+")
    """The role of a dispatcher of the whole city that goes with the power over incidents."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gt=F("since"))
                & (Q(ended_at__isnull=True) | Q(ended_at__gte=F("since"))),
                name="dispatch_command_term",
            )
        ]

    def __str__(self) -> str:
        return f"command {self.pk}"


class CommandAct(models.Model):
    """An act about a command, or one of the commander for the mayor: appended only."""

    class Kind(models.TextChoices):
        NAMED = "named"
        EXTENDED = "extended"
        ENDED = "ended"
        OVER = "over"
        """Its term had passed."""
        SECONDED = "seconded"
        RECALLED = "recalled"
        ACTED = "acted"
        """Something only the mayor may do, done for the mayor."""

    command = models.ForeignKey(Command, models.PROTECT, related_name="acts")
    kind = models.CharField(max_length=9, choices=Kind)
    what = models.CharField(max_length=24, blank=True, default="")
    """Of an act for the mayor: a code of `words_modes.ACTED`."""
    subject = models.CharField(max_length=80, blank=True, default="")
    """What it was done to: the number of an incident, the code of a place."""
    at = models.DateTimeField()
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True, default="")
    until = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["command", "at"], name="dispatch_command_act")]

    def __str__(self) -> str:
        return f"{self.command_id} {self.kind}"


class Secondment(models.Model):
    """Somebody of an office works elsewhere for a time: a role that ends by itself."""

    command = models.ForeignKey(Command, models.PROTECT, null=True, related_name="secondments")
    """Under whose command it was written; with it, it ends. Empty: by the mayor alone."""
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    origin = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="+")
    """The office that lends them."""
    role = models.CharField(max_length=24)
    organisation = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, null=True, related_name="+"
    )
    territory = models.ForeignKey("places.Territory", models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=500)
    named_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=500, blank=True, default="")
    holding = models.ForeignKey("organisations.Holding", models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gt=F("since")), name="dispatch_secondment_term"
            )
        ]
        indexes = [
            models.Index(
                fields=["until"], condition=Q(ended_at__isnull=True), name="dispatch_seconded_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} as {self.role}"
