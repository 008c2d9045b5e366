"""The entity sets of OGC SensorThings 1.1 as data: which table, which property, which relation.

Everything that reads or writes by the standard asks here; nothing else knows both the standard's
names and ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

VERSION: Final = "v1.1"
ROOT: Final = f"/sensorthings/{VERSION}"
"""Where the service stands; it holds no parentheses, for clients look for the number in them."""


class Form(StrEnum):
    """What kind of value a property has; the columns that hold it follow from this."""

    NUMBER = "number"
    """The entity's own number, a whole one."""
    TEXT = "text"
    JSON = "json"
    """Any JSON: compared by what it is found to be."""
    RESULT = "result"
    """A reading's: a number in the first column, anything else in the second."""
    MOMENT = "moment"
    SPAN = "span"
    """From the first column to the second; one moment, where the second is empty."""
    SHAPE = "shape"
    """GeoJSON."""


@dataclass(frozen=True, slots=True)
class Field:
    """A property of an entity and the columns that hold it."""

    name: str
    form: Form
    columns: tuple[str, ...]
    shown: bool = False
    """Shown even when it is empty."""
    boxed: bool = False
    """A shape whose box stands in west, south, east and north."""


@dataclass(frozen=True, slots=True)
class Link:
    """A way from an entity to others: by a column here, a column there, or a table between."""

    name: str
    target: str
    """The kind it leads to."""
    many: bool
    here: str = ""
    """The column of this entity that holds the number of the other."""
    there: str = ""
    """The column of the others that holds the number of this one."""
    via: tuple[str, str, str] | None = None
    """The table between, its column for this entity, its column for the other."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of entity."""

    name: str
    plural: str
    table: str
    fields: tuple[Field, ...]
    links: tuple[Link, ...]
    source: str
    """A condition that the entity's source is among ``{allowed}``; ``{t}`` is its table."""
    source_id: str
    """The number of its source, as SQL."""
    extra: tuple[str, ...] = ()
    """Columns that are needed beside those of the fields."""
    only: str = ""
    """A condition that tells it from others in its table."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read, its number first."""
        named = [column for field in self.fields for column in field.columns]
        keys = [link.here for link in self.links if link.here]
        return tuple(dict.fromkeys(["id", *named, *keys, *self.extra]))

    def field(self, name: str) -> Field | None:
        """The property called ``name``."""
        return _FIELDS[self.name].get(name)

    def link(self, name: str) -> Link | None:
        """The relation called ``name``."""
        return _LINKS[self.name].get(name)


_ID = Field("id", Form.NUMBER, ("id",))
_NAMED = (
    Field("name", Form.TEXT, ("name",), shown=True),
    Field("description", Form.TEXT, ("description",), shown=True),
)
_PROPERTIES = Field("properties", Form.JSON, ("properties",))
_ENCODED = Field("encodingType", Form.TEXT, ("encoding_type",), shown=True)
_OWN = "{t}.source_id = ANY({allowed})"
_OF_STREAM = (
    "{t}.stream_id IN (SELECT visible.id FROM pulse_stream visible"
    " WHERE visible.source_id = ANY({allowed}))"
)
_OF_THING = (
    "{t}.thing_id IN (SELECT visible.id FROM pulse_thing visible"
    " WHERE visible.source_id = ANY({allowed}))"
)
_MEASURED = (
    _PROPERTIES,
    Field("observedArea", Form.SHAPE, ("observed_area",)),
    Field("phenomenonTime", Form.SPAN, ("phenomenon_from", "phenomenon_until")),
    Field("resultTime", Form.SPAN, ("result_from", "result_until")),
)

KINDS: Final[dict[str, Kind]] = {
    kind.name: kind
    for kind in (
        Kind(
            "Thing",
            "Things",
            "pulse_thing",
            (_ID, *_NAMED, _PROPERTIES),
            (
                Link("Locations", "Location", True, via=("pulse_thing_locations", "thing_id", "location_id")),  # noqa: E501
                Link("HistoricalLocations", "HistoricalLocation", True, there="thing_id"),
                Link("Datastreams", "Datastream", True, there="thing_id"),
                Link("MultiDatastreams", "MultiDatastream", True, there="thing_id"),
            ),
            _OWN,
            "{t}.source_id",
            extra=("source_id",),
        ),
        Kind(
            "Location",
            "Locations",
            "pulse_location",
            (_ID, *_NAMED, _ENCODED, Field("location", Form.SHAPE, ("location",), True, True), _PROPERTIES),  # noqa: E501
            (
                Link("Things", "Thing", True, via=("pulse_thing_locations", "location_id", "thing_id")),  # noqa: E501
                Link("HistoricalLocations", "HistoricalLocation", True, via=("pulse_historicallocation_locations", "location_id", "historicallocation_id")),  # noqa: E501
            ),
            _OWN,
            "{t}.source_id",
            extra=("source_id",),
        ),
        Kind(
            "HistoricalLocation",
            "HistoricalLocations",
            "pulse_historicallocation",
            (_ID, Field("time", Form.MOMENT, ("time",), True)),
            (
                Link("Thing", "Thing", False, here="thing_id"),
                Link("Locations", "Location", True, via=("pulse_historicallocation_locations", "historicallocation_id", "location_id")),  # noqa: E501
            ),
            _OF_THING,
            "(SELECT owning.source_id FROM pulse_thing owning WHERE owning.id = {t}.thing_id)",
        ),
        Kind(
            "Datastream",
            "Datastreams",
            "pulse_stream",
            (
                _ID,
                *_NAMED,
                Field("observationType", Form.TEXT, ("observation_type",), True),
                Field("unitOfMeasurement", Form.JSON, ("unit",), True),
                *_MEASURED,
            ),
            (
                Link("Thing", "Thing", False, here="thing_id"),
                Link("Sensor", "Sensor", False, here="sensor_id"),
                Link("ObservedProperty", "ObservedProperty", False, here="property_id"),
                Link("Observations", "Observation", True, there="stream_id"),
            ),
            _OWN,
            "{t}.source_id",
            extra=("source_id",),
            only="NOT {t}.multi",
        ),
        Kind(
            "MultiDatastream",
            "MultiDatastreams",
            "pulse_stream",
            (
                _ID,
                *_NAMED,
                Field("observationType", Form.TEXT, ("observation_type",), True),
                Field("multiObservationDataTypes", Form.JSON, ("data_types",), True),
                Field("unitOfMeasurements", Form.JSON, ("unit",), True),
                *_MEASURED,
            ),
            (
                Link("Thing", "Thing", False, here="thing_id"),
                Link("Sensor", "Sensor", False, here="sensor_id"),
                Link("ObservedProperties", "ObservedProperty", True, via=("pulse_streamproperty", "stream_id", "property_id")),  # noqa: E501
                Link("Observations", "Observation", True, there="stream_id"),
            ),
            _OWN,
            "{t}.source_id",
            extra=("source_id",),
            only="{t}.multi",
        ),
        Kind(
            "Sensor",
            "Sensors",
            "pulse_sensor",
            (_ID, *_NAMED, _ENCODED, Field("metadata", Form.JSON, ("metadata",), True), _PROPERTIES),  # noqa: E501
            (
                Link("Datastreams", "Datastream", True, there="sensor_id"),
                Link("MultiDatastreams", "MultiDatastream", True, there="sensor_id"),
            ),
            _OWN,
            "{t}.source_id",
            extra=("source_id",),
        ),
        Kind(
            "ObservedProperty",
            "ObservedProperties",
            "pulse_observedproperty",
            (_ID, *_NAMED, Field("definition", Form.TEXT, ("definition",), True), _PROPERTIES),
            (
                Link("Datastreams", "Datastream", True, there="property_id"),
                Link("MultiDatastreams", "MultiDatastream", True, via=("pulse_streamproperty", "property_id", "stream_id")),  # noqa: E501
            ),
            # The city's own properties belong to no source.
            "({t}.source_id IS NULL OR {t}.source_id = ANY({allowed}))",
            "{t}.source_id",
            extra=("source_id",),
        ),
        Kind(
            "Observation",
            "Observations",
            "pulse_reading",
            (
                _ID,
                Field("phenomenonTime", Form.SPAN, ("at", "until"), True),
                Field("result", Form.RESULT, ("number", "result"), True),
                Field("resultTime", Form.MOMENT, ("result_at",), True),
                Field("resultQuality", Form.JSON, ("quality",)),
                Field("validTime", Form.SPAN, ("valid_from", "valid_until")),
                Field("parameters", Form.JSON, ("parameters",)),
            ),
            (
                Link("Datastream", "Datastream", False, here="stream_id"),
                Link("MultiDatastream", "MultiDatastream", False, here="stream_id"),
                Link("FeatureOfInterest", "FeatureOfInterest", False, here="feature_id"),
            ),
            _OF_STREAM,
            "(SELECT owning.source_id FROM pulse_stream owning WHERE owning.id = {t}.stream_id)",
            extra=("nth",),
        ),
        Kind(
            "FeatureOfInterest",
            "FeaturesOfInterest",
            "pulse_featureofinterest",
            (_ID, *_NAMED, _ENCODED, Field("feature", Form.SHAPE, ("feature",), True, True), _PROPERTIES),  # noqa: E501
            (Link("Observations", "Observation", True, there="feature_id"),),
            _OWN,
            "{t}.source_id",
            extra=("source_id",),
        ),
    )
}  # fmt: skip
"""Every kind by its name: Thing, Datastream …"""

_FIELDS: Final = {
    kind.name: {field.name: field for field in kind.fields} | {"@iot.id": _ID}
    for kind in KINDS.values()
}
_LINKS: Final = {kind.name: {link.name: link for link in kind.links} for kind in KINDS.values()}

SETS: Final[dict[str, Kind]] = {kind.plural: kind for kind in KINDS.values()}
"""Every kind by the name of its set: Things, Datastreams …"""
