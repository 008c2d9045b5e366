"""An incident: what happened, who leads, who helps, and when each thing was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from veche.languages import here

if TYPE_CHECKING:
    from veche.core.organisations.models import Organisation

WITHOUT_LEAD = ("", "reported", "verified", "false_alarm", "joined")
"""States in which an incident lies with the dispatchers, whoever had it before."""


class EssentialService(models.Model):
    """A service that must go on whatever happens: what stops it stands before all else."""

    code = models.SlugField(max_length=40, unique=True)
    names = models.JSONField()
    organisation = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, null=True, related_name="+"
    )
    """Who keeps it going."""
    advice = models.JSONField(default=dict)
    """What is done first when it stands still, by language."""
    until = models.DateTimeField(null=True)
    """Since when it stands on the list no longer."""

    def __str__(self) -> str:
        return here(self.names)


class IncidentKind(models.Model):
    """A kind of incident: where it begins and how grave it is taken at first."""

    code = models.SlugField(max_length=40, unique=True)
    names = models.JSONField()
    tier = models.PositiveSmallIntegerField(default=1)
    """The tier that leads at first: 1 neighbourhood, 2 district, 3 city."""
    severity = models.PositiveSmallIntegerField(default=2)
    """1 minor, 2 moderate, 3 severe, 4 extreme (the words of CAP 1.2)."""
    category = models.CharField(max_length=10, default="Other")
    """The category of CAP 1.2: Geo, Met, Safety, Security, Rescue, Fire, Health, Env, Transport,
    Infra, CBRNE or Other."""
    public = models.BooleanField(default=True)
    """Whether everybody is shown such incidents."""
    until = models.DateTimeField(null=True)
    """Since when no new one is opened."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(tier__range=(1, 3)), name="dispatch_kind_tier"),
            models.CheckConstraint(
                condition=Q(severity__range=(1, 4)), name="dispatch_kind_severity"
            ),
        ]

    def __str__(self) -> str:
        return here(self.names)

    @property
    def theme(self) -> str:
        """By which `organisations.Responsibility` says who leads, and cases whose term it is."""
        return f"incident:{self.code}"


class IncidentTerm(models.Model):
    """How many minutes a state of an incident may last: data. The narrower row wins: one of the
    kind and the tier before one of the kind, before one of the tier, before the one for all."""

    state = models.CharField(max_length=24)
    kind = models.ForeignKey(IncidentKind, models.CASCADE, null=True, related_name="+")
    tier = models.PositiveSmallIntegerField(null=True)
    minutes = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["state", "kind", "tier"], nulls_distinct=False, name="dispatch_one_term"
            ),
            models.CheckConstraint(
                condition=Q(minutes__range=(1, 60 * 24 * 90)), name="dispatch_term_minutes"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state}: {self.minutes} min"


class RealIncidents(models.Manager["Incident"]):
    """What happened, without what was rehearsed."""

    def get_queryset(self) -> models.QuerySet[Incident]:
        """Incidents that are no drill."""
        return super().get_queryset().filter(drill=False)


class Incident(models.Model):
    """Something that needs more than one office, or at once; where it stands is told by its case.

    The moments are what after-action and evaluation are reckoned from. They are written by the
    operations and never blanked: opening again leaves them. The first of a kind stays; `done_at`,
    `checked_at`, `ended_at` and `evaluated_at` tell the last time and only go on (a trigger sees
    to both). Whether it is open is told by its case alone.
    """

    class Source(models.TextChoices):
        ALARM = "alarm"
        """A sensor or an indicator told first."""
        CALL = "call"
        PROBLEM = "problem"
        """Residents reported it in the city's own service."""
        WARNING = "cap"
        """A warning of another service, by CAP."""
        OFFICER = "officer"
        """Somebody on duty saw it."""

    class Vulnerable(models.TextChoices):
        NONE = ""
        CHILDREN = "children"
        OLD = "old"
        DISABLED = "disabled"
        PATIENTS = "patients"

    case = models.OneToOneField("cases.Case", models.PROTECT, primary_key=True, related_name="+")
    kind = models.ForeignKey(IncidentKind, models.PROTECT, related_name="+")
    title = models.CharField(max_length=160)
    text = models.TextField(blank=True, default="")
    source = models.CharField(max_length=8, choices=Source)
    source_key = models.CharField(max_length=100, blank=True, default="")
    """What it came of, by the source's own key: ``situation:17``; one incident for one key."""
    severity = models.PositiveSmallIntegerField()
    tier = models.PositiveSmallIntegerField()
    """Who leads now: 1 neighbourhood, 2 district, 3 city."""
    first_tier = models.PositiveSmallIntegerField()
    claimed_at = models.DateTimeField(null=True)
    """When the dispatchers of the present tier took it; until then those below go on leading."""
    drill = models.BooleanField(default=False)
    """Set where it is opened and never changed: it is in no real figure and leaves no door."""
    vulnerable = models.CharField(max_length=8, choices=Vulnerable, blank=True, default="")
    people = models.PositiveIntegerField(null=True)
    """How many are concerned, as far as is known."""
    service = models.ForeignKey(EssentialService, models.PROTECT, null=True, related_name="+")
    """The service that must go on and does not."""
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    mode = models.PositiveSmallIntegerField(default=1)
    """The mode of the city at its place when it was reported."""

    sensed_at = models.DateTimeField(null=True)
    """The first reading that told of it."""
    reported_at = models.DateTimeField()
    """When the city first knew."""
    seen_at = models.DateTimeField(null=True)
    """When a dispatcher first looked at it."""
    verified_at = models.DateTimeField(null=True)
    dispatched_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    acted_at = models.DateTimeField(null=True)
    """When the first office began on the spot."""
    done_at = models.DateTimeField(null=True)
    """When the lead last reported it done."""
    checked_at = models.DateTimeField(null=True)
    """When it was verified on site."""
    ended_at = models.DateTimeField(null=True)
    """When it was closed, or found to be a false alarm."""
    evaluated_at = models.DateTimeField(null=True)
    returned = models.PositiveSmallIntegerField(default=0)
    """How often an office sent it back."""
    reopened = models.PositiveSmallIntegerField(default=0)
    pending_reason = models.TextField(blank=True, default="")
    """Why it cannot be done in time, in words for everybody: it stands in the pending register."""
    cost = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    """What handling it cost, in the city's currency, where the lead has told."""
    submission = models.UUIDField(unique=True, null=True)

    objects: models.Manager[Incident] = models.Manager()
    real = RealIncidents()
    """Without drills: what every figure, list and picture of the city asks."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_key"],
                condition=~Q(source_key=""),
                name="dispatch_one_of_a_key",
            ),
            models.CheckConstraint(condition=Q(tier__range=(1, 3)), name="dispatch_tier"),
            models.CheckConstraint(condition=Q(severity__range=(1, 4)), name="dispatch_severity"),
        ]
        indexes = [
            models.Index(fields=["-reported_at"], name="dispatch_newest"),
            models.Index(
                fields=["tier", "severity"],
                condition=Q(ended_at__isnull=True),
                name="dispatch_open",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def lead(self) -> Organisation | None:
        """The office that leads; None while it lies with the dispatchers."""
        return None if self.case.state in WITHOUT_LEAD else self.case.organisation

    @property
    def public(self) -> bool:
        """Whether everybody is shown it: of a public kind, and no drill, which leaves no door."""
        return self.kind.public and not self.drill


class IncidentTask(models.Model):
    """What a co-handler is asked for: a child case of its own, with its own term."""

    case = models.OneToOneField("cases.Case", models.PROTECT, primary_key=True, related_name="+")
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="tasks")
    organisation = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="+")
    text = models.CharField(max_length=300)
    asked_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.text


class IncidentEntry(models.Model):
    """A line of an incident's own log besides the steps of its case: appended only."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="entries")
    at = models.DateTimeField()
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=24)
    """What it tells: sensed, alarm, seen, note, climbed, told, taken-up, handed-down, message,
    handed-over, linked, cost, mode."""
    text = models.CharField(max_length=500, blank=True, default="")
    details = models.JSONField(default=dict)
    public = models.BooleanField(default=True)

    class Meta:
        indexes = [models.Index(fields=["incident", "at"], name="dispatch_entry")]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.kind}"


class IncidentMatter(models.Model):
    """A problem or another matter that tells of the same: whoever follows it is told."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="matters")
    matter = models.ForeignKey("cases.Case", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "matter"], name="dispatch_one_link_of_a_matter"
            )
        ]

    def __str__(self) -> str:
        return f"{self.matter_id} of {self.incident_id}"
