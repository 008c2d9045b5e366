"""Timetables of public transport, as in GTFS: lines, stops, trips and their calls."""

from __future__ import annotations

from django.db import models


class Feed(models.Model):
    """A timetable as it was brought in; the newest of a code is the one in force."""

    code = models.SlugField(max_length=40, unique=True)
    names = models.JSONField()
    time_zone = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.code


class Stop(models.Model):
    """Where one waits."""

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="+", db_index=False)
    code = models.CharField(max_length=80)
    name = models.CharField(max_length=200)
    names = models.JSONField(default=dict)
    longitude = models.FloatField()
    latitude = models.FloatField()
    territory = models.ForeignKey("places.Territory", models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feed", "code"], name="spheres_one_stop")]

    def __str__(self) -> str:
        return self.name


class Line(models.Model):
    """A line, as passengers call it."""

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="+", db_index=False)
    code = models.CharField(max_length=80)
    short = models.CharField(max_length=40)
    name = models.CharField(max_length=200, blank=True, default="")
    mode = models.SmallIntegerField()
    """As in GTFS: 0 tram, 1 metro, 2 train, 3 bus …"""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feed", "code"], name="spheres_one_line")]

    def __str__(self) -> str:
        return self.short


class Trip(models.Model):
    """One run of a line on the days of its service."""

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="+", db_index=False)
    code = models.CharField(max_length=120)
    line = models.ForeignKey(Line, models.CASCADE, related_name="+")
    service = models.CharField(max_length=80)
    headsign = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feed", "code"], name="spheres_one_trip")]

    def __str__(self) -> str:
        return self.code


class Call(models.Model):
    """A trip calls at a stop."""

    trip = models.ForeignKey(Trip, models.CASCADE, related_name="+", db_index=False)
    stop = models.ForeignKey(Stop, models.CASCADE, related_name="+", db_index=False)
    number = models.SmallIntegerField()
    arrives = models.IntegerField()
    """Seconds from the beginning of the day of service; after midnight more than 86,400."""
    leaves = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trip", "number"], name="spheres_one_call")]
        indexes = [models.Index(fields=["stop", "arrives"], name="spheres_calls_at_stop")]

    def __str__(self) -> str:
        return f"{self.trip_id} {self.number}"


class ServiceDay(models.Model):
    """A day on which the trips of a service run."""

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="+", db_index=False)
    service = models.CharField(max_length=80)
    day = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["feed", "day", "service"], name="spheres_service_day")
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.day}"
