"""Switching from afar: OGC SensorThings, part 2 (Tasking)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Actuator(models.Model):
    """What moves, switches or opens."""

    source = models.ForeignKey("pulse.Source", models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True, default="")
    encoding_type = models.CharField(max_length=120)
    metadata = models.JSONField()
    properties = models.JSONField(null=True)

    def __str__(self) -> str:
        return self.name


class TaskingCapability(models.Model):
    """What a thing can be told to do, and what it must be told for it."""

    thing = models.ForeignKey("pulse.Thing", models.PROTECT, related_name="+")
    source = models.ForeignKey("pulse.Source", models.PROTECT, related_name="+")
    actuator = models.ForeignKey(Actuator, models.PROTECT, related_name="+")
    code = models.SlugField(max_length=80, unique=True)
    names = models.JSONField()
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True, default="")
    parameters = models.JSONField()
    """taskingParameters: a SWE Common DataRecord."""
    properties = models.JSONField(null=True)
    hurts = models.BooleanField(default=False)
    """It can hurt somebody or leave them without water or light: a second person must agree."""
    seconds = models.IntegerField(default=300)
    """After so many seconds an order that was not carried out is void."""

    def __str__(self) -> str:
        return self.code


class Task(models.Model):
    """An order to a thing, with everything that became of it."""

    class State(models.TextChoices):
        WAITS = "waits"
        """A second person must agree."""
        CREATED = "created"
        """The thing may fetch it."""
        RUNNING = "running"
        COMPLETED = "completed"
        FAILED = "failed"
        REJECTED = "rejected"
        """The second person said no, or the first took it back."""
        TIMED_OUT = "timed-out"

    capability = models.ForeignKey(TaskingCapability, models.PROTECT, related_name="+")
    parameters = models.JSONField()
    """taskingParameters: name → value."""
    why = models.CharField(max_length=300, blank=True, default="")
    state = models.CharField(max_length=10, choices=State)
    created_at = models.DateTimeField()
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    key = models.ForeignKey("pulse.SourceKey", models.PROTECT, null=True, related_name="+")
    """The key of the system that gave the order, where no person did."""
    agreed_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    agreed_at = models.DateTimeField(null=True)
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True, default="")
    """What the thing said."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(by__isnull=False) | Q(key__isnull=False),
                name="spheres_task_has_an_author",
            ),
            models.CheckConstraint(
                condition=Q(agreed_by__isnull=True)
                | Q(by__isnull=True)
                | ~Q(agreed_by=models.F("by")),
                name="spheres_task_two_persons",
            ),
        ]
        indexes = [
            models.Index(
                fields=["until"],
                condition=Q(state__in=["waits", "created", "running"]),
                name="spheres_tasks_open",
            ),
            models.Index(fields=["capability", "-created_at"], name="spheres_tasks_of"),
        ]

    def __str__(self) -> str:
        return f"{self.capability_id} {self.state}"


class TaskChange(models.Model):
    """What happened to an order, appended only."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="changes")
    at = models.DateTimeField()
    state = models.CharField(max_length=10)
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=300, blank=True, default="")

    def __str__(self) -> str:
        return self.state
