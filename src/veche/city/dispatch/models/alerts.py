"""Messages to the public: what was said to the people of a place, by CAP 1.2.

A series is a case: it is written, stands in force, is put right by a new alert, is cancelled or
ends by itself. What was published is appended only; the database refuses to change it.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class AlertTemplate(models.Model):
    """What is said first when an incident of a kind concerns the public: data of the city."""

    kind = models.OneToOneField(
        "dispatch.IncidentKind", models.CASCADE, primary_key=True, related_name="+"
    )
    contents = models.JSONField()
    """As `veche.city.dispatch.alert_contents.Contents` keeps it, without a place and its hours."""
    hours = models.PositiveSmallIntegerField(default=6)
    """How long it is in force unless its writer says otherwise."""

    def __str__(self) -> str:
        return f"alert of {self.kind_id}"


class AlertRule(models.Model):
    """How an alert of this gravity is sent: data of the city; what has no row is sent as usual."""

    severity = models.CharField(max_length=8)
    urgency = models.CharField(max_length=9, blank=True, default="")
    """Empty: whatever its urgency is."""
    danger = models.BooleanField(default=False)
    """Life is in danger: it comes at any hour, before all other letters."""
    second = models.BooleanField(default=False)
    """It is published by a second person, never by whoever wrote it."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["severity", "urgency"], name="dispatch_one_alert_rule")
        ]

    def __str__(self) -> str:
        return f"{self.severity} {self.urgency or 'any'}"


class AlertSeries(models.Model):
    """One thing that is told to the public, from its first word to its end."""

    class Status(models.TextChoices):
        ACTUAL = "Actual"
        EXERCISE = "Exercise"
        TEST = "Test"

    case = models.OneToOneField("cases.Case", models.PROTECT, primary_key=True, related_name="+")
    incident = models.ForeignKey("dispatch.Incident", models.PROTECT, null=True, related_name="+")
    status = models.CharField(max_length=8, choices=Status, default=Status.ACTUAL)
    """Set where it is begun, inherited from the incident, and never changed."""
    submission = models.UUIDField(unique=True, null=True)

    def __str__(self) -> str:
        return f"series {self.case_id}"

    @property
    def drill(self) -> bool:
        """Whether it must not leave the house."""
        return self.status != self.Status.ACTUAL


class AlertDraft(models.Model):
    """What is being written, and by whom: nobody outside sees it."""

    series = models.ForeignKey(AlertSeries, models.CASCADE, related_name="+")
    contents = models.JSONField()
    by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    """When a second person was asked to publish it."""
    declined = models.CharField(max_length=300, blank=True, default="")
    """Why the second person sent it back."""
    ended_at = models.DateTimeField(null=True)
    """When it was published or thrown away."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["series"], condition=Q(ended_at__isnull=True), name="dispatch_one_draft"
            )
        ]

    def __str__(self) -> str:
        return f"draft of {self.series_id}"


class Alert(models.Model):
    """One alert as it was published: appended only."""

    class Type(models.TextChoices):
        ALERT = "Alert"
        UPDATE = "Update"
        CANCEL = "Cancel"

    series = models.ForeignKey(AlertSeries, models.PROTECT, related_name="alerts")
    number = models.PositiveSmallIntegerField()
    """From one, within its series."""
    identifier = models.CharField(max_length=80, unique=True)
    sender = models.CharField(max_length=120)
    sent = models.DateTimeField()
    """To the second, as the standard writes it."""
    type = models.CharField(max_length=6, choices=Type)
    status = models.CharField(max_length=8, choices=AlertSeries.Status)
    references = models.TextField(blank=True, default="")
    """All before it in its series, as the standard writes them."""
    contents = models.JSONField()
    severity = models.CharField(max_length=8)
    urgency = models.CharField(max_length=9)
    danger = models.BooleanField()
    """Whether it came at any hour."""
    expires = models.DateTimeField()
    xml = models.TextField()
    """The bytes that stand at its address, for ever the same."""
    digest = models.CharField(max_length=64)
    """SHA-256 of them, which the journal holds too."""
    by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    second = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    """Who published what ``by`` had written."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="dispatch_alert_number"),
            models.CheckConstraint(
                condition=Q(second__isnull=True) | ~Q(second=models.F("by")),
                name="dispatch_alert_two_people",
            ),
        ]
        indexes = [
            models.Index(fields=["-sent"], name="dispatch_alert_newest"),
            models.Index(fields=["expires"], name="dispatch_alert_expires"),
        ]

    def __str__(self) -> str:
        return self.identifier


class AlertArea(models.Model):
    """A territory an alert is for: appended only."""

    alert = models.ForeignKey(Alert, models.PROTECT, related_name="areas")
    territory = models.ForeignKey("places.Territory", models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["alert", "territory"], name="dispatch_alert_place")
        ]

    def __str__(self) -> str:
        return f"{self.alert_id} for {self.territory_id}"


class AlertSending(models.Model):
    """How an alert came to people: written when they were told, counted while letters go out."""

    alert = models.OneToOneField(Alert, models.PROTECT, primary_key=True, related_name="+")
    telling = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    """When the pass over the people of the place had ended."""
    people = models.PositiveIntegerField(default=0)
    """Told on their page; of a drill the staff on duty."""
    letters = models.PositiveIntegerField(default=0)
    """Who wanted a letter."""
    devices = models.PositiveIntegerField(default=0)
    """Whose devices were to be woken."""
    letters_sent = models.PositiveIntegerField(default=0)
    letters_half = models.PositiveIntegerField(null=True)
    """Seconds after which half of the letters had gone."""
    letters_last = models.PositiveIntegerField(null=True)
    devices_woken = models.PositiveIntegerField(default=0)
    counted_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"sending of {self.alert_id}"


class AlertSeen(models.Model):
    """Somebody who was told said that they have seen it."""

    alert = models.ForeignKey(Alert, models.PROTECT, related_name="+")
    reader = models.ForeignKey("notices.Reader", models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["alert", "reader"], name="dispatch_alert_seen_once")
        ]

    def __str__(self) -> str:
        return f"{self.alert_id} seen"
