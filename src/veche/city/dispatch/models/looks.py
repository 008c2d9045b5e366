"""Who of the staff looked behind an incident's public page."""

from __future__ import annotations

from django.db import models


class IncidentLook(models.Model):
    """One look at what is not everybody's: the inner log, who reported, who is on duty."""

    incident = models.ForeignKey("dispatch.Incident", models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["incident", "person", "at"], name="dispatch_look")]

    def __str__(self) -> str:
        return f"{self.person_id} at {self.incident_id}"
