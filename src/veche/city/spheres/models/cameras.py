"""Cameras as a register that everybody reads, and what they noticed until a person has looked."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Camera(models.Model):
    """A camera of the city: whose, what for, on what ground, for how long it keeps pictures."""

    code = models.SlugField(max_length=60, unique=True)
    names = models.JSONField()
    owner = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="+")
    territory = models.ForeignKey("places.Territory", models.PROTECT, related_name="+")
    longitude = models.FloatField()
    latitude = models.FloatField()
    looks_at = models.JSONField()
    """What stands in its picture, by language."""
    purpose = models.JSONField()
    ground = models.JSONField()
    """The law or the decision it stands on."""
    notices = models.JSONField(default=list)
    """Codes of what it tells us by itself: the edge events; empty: nothing."""
    keeps_days = models.SmallIntegerField()
    """Days for which its pictures are kept, by its owner; none of them come here."""
    faces = models.BooleanField(default=False)
    """Whether it compares faces with a list."""
    object_to = models.CharField(max_length=200)
    """Where to object: an address that people can write to."""
    thing = models.OneToOneField("pulse.Thing", models.PROTECT, null=True, related_name="+")
    """The thing whose readings its events are."""
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(keeps_days__gte=0)
                & (Q(until__isnull=True) | Q(until__gt=models.F("since"))),
                name="spheres_camera_term",
            )
        ]

    def __str__(self) -> str:
        return self.code


class CameraEvent(models.Model):
    """Something a camera noticed. It counts for nothing until a person has confirmed it."""

    class State(models.TextChoices):
        NEW = "new"
        CONFIRMED = "confirmed"
        REFUTED = "refuted"
        LAPSED = "lapsed"
        """Nobody looked in time: it never counted."""

    camera = models.ForeignKey(Camera, models.PROTECT, related_name="+")
    reading = models.BigIntegerField(unique=True)
    """Number of the reading it came as."""
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    sure = models.FloatField(null=True)
    """How sure the camera is, as a share of one, if it says so."""
    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    until = models.DateTimeField()
    """By when a person must have looked."""
    decided_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "refuted"])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="spheres_a_person_decided",
            )
        ]
        indexes = [
            models.Index(fields=["until"], condition=Q(state="new"), name="spheres_event_waits"),
            models.Index(fields=["camera", "-at"], name="spheres_camera_events"),
        ]

    def __str__(self) -> str:
        return f"{self.camera_id} {self.kind}"
