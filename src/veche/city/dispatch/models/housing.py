"""The housing emergency centre: calls, shut-offs told by house, crews and where they are."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class ShutOff(models.Model):
    """Something that comes by a pipe or a wire does not come for a time; its case says where it
    stands. The first promised end is never changed: lateness is told against it."""

    class Service(models.TextChoices):
        COLD_WATER = "cold-water"
        HOT_WATER = "hot-water"
        HEATING = "heating"
        POWER = "power"
        GAS = "gas"
        SEWER = "sewer"
        LIFT = "lift"

    case = models.OneToOneField("cases.Case", models.PROTECT, primary_key=True, related_name="+")
    service = models.CharField(max_length=12, choices=Service)
    planned = models.BooleanField()
    """Whether people were told before it began."""
    street = models.CharField(max_length=120, blank=True, default="")
    """Empty: the whole territory of its case."""
    houses = models.JSONField(default=list)
    """Numbers of houses as people write them; empty: all of the street."""
    reason = models.CharField(max_length=300)
    instead = models.CharField(max_length=300, blank=True, default="")
    """What people can do meanwhile: where water is brought, where it is warm."""
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    first_ends_at = models.DateTimeField()
    restored_at = models.DateTimeField(null=True)
    incident = models.ForeignKey(
        "dispatch.Incident", models.PROTECT, null=True, related_name="shut_offs"
    )
    """The incident it came of."""
    submission = models.UUIDField(unique=True, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="dispatch_shut_off_term"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gte=F("first_ends_at")), name="dispatch_shut_off_promise"
            ),
        ]
        indexes = [
            models.Index(
                fields=["starts_at"],
                condition=Q(restored_at__isnull=True),
                name="dispatch_shut_off_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.street}"


class Call(models.Model):
    """Somebody rang. Who it was is kept for thirty days, to ring back; what became of it stays."""

    class Outcome(models.TextChoices):
        INCIDENT = "incident"
        """An incident was opened."""
        ADDED = "added"
        """It tells of an incident there is."""
        KNOWN = "known"
        """It is a shut-off that was known: the caller was told until when."""
        ADVICE = "advice"
        """The caller was helped by words."""
        PASSED = "passed"
        """It was passed on to another service."""

    at = models.DateTimeField()
    taken_by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    territory = models.ForeignKey("places.Territory", models.PROTECT, related_name="+")
    kind = models.ForeignKey("dispatch.IncidentKind", models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=8, choices=Outcome)
    incident = models.ForeignKey("dispatch.Incident", models.PROTECT, null=True, related_name="+")
    shut_off = models.ForeignKey(ShutOff, models.PROTECT, null=True, related_name="+")
    address = models.CharField(max_length=160, blank=True, default="")
    said = models.TextField(blank=True, default="")
    name = models.CharField(max_length=120, blank=True, default="")
    telephone = models.CharField(max_length=40, blank=True, default="")
    ring_back = models.BooleanField(default=False)
    """The caller asked to be rung when it is over."""
    rung_at = models.DateTimeField(null=True)
    rung_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    forgotten_at = models.DateTimeField(null=True)
    """When address, words, name and telephone were blanked."""
    submission = models.UUIDField(unique=True, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(incident__isnull=False) | ~Q(outcome__in=["incident", "added"]),
                name="dispatch_call_incident",
            ),
            models.CheckConstraint(
                condition=Q(shut_off__isnull=False) | ~Q(outcome="known"),
                name="dispatch_call_known",
            ),
        ]
        indexes = [
            models.Index(fields=["-at"], name="dispatch_call_newest"),
            models.Index(
                fields=["at"], condition=Q(forgotten_at__isnull=True), name="dispatch_call_kept"
            ),
        ]

    def __str__(self) -> str:
        return f"call {self.pk}: {self.outcome}"


class Crew(models.Model):
    """A crew of an office that can be sent."""

    organisation = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    skills = models.CharField(max_length=160, blank=True, default="")
    """What it can do and has with it, in words."""
    until = models.DateTimeField(null=True)
    """Since when it is no longer there."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                condition=Q(until__isnull=True),
                name="dispatch_one_crew_of_a_name",
            )
        ]

    def __str__(self) -> str:
        return self.name


class CrewTrip(models.Model):
    """A crew is sent to an incident, arrives, and is free again."""

    crew = models.ForeignKey(Crew, models.PROTECT, related_name="trips")
    incident = models.ForeignKey("dispatch.Incident", models.PROTECT, related_name="trips")
    sent_by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    arrived_at = models.DateTimeField(null=True)
    freed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["crew"], condition=Q(freed_at__isnull=True), name="dispatch_one_trip"
            )
        ]

    def __str__(self) -> str:
        return f"{self.crew_id} to {self.incident_id}"
