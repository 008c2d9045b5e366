"""What happened where and when: places, never people."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Occurrence(models.Model):
    """Something that happened: an accident, a fire, a flood; told without any name."""

    source = models.CharField(max_length=40)
    number = models.CharField(max_length=60)
    """What its source calls it."""
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    longitude = models.FloatField()
    latitude = models.FloatField()
    territory = models.ForeignKey("places.Territory", models.PROTECT, related_name="+")
    text = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "number"], name="spheres_one_occurrence")
        ]
        indexes = [models.Index(fields=["-at"], name="spheres_occurrences")]

    def __str__(self) -> str:
        return self.number


class OccurrenceLink(models.Model):
    """An analyst said that two belong together, and why; it can be parted again."""

    first = models.ForeignKey(Occurrence, models.CASCADE, related_name="+")
    second = models.ForeignKey(Occurrence, models.CASCADE, related_name="+")
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    why = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="spheres_one_link"),
            models.CheckConstraint(
                condition=Q(first__lt=models.F("second")), name="spheres_link_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id}-{self.second_id}"
