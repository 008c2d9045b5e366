"""What of each kind of entity can be written: properties with what they must be, and links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from veche.city.pulse.sensorthings import write_words as words
from veche.city.pulse.sensorthings.bodies import moment, object_of, span
from veche.city.pulse.sensorthings.entities import KINDS, Form

LONGEST = {"name": 255, "encodingType": 120, "definition": 400, "observationType": 160}
LONGEST_DESCRIPTION = 20_000
COMPLEX: Final = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_ComplexObservation"
"""The type of every multi-datastream."""

NO_UNIT: Final = {"name": None, "symbol": None, "definition": None}
"""The standard's way to say that there is no unit."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How a kind of entity is written."""

    needs: tuple[str, ...]
    """Properties that must be there."""
    made: tuple[str, ...] = ()
    """Properties that the service reckons itself: sent ones are passed over."""
    links: tuple[str, ...] = ()
    """Links to one or more others that must be there."""


RULES: Final[dict[str, Rules]] = {
    "Thing": Rules(("name",)),
    "Location": Rules(("name", "encodingType", "location")),
    "HistoricalLocation": Rules(("time",), links=("Thing", "Locations")),
    "Sensor": Rules(("name", "encodingType", "metadata")),
    "ObservedProperty": Rules(("name", "definition")),
    "Datastream": Rules(
        ("name", "unitOfMeasurement", "observationType"),
        ("phenomenonTime", "resultTime"),
        ("Thing", "Sensor", "ObservedProperty"),
    ),
    "MultiDatastream": Rules(
        ("name", "unitOfMeasurements", "multiObservationDataTypes"),
        ("phenomenonTime", "resultTime"),
        ("Thing", "Sensor", "ObservedProperties"),
    ),
    "FeatureOfInterest": Rules(("name", "encodingType", "feature")),
    "Observation": Rules(("result",)),
}


def values(kind: str, document: Mapping[str, Any], *, part: bool = False) -> dict[str, Any]:
    """The columns of an entity by name, as they are sent.

    ``part``: only what is sent changes; what must be there may be left out.

    Raises:
        words.Missing, words.NotThat, words.TooLongText, words.UnequalLengths: it cannot be so.
    """
    rules = RULES[kind]
    if kind == "MultiDatastream":
        document = _units_told(document)
    found: dict[str, Any] = {}
    for field in KINDS[kind].fields[1:]:
        if field.name in rules.made:
            continue
        if field.name not in document or (document[field.name] is None and field.form != "result"):
            if field.name in rules.needs and (not part or field.name in document):
                raise words.Missing(name=field.name)
            if field.name in document:  # null takes it away
                found |= _empty(field.form, field.name, field.columns)
            continue
        value = document[field.name]
        if field.form is Form.TEXT:
            found[field.columns[0]] = text(value, field.name)
        elif field.form is Form.MOMENT:
            found[field.columns[0]] = moment(value, field.name)
        elif field.form is Form.SPAN:
            since, until = span(value, field.name)
            found |= {field.columns[0]: since, field.columns[1]: until}
        elif field.form is Form.SHAPE:
            found[field.columns[0]] = value if field.boxed else object_of(value, field.name)
            if field.boxed:
                found |= box(value)
        elif field.form is Form.RESULT:
            found |= result(value)
        elif field.name in ("properties", "unitOfMeasurement"):
            found[field.columns[0]] = object_of(value, field.name)
        else:
            found[field.columns[0]] = value
    if kind == "MultiDatastream":
        _check_lists(found)
    return found


def _units_told(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Units sent as null, as a widely used client does: one that is not told for each type."""
    types = document.get("multiObservationDataTypes")
    if document.get("unitOfMeasurements", "") is not None or not isinstance(types, list):
        return document
    return {**document, "unitOfMeasurements": [dict(NO_UNIT) for _type in types]}


def _empty(form: Form, name: str, columns: tuple[str, ...]) -> dict[str, Any]:
    if form is Form.TEXT:
        return {columns[0]: COMPLEX if name == "observationType" else ""}
    if form is Form.RESULT:
        return {}
    return dict.fromkeys(columns)


def text(value: object, name: str) -> str:
    """A text that is no longer than is kept.

    Raises:
        words.NotThat, words.TooLongText: it is none, or longer.
    """
    if not isinstance(value, str):
        raise words.NotThat(name=name, kind=words.TEXT)
    most = LONGEST.get(name, LONGEST_DESCRIPTION)
    if len(value) > most:
        raise words.TooLongText(name=name, most=most)
    return value


def result(value: object) -> dict[str, Any]:
    """A result's two columns: numbers apart from everything else."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return {"number": float(value), "result": None}
        except OverflowError as fault:
            raise words.NotThat(name="result", kind=words.NUMBER) from fault
    return {"number": None, "result": value}


def _check_lists(found: Mapping[str, Any]) -> None:
    """Both lists of a multi-datastream are lists of objects or texts, and of one length."""
    units, types = found.get("unit", ()), found.get("data_types", ())
    if not isinstance(units, (list, tuple)) or not all(isinstance(one, dict) for one in units):
        raise words.NotThat(name="unitOfMeasurements", kind=words.LIST)
    if not isinstance(types, (list, tuple)) or not all(isinstance(one, str) for one in types):
        raise words.NotThat(name="multiObservationDataTypes", kind=words.LIST)
    if "unit" in found and "data_types" in found and len(units) != len(types):
        raise words.UnequalLengths


# --- geometry ---------------------------------------------------------------------------------

_EMPTY_BOX: Final = {"west": None, "south": None, "east": None, "north": None}


def box(shape: object) -> dict[str, float | None]:
    """The box around GeoJSON; empty for what is none (an address in words, say).

    Raises:
        words.NotThat: it says that it is a shape, and is none.
    """
    if not isinstance(shape, dict) or "type" not in shape:
        return dict(_EMPTY_BOX)
    points = _points(shape)
    if not points:
        return dict(_EMPTY_BOX)
    longitudes, latitudes = [p[0] for p in points], [p[1] for p in points]
    return {
        "west": min(longitudes),
        "south": min(latitudes),
        "east": max(longitudes),
        "north": max(latitudes),
    }


_KINDS: Final = frozenset(
    {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"}
)


def _points(shape: Mapping[str, Any]) -> list[tuple[float, float]]:
    """Every corner of a shape.

    Raises:
        words.NotThat: it is no GeoJSON.
    """
    kind = shape.get("type")
    if kind == "Feature":
        inner = shape.get("geometry")
        return _points(inner) if isinstance(inner, dict) else []
    if kind in ("GeometryCollection", "FeatureCollection"):
        parts = shape.get("geometries" if kind == "GeometryCollection" else "features")
        if not isinstance(parts, list) or not all(isinstance(one, dict) for one in parts):
            raise words.NotThat(name="coordinates", kind=words.LIST)
        return [point for one in parts for point in _points(one)]
    if kind not in _KINDS:
        return []
    found: list[tuple[float, float]] = []
    _gather(shape.get("coordinates"), found)
    if not found:
        raise words.NotThat(name="coordinates", kind=words.LIST)
    return found


def _gather(part: object, found: list[tuple[float, float]]) -> None:
    if not isinstance(part, list):
        raise words.NotThat(name="coordinates", kind=words.LIST)
    if part and not isinstance(part[0], list):
        numbers = [
            float(one)
            for one in part
            if isinstance(one, (int, float)) and not isinstance(one, bool)
        ]
        if len(numbers) < 2 or len(numbers) != len(part):
            raise words.NotThat(name="coordinates", kind=words.LIST)
        if abs(numbers[0]) > 180 or abs(numbers[1]) > 90:
            raise words.NotThat(name="coordinates", kind=words.NUMBER)
        found.append((numbers[0], numbers[1]))
        return
    for one in part:
        _gather(one, found)
