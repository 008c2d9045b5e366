"""Where people ride from and to: counts only, never a ride."""

from __future__ import annotations

from django.db import models


class RideCount(models.Model):
    """How many rides were made between two territories in an hour.

    Rides themselves are counted while they come in and never kept. What is published is a whole
    day's table in which no number and no difference speaks of fewer than five people.
    """

    day = models.DateField()
    hour = models.SmallIntegerField()
    mode = models.CharField(max_length=12)
    origin = models.ForeignKey("places.Territory", models.PROTECT, related_name="+", db_index=False)
    destination = models.ForeignKey(
        "places.Territory", models.PROTECT, related_name="+", db_index=False
    )
    rides = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "hour", "mode", "origin", "destination"], name="spheres_one_flow"
            ),
            models.CheckConstraint(
                condition=models.Q(rides__gt=0, hour__range=(0, 23)), name="spheres_flow_counts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.hour} {self.origin_id}-{self.destination_id}"


class RideBatch(models.Model):
    """A file of rides that was counted: the same one is not counted twice."""

    digest = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()
    rides = models.BigIntegerField()
    refused = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.digest[:12]
