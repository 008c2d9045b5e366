"""The command handbook: by kind of incident who leads, who helps and what is done first."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from veche.languages import here


class HandbookEntry(models.Model):
    """What the handbook says of a kind, in one version: never changed, another takes its place."""

    kind = models.ForeignKey("dispatch.IncidentKind", models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    lead_theme = models.CharField(max_length=80)
    """By which `organisations.Responsibility` says who leads where no office is named."""
    text = models.JSONField(default=dict)
    """How to know it and what to keep in mind, by language."""
    vulnerable = models.JSONField(default=dict)
    """Of whom to think first: children, the old, the disabled; by language."""
    services = models.ManyToManyField("dispatch.EssentialService", related_name="+")
    """Services that must go on and that such an incident can stop."""
    why = models.CharField(max_length=300, blank=True, default="")
    """Why this version was written."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "version"], name="dispatch_handbook_version"),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(until__isnull=True), name="dispatch_handbook_in_force"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} v{self.version}"


class HandbookLead(models.Model):
    """An office that leads at a tier whoever answers for the theme."""

    entry = models.ForeignKey(HandbookEntry, models.PROTECT, related_name="leads", db_index=False)
    tier = models.PositiveSmallIntegerField()
    organisation = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="+")

    class Meta:
        ordering = ["tier"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "tier"], name="dispatch_handbook_one_lead"),
            models.CheckConstraint(
                condition=Q(tier__range=(1, 3)), name="dispatch_handbook_lead_tier"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tier}: {self.organisation_id}"


class HandbookHelper(models.Model):
    """An office that is asked to help, and what for."""

    entry = models.ForeignKey(HandbookEntry, models.PROTECT, related_name="helpers", db_index=False)
    place = models.PositiveSmallIntegerField()
    organisation = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="+")
    asked = models.JSONField()
    """What it is asked for, by language."""

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "place"], name="dispatch_handbook_helper")
        ]

    def __str__(self) -> str:
        return here(self.asked)


class HandbookStep(models.Model):
    """Something to be done first."""

    entry = models.ForeignKey(HandbookEntry, models.PROTECT, related_name="steps", db_index=False)
    place = models.PositiveSmallIntegerField()
    words = models.JSONField()

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "place"], name="dispatch_handbook_step")
        ]

    def __str__(self) -> str:
        return here(self.words)


class StepDone(models.Model):
    """A first step was done in an incident: by whom and when."""

    incident = models.ForeignKey("dispatch.Incident", models.PROTECT, related_name="+")
    step = models.ForeignKey(HandbookStep, models.PROTECT, related_name="+")
    by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "step"], name="dispatch_step_done_once")
        ]

    def __str__(self) -> str:
        return f"{self.step_id} of {self.incident_id}"
