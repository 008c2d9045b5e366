"""Indicators ("vital signs"): what is reckoned from readings and matters, and how it stands."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models


class State(models.TextChoices):
    """How an indicator stands at a place."""

    NORMAL = "normal"
    WATCH = "watch"
    WARNING = "warning"
    CRITICAL = "critical"
    STALE = "stale"
    """What it is made from is too old: never shown as normal."""
    NO_DATA = "none"


class Indicator(models.Model):
    """One class of vital signs; everything about it is data."""

    class Direction(models.TextChoices):
        HIGH = "high"
        """High is bad."""
        LOW = "low"
        BOTH = "both"

    code = models.SlugField(max_length=60, unique=True)
    names = models.JSONField()
    sphere = models.CharField(max_length=30)
    """The pack it belongs to: water, energy, transport …"""
    theme = models.CharField(max_length=60, blank=True, default="")
    """The theme of ISO 37120 it stands under, and its number there, if it has one."""
    iso_code = models.CharField(max_length=20, blank=True, default="")
    unit = models.CharField(max_length=30)
    unit_names = models.JSONField(default=dict)
    level = models.CharField(max_length=16)
    """city, district, neighbourhood or thing: for each of these it has a value of its own."""
    formula = models.JSONField()
    """See `rules.Formula`."""
    cadence = models.IntegerField(default=60)
    """Seconds between two reckonings."""
    fresh_for = models.IntegerField(default=900)
    """Seconds after which what it is made from is stale."""
    direction = models.CharField(max_length=4, choices=Direction, default=Direction.HIGH)
    limits = models.JSONField(default=dict)
    """{"high": [watch, warning, critical], "low": [...]}; any of the three may be null."""
    season = models.JSONField(null=True)
    """{"weeks", "watch", "warning", "critical"}: so many MADs from the median of this hour of the
    week over so many weeks; null where there is no season."""
    margin = models.FloatField(default=0)
    """How far back below a limit it must be before the state is taken back."""
    hold_samples = models.SmallIntegerField(default=1)
    hold_seconds = models.IntegerField(default=0)
    """So often, and for so long, a limit must be crossed before the state changes."""
    owner = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, null=True, related_name="+"
    )
    runbook = models.JSONField(default=dict)
    """What to do, in words, by language."""
    case_template = models.JSONField(default=dict)
    """What an incident made of its alarm begins with: {"kind", "title", "theme"}."""
    public = models.BooleanField(default=True)
    digits = models.SmallIntegerField(default=1)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.code


class _AtPlace(models.Model):
    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="+", db_index=False)
    territory = models.ForeignKey("places.Territory", models.PROTECT, related_name="+")
    thing = models.ForeignKey("pulse.Thing", models.CASCADE, null=True, related_name="+")
    """The thing, where the indicator is one of things."""

    class Meta:
        abstract = True


class Vital(_AtPlace):
    """How an indicator stands at a place now; what a restart must not forget is kept here."""

    value = models.FloatField(null=True)
    at = models.DateTimeField()
    """When it was reckoned."""
    data_at = models.DateTimeField(null=True)
    """The newest reading or matter in it."""
    state = models.CharField(max_length=8, choices=State)
    since = models.DateTimeField()
    """Since when it stands so."""
    coming = models.CharField(max_length=8, choices=State, blank=True, default="")
    """The state that it is about to have, once it has held for long enough."""
    runs = models.JSONField(default=dict)
    """Level → since when and for how many samples it has been about to be entered or left."""
    parts = models.IntegerField(default=0)
    """How many streams, matters or sources are in the value."""
    silent = models.IntegerField(default=0)
    """How many streams there are besides, of which nothing fresh came."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "territory", "thing"],
                nulls_distinct=False,
                name="pulse_one_vital_a_place",
            )
        ]
        indexes = [models.Index(fields=["state"], name="pulse_vital_state")]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.state}"


class _Unchecked(_AtPlace):
    """Made in bulk from rows that were looked up: to look each up again would cost more than to
    write it. Nothing else writes them."""

    indicator = models.ForeignKey(
        Indicator, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    territory = models.ForeignKey(
        "places.Territory", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    thing = models.ForeignKey(
        "pulse.Thing", models.CASCADE, null=True, related_name="+", db_index=False,
        db_constraint=False,
    )  # fmt: skip

    class Meta:
        abstract = True


class Value(_Unchecked):
    """What an indicator was at a place: its history."""

    at = models.DateTimeField()
    value = models.FloatField(null=True)
    state = models.CharField(max_length=8, choices=State)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "territory", "thing", "at"],
                nulls_distinct=False,
                name="pulse_one_value_a_moment",
            )
        ]
        indexes = [
            models.Index(
                fields=["thing"], name="pulse_value_thing",
                condition=models.Q(thing__isnull=False),
            ),
            BrinIndex(fields=["at"], name="pulse_value_at", autosummarize=True),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.at}"


class Baseline(_Unchecked):
    """What is usual for an hour of the week."""

    hour = models.SmallIntegerField()
    """0 is Monday, midnight to one, in the city's time."""
    median = models.FloatField()
    mad = models.FloatField()
    """The median of the distances from the median."""
    count = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "territory", "thing", "hour"],
                nulls_distinct=False,
                name="pulse_one_baseline_an_hour",
            )
        ]
        indexes = [
            models.Index(
                fields=["thing"], name="pulse_baseline_thing",
                condition=models.Q(thing__isnull=False),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.hour}"
