"""Readings in daily partitions, and what is kept of them for ever.

The table of readings is made in SQL (``readings.sql``): PostgreSQL's partitions are not Django's.
"""

from __future__ import annotations

from django.db import models


class Reading(models.Model):
    """What was read (an Observation): written by the intake only.

    Its number says its day (days since 2000-01-01, UTC, above 37 bits of a sequence), so that one
    reading is found without asking every day. Two readings of one stream at one time are the same
    one, come again, unless ``nth`` says otherwise.
    """

    id = models.BigIntegerField(primary_key=True)
    stream = models.ForeignKey("pulse.Stream", models.DO_NOTHING, db_constraint=False,
                               related_name="+")  # fmt: skip
    at = models.DateTimeField()
    """When it was so, or began to be (phenomenonTime)."""
    until = models.DateTimeField(null=True)
    """The end, where it is an interval."""
    nth = models.SmallIntegerField(default=0)
    number = models.FloatField(null=True)
    """The result, where it is a number; an indicator reads nothing else."""
    result = models.JSONField(null=True)
    """The result, where it is anything else: text, truth, a list, an object."""
    result_at = models.DateTimeField(null=True)
    valid_from = models.DateTimeField(null=True)
    valid_until = models.DateTimeField(null=True)
    feature = models.ForeignKey("pulse.FeatureOfInterest", models.DO_NOTHING, null=True,
                                db_constraint=False, related_name="+")  # fmt: skip
    quality = models.JSONField(null=True)
    parameters = models.JSONField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "pulse_reading"

    def __str__(self) -> str:
        return f"{self.stream_id} {self.at}"


class _Sums(models.Model):
    pk = models.CompositePrimaryKey("stream_id", "since")
    stream = models.ForeignKey("pulse.Stream", models.CASCADE, related_name="+", db_index=False,
                               db_constraint=False)  # fmt: skip
    since = models.DateTimeField()
    """The beginning of the hour, or of the day (UTC)."""
    count = models.IntegerField()
    total = models.FloatField()
    least = models.FloatField()
    most = models.FloatField()
    last = models.FloatField()

    class Meta:
        abstract = True


class Hourly(_Sums):
    """The readings of a stream in one hour."""


class Daily(_Sums):
    """The readings of a stream on one day."""


class Owed(models.Model):
    """Hours of a stream's day whose sums are to be reckoned again: readings came or went."""

    pk = models.CompositePrimaryKey("stream_id", "day")
    stream = models.ForeignKey("pulse.Stream", models.CASCADE, related_name="+", db_index=False,
                               db_constraint=False)  # fmt: skip
    day = models.DateField()
    """UTC."""
    hours = models.IntegerField()
    """Bit 0 is the first hour of the day."""

    def __str__(self) -> str:
        return f"{self.stream_id} {self.day}"
