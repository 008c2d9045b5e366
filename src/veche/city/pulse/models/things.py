"""Things that measure, and what they measure: the entities of OGC SensorThings 1.1.

Names are the standard's; a datastream and a multi-datastream are one table, :class:`Stream`.
"""

from __future__ import annotations

from django.db import models


class Thing(models.Model):
    """A thing of a source: a meter, a bus, a pump, a square with a counter."""

    source = models.ForeignKey("pulse.Source", models.PROTECT, related_name="+")
    code = models.CharField(max_length=80, null=True)
    """What the source itself calls it."""
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True, default="")
    properties = models.JSONField(null=True)
    object = models.ForeignKey("places.CityObject", models.PROTECT, null=True, related_name="+")
    territory = models.ForeignKey("places.Territory", models.PROTECT, null=True, related_name="+")
    """Where it stands: the smallest territory that holds it."""
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    locations = models.ManyToManyField("pulse.Location", related_name="things")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "code"], name="pulse_one_thing_of_a_code")
        ]

    def __str__(self) -> str:
        return self.name


class _Placed(models.Model):
    """Something with a geometry: its box is kept beside it, for finding it by a map."""

    name = models.CharField(max_length=255)
    description = models.TextField(blank=True, default="")
    encoding_type = models.CharField(max_length=120, default="application/geo+json")
    properties = models.JSONField(null=True)
    west = models.FloatField(null=True)
    south = models.FloatField(null=True)
    east = models.FloatField(null=True)
    north = models.FloatField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Location(_Placed):
    """Where things are."""

    source = models.ForeignKey("pulse.Source", models.PROTECT, related_name="+")
    location = models.JSONField()
    """GeoJSON."""

    class Meta:
        indexes = [models.Index(fields=["west", "east"], name="pulse_location_box")]


class HistoricalLocation(models.Model):
    """Where a thing was from then on; written whenever its locations change."""

    thing = models.ForeignKey(Thing, models.CASCADE, related_name="historical")
    time = models.DateTimeField()
    locations = models.ManyToManyField(Location, related_name="historical")

    def __str__(self) -> str:
        return f"{self.thing_id} {self.time}"


class Sensor(models.Model):
    """With what it is measured."""

    source = models.ForeignKey("pulse.Source", models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True, default="")
    encoding_type = models.CharField(max_length=120)
    metadata = models.JSONField()
    properties = models.JSONField(null=True)

    def __str__(self) -> str:
        return self.name


class ObservedProperty(models.Model):
    """What is measured: one table for the city, so that indicators can ask for it by its code."""

    source = models.ForeignKey("pulse.Source", models.PROTECT, null=True, related_name="+")
    code = models.SlugField(max_length=60, unique=True, null=True)
    """The city's own word for it; indicators ask for it."""
    name = models.CharField(max_length=255)
    definition = models.CharField(max_length=400)
    description = models.TextField(blank=True, default="")
    properties = models.JSONField(null=True)

    def __str__(self) -> str:
        return self.name


class Stream(models.Model):
    """Readings of one thing about one property (a Datastream), or several (a MultiDatastream)."""

    thing = models.ForeignKey(Thing, models.CASCADE, related_name="streams")
    source = models.ForeignKey("pulse.Source", models.PROTECT, related_name="+")
    """That of its thing, kept here so that a door need not ask."""
    code = models.CharField(max_length=80, null=True)
    sensor = models.ForeignKey(Sensor, models.CASCADE, related_name="streams")
    property = models.ForeignKey(
        ObservedProperty, models.CASCADE, null=True, related_name="streams"
    )
    """Empty for a multi-datastream, whose properties stand in `StreamProperty`."""
    multi = models.BooleanField(default=False)
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True, default="")
    observation_type = models.CharField(max_length=160)
    unit = models.JSONField()
    """{"name", "symbol", "definition"}; a list of them for a multi-datastream."""
    data_types = models.JSONField(null=True)
    """multiObservationDataTypes: one a property."""
    properties = models.JSONField(null=True)
    observed_area = models.JSONField(null=True)
    low = models.FloatField(null=True)
    """What lies below cannot be: a wrong unit or a broken sensor."""
    high = models.FloatField(null=True)
    phenomenon_from = models.DateTimeField(null=True)
    phenomenon_until = models.DateTimeField(null=True)
    result_from = models.DateTimeField(null=True)
    result_until = models.DateTimeField(null=True)
    latest = models.FloatField(null=True)
    """The newest number."""
    latest_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "code"], name="pulse_one_stream_of_a_code"),
            models.CheckConstraint(
                condition=models.Q(multi=True) | models.Q(property__isnull=False),
                name="pulse_stream_has_a_property",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class StreamProperty(models.Model):
    """One of the properties of a multi-datastream, in the order of its results."""

    stream = models.ForeignKey(Stream, models.CASCADE, related_name="parts")
    property = models.ForeignKey(ObservedProperty, models.CASCADE, related_name="+")
    number = models.SmallIntegerField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["stream", "number"], name="pulse_one_part_a_number")
        ]

    def __str__(self) -> str:
        return f"{self.stream_id} {self.number}"


class FeatureOfInterest(_Placed):
    """What a reading is about; made from the thing's location where none is named."""

    source = models.ForeignKey("pulse.Source", models.PROTECT, related_name="+")
    feature = models.JSONField()
    location = models.ForeignKey(Location, models.SET_NULL, null=True, related_name="+")
    """The location it was made from."""
