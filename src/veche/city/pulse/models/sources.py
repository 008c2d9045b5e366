"""Systems that are connected: whose they are, on what ground they tell us what, and how they do."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Agreement(models.Model):
    """Who gives which data to whom, for what, and until when."""

    code = models.SlugField(max_length=60, unique=True)
    names = models.JSONField()
    giver = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, null=True, related_name="+"
    )
    giver_name = models.CharField(max_length=160, blank=True, default="")
    """Who gives, where it is no organisation of this city: a university, another city."""
    taker = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="+")
    purpose = models.TextField()
    ground = models.TextField(blank=True, default="")
    """The law or the contract it stands on."""
    fields = models.JSONField(default=list)
    """What is given, field by field: a list of words."""
    since = models.DateField()
    until = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.TextField(blank=True, default="")
    warned_at = models.DateTimeField(null=True)
    """When both sides were told that it ends soon."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(giver__isnull=False) | ~Q(giver_name=""),
                name="pulse_agreement_has_a_giver",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=models.F("since")),
                name="pulse_agreement_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Source(models.Model):
    """One connected system: the owner of the things whose readings it sends."""

    class State(models.TextChoices):
        NEW = "new"
        """Nothing has come yet."""
        FRESH = "fresh"
        STALE = "stale"
        """Nothing came for longer than it may be silent."""
        OFF = "off"
        """Switched off by a person, or its agreement has ended."""

    code = models.SlugField(max_length=60, unique=True)
    names = models.JSONField()
    owner = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="+")
    purpose = models.TextField(blank=True, default="")
    ground = models.TextField(blank=True, default="")
    schema = models.JSONField(default=list)
    """What it tells: a list of {"name", "meaning", "unit"}."""
    connector = models.CharField(max_length=30)
    """The folder of the connector that reads it; "door" where it sends to our own doors."""
    settings = models.JSONField(default=dict)
    """What the connector needs, without secrets."""
    secret = models.BinaryField(null=True)
    """What the connector must prove itself with, sealed by the city's key."""
    cadence = models.IntegerField(default=60)
    """Seconds between two readings, as its owner says."""
    fresh_for = models.IntegerField(default=300)
    """Seconds after which silence makes it stale."""
    retention_days = models.IntegerField(default=90)
    """Days for which single readings are kept in the database; sums of hours and days stay."""
    most_a_minute = models.PositiveSmallIntegerField(null=True)
    """So many readings of one stream are kept a minute; empty: all."""
    agreement = models.ForeignKey(Agreement, models.PROTECT, null=True, related_name="+")
    public = models.BooleanField(default=False)
    """Whether everybody may read what it tells."""
    state = models.CharField(max_length=8, choices=State, default=State.NEW)
    seen_at = models.DateTimeField(null=True)
    """When the newest reading came."""
    polled_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True, default="")
    """What went wrong at the last poll, in words; empty when nothing did."""
    taken = models.BigIntegerField(default=0, db_default=0)
    refused = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        indexes = [models.Index(fields=["state", "seen_at"], name="pulse_source_state")]

    def __str__(self) -> str:
        return self.code


class SourceKey(models.Model):
    """A key with which a system writes through our doors; only its digest is kept."""

    source = models.ForeignKey(Source, models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    digest = models.BinaryField(max_length=32, unique=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class SourceTurn(models.Model):
    """A source went silent or came back: said once each."""

    source = models.ForeignKey(Source, models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=Source.State)
    at = models.DateTimeField()
    note = models.TextField(blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["source", "-at"], name="pulse_turns")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.state}"


class Application(models.Model):
    """A program of a department that lives on a connected system."""

    source = models.ForeignKey(Source, models.PROTECT, related_name="+")
    code = models.SlugField(max_length=60, unique=True)
    names = models.JSONField()

    def __str__(self) -> str:
        return self.code


class Refusal(models.Model):
    """How many readings of a source were refused on a day, and for what."""

    source = models.ForeignKey(Source, models.CASCADE, null=True, related_name="+")
    """Empty: nobody knows whose they were."""
    day = models.DateField()
    reason = models.CharField(max_length=24)
    count = models.BigIntegerField(default=0)
    sample = models.TextField(blank=True, default="")
    """The newest of them, in words."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "day", "reason"],
                nulls_distinct=False,
                name="pulse_one_refusal_a_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.reason}"


class Look(models.Model):
    """Somebody read what a source that is not public tells."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="+")
    person = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    key = models.ForeignKey(SourceKey, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    what = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["source", "-at"], name="pulse_looks")]

    def __str__(self) -> str:
        return self.what
