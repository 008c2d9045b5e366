"""Alarms: one for a rule, a place and an object, however often it comes again."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Situation(models.Model):
    """Alarms that came near each other in place and time: looked at as one."""

    class Outcome(models.TextChoices):
        OPEN = ""
        """There is none, or people are still at it."""
        HANDLED = "handled"
        FALSE = "false"
        """On the spot nothing was found: the alarm was false."""

    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    territory = models.ForeignKey("places.Territory", models.PROTECT, related_name="+")
    level = models.CharField(max_length=8)
    """The worst of its alarms'."""
    incident = models.BigIntegerField(null=True, unique=True)
    """The number of the matter it became, once somebody was sent."""
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True, default="", db_default="")
    """What became of its incident."""

    def __str__(self) -> str:
        return str(self.pk)


class Alarm(models.Model):
    """Something is not as it should be; how it is and who knows are told apart (ISA-18.2)."""

    class Handling(models.TextChoices):
        NEW = "new"
        """Nobody has said yet that they saw it."""
        ACKNOWLEDGED = "seen"
        SHELVED = "shelved"
        """A person put it away for a time."""
        SUPPRESSED = "suppressed"
        """A rule put it away: maintenance, or a larger alarm tells it already."""

    rule = models.CharField(max_length=100)
    """``indicator:CODE``, ``source:CODE``, or ``connector:…`` for a warning of others."""
    indicator = models.ForeignKey("pulse.Indicator", models.PROTECT, null=True, related_name="+")
    source = models.ForeignKey("pulse.Source", models.PROTECT, null=True, related_name="+")
    territory = models.ForeignKey("places.Territory", models.PROTECT, related_name="+")
    thing = models.ForeignKey("pulse.Thing", models.PROTECT, null=True, related_name="+")
    level = models.CharField(max_length=8)
    """watch, warning or critical: as it is now, or was at last."""
    worst = models.CharField(max_length=8)
    active = models.BooleanField(default=True)
    """Whether it is so now; False: returned to normal."""
    handling = models.CharField(max_length=12, choices=Handling, default=Handling.NEW)
    sensed_at = models.DateTimeField(null=True)
    """When the first reading crossed the limit that it came of, where readings tell."""
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    returned_at = models.DateTimeField(null=True)
    count = models.IntegerField(default=1)
    """How often it came."""
    value = models.FloatField(null=True)
    text = models.JSONField(default=dict)
    """What it says, by language, where no indicator can say it."""
    handled_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    handled_at = models.DateTimeField(null=True)
    shelved_until = models.DateTimeField(null=True)
    maintenance = models.ForeignKey(
        "pulse.Maintenance", models.PROTECT, null=True, related_name="alarms"
    )
    """The planned work that put it away."""
    larger = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    """The larger alarm that put it away."""
    closed_at = models.DateTimeField(null=True)
    """When it was both back to normal and acknowledged: then the next is a new one."""
    situation = models.ForeignKey(Situation, models.SET_NULL, null=True, related_name="alarms")
    drill = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "territory", "thing", "drill"],
                condition=Q(closed_at__isnull=True),
                nulls_distinct=False,
                name="pulse_one_open_alarm",
            )
        ]
        indexes = [
            models.Index(
                fields=["-last_at"], condition=Q(closed_at__isnull=True), name="pulse_open_alarms"
            )
        ]

    def __str__(self) -> str:
        return self.rule


class AlarmChange(models.Model):
    """What happened to an alarm, appended only."""

    alarm = models.ForeignKey(Alarm, models.PROTECT, related_name="changes")
    at = models.DateTimeField()
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    what = models.CharField(max_length=16)
    """raised, repeated, worse, better, returned, acknowledged, shelved, unshelved, suppressed,
    released, grouped, dispatched, handled, false, reopened, closed."""
    note = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return self.what
