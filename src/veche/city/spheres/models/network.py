"""Zones of a network: what goes in at one meter, and what the houses take."""

from __future__ import annotations

from django.db import models


class Zone(models.Model):
    """A part of a network that one meter feeds: what the houses do not take is lost."""

    code = models.SlugField(max_length=60, unique=True)
    names = models.JSONField()
    kind = models.CharField(max_length=12)
    """What flows in it: water, heat or electricity."""
    unit = models.CharField(max_length=12)
    territory = models.ForeignKey("places.Territory", models.PROTECT, related_name="+")
    inlet = models.ForeignKey("pulse.Stream", models.PROTECT, related_name="+")
    owner = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.code


class ZoneMeter(models.Model):
    """A house meter of a zone."""

    zone = models.ForeignKey(Zone, models.CASCADE, related_name="meters")
    stream = models.OneToOneField("pulse.Stream", models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.zone_id} {self.stream_id}"


class ZoneDay(models.Model):
    """What went in and out of a zone on a day, in hours in which its inlet was read."""

    class State(models.TextChoices):
        USUAL = "usual"
        LEAK = "leak"
        """Much more is lost than is usual there."""
        UNKNOWN = "unknown"
        """Too few meters were read to say."""

    zone = models.ForeignKey(Zone, models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    """A day of the city."""
    went_in = models.FloatField()
    taken = models.FloatField()
    """By the houses that were read, raised to all by the coverage."""
    coverage = models.FloatField()
    """Share of the hours of house meters that were read."""
    night_in = models.FloatField()
    """Between two and five at night, when next to nothing is used."""
    night_taken = models.FloatField()
    state = models.CharField(max_length=8, choices=State)
    reckoned_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["zone", "day"], name="spheres_one_zone_day"),
        ]

    def __str__(self) -> str:
        return f"{self.zone_id} {self.day}"
