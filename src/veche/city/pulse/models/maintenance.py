"""Planned work: while it lasts, alarms of what is worked on are put away by rule, and counted."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Maintenance(models.Model):
    """Planned work on a thing, on a whole source or in a place, from one moment until another."""

    thing = models.ForeignKey("pulse.Thing", models.PROTECT, null=True, related_name="+")
    source = models.ForeignKey("pulse.Source", models.PROTECT, null=True, related_name="+")
    territory = models.ForeignKey("places.Territory", models.PROTECT, null=True, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField()
    why = models.CharField(max_length=500)
    made_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    """When somebody said that it is over, before its time."""
    ended_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gt=F("since")), name="pulse_maintenance_in_order"
            ),
            models.CheckConstraint(
                condition=Q(thing__isnull=False, source__isnull=True, territory__isnull=True)
                | Q(thing__isnull=True, source__isnull=False, territory__isnull=True)
                | Q(thing__isnull=True, source__isnull=True, territory__isnull=False),
                name="pulse_maintenance_of_one",
            ),
        ]
        indexes = [
            models.Index(
                fields=["until"], condition=Q(ended_at__isnull=True), name="pulse_maintenance_open"
            )
        ]

    def __str__(self) -> str:
        return self.why
