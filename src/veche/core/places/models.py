"""Tables of places."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

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


class ObjectKind(models.Model):
    """What kind of thing a registry lists: lamps, stops, playgrounds, bins, houses."""

    code = models.CharField(max_length=40, unique=True)
    names = models.JSONField()

    def __str__(self) -> str:
        return here(self.names)


class CityObject(models.Model):
    """A thing of the city with an identifier: a lamp, a stop, a playground, a bin, a house.

    The row says what holds now; what held before, and why it was changed, say its changes.
    """

    kind = models.ForeignKey(ObjectKind, models.PROTECT, related_name="+", db_index=False)
    identifier = models.CharField(max_length=80)
    """Unique within its kind, as the registry of the owner writes it."""
    names = models.JSONField(default=dict)
    address = models.CharField(max_length=240, blank=True, default="")
    longitude = models.FloatField()
    latitude = models.FloatField()
    outline = models.JSONField(null=True)
    """A GeoJSON geometry, WGS 84, for what is larger than a point."""
    territory = models.ForeignKey(Territory, models.PROTECT, related_name="+")
    owner = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, null=True, related_name="+"
    )
    since = models.DateField(null=True)
    """The first day it stands there; empty: not known."""
    until = models.DateField(null=True)
    """The first day it no longer stands there; empty: it stands."""
    source = models.CharField(max_length=80, blank=True, default="")
    """The file or register it was brought from last."""
    digest = models.BinaryField(max_length=16, null=True)
    """Of the imported row: an unchanged row is not written again."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "identifier"], name="places_object_once"),
            models.CheckConstraint(
                condition=models.Q(longitude__range=(-180, 180), latitude__range=(-90, 90)),
                name="places_object_on_earth",
            ),
            models.CheckConstraint(
                condition=models.Q(since__isnull=True)
                | models.Q(until__isnull=True)
                | models.Q(until__gte=models.F("since")),
                name="places_object_term",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "longitude", "latitude"], name="places_object_place"),
        ]

    def __str__(self) -> str:
        return here(self.names) or f"{self.kind} {self.identifier}"


class ObjectChange(models.Model):
    """What was changed about an object, when, why and on whose word; appended only."""

    object = models.ForeignKey(CityObject, models.PROTECT, related_name="+", db_index=False)
    what = models.CharField(max_length=12)
    """``added``, ``changed``, ``ended`` or ``restored``."""
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    before = models.JSONField(default=dict)
    """The columns that were changed, as they were."""
    after = models.JSONField(default=dict)
    """The same columns, as they are from now on."""
    reason = models.TextField(blank=True, default="")
    source = models.CharField(max_length=80, blank=True, default="")
    """The register or file; ``correction`` where a resident's word repaired the registry."""
    matter = models.CharField(max_length=20, blank=True, default="")
    """Number of the matter whose answer this is."""

    class Meta:
        indexes = [
            models.Index(fields=["object", "id"], name="places_change_object"),
            models.Index(
                fields=["matter"], name="places_change_matter", condition=~models.Q(matter="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.object_id} {self.what}"
