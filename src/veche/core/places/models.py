"""Tables of places."""

from __future__ import annotations

from django.db import models

from veche.languages import here


class Territory(models.Model):
    """A city, a district or a neighbourhood, with its outline."""

    class Kind(models.TextChoices):
        CITY = "city"
        DISTRICT = "district"
        NEIGHBOURHOOD = "neighbourhood"

    code = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=16, choices=Kind)
    names = models.JSONField()
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    city = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    """The city it lies in; a city is its own."""
    district = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    """The district it lies in; a district is its own; empty for a city."""
    outline = models.JSONField()
    """A GeoJSON Polygon or MultiPolygon, WGS 84, longitude first."""
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()
    imported = models.BooleanField(default=False)
    drawn_around = models.BooleanField(default=False)
    """No outline was given: this one was drawn around the records of an import."""

    class Meta:
        verbose_name_plural = "territories"
        indexes = [models.Index(fields=["city", "kind"], name="places_city_kind")]

    def __str__(self) -> str:
        return here(self.names)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        return (self.west, self.south, self.east, self.north)


class Feature(models.Model):
    """Something drawn on the map that is not a territory: a street, a river, a park, a railway."""

    kind = models.CharField(max_length=12)
    names = models.JSONField(default=dict)
    city = models.ForeignKey(Territory, models.CASCADE, related_name="+")
    geometry = models.JSONField()
    """A GeoJSON LineString, MultiLineString, Polygon or MultiPolygon, WGS 84."""

    def __str__(self) -> str:
        return here(self.names) or self.kind
