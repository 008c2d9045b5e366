"""Making entities of SensorThings, with all that is sent inside them: a part of operations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db.models import Model, Q, QuerySet

from veche.city.pulse.models import (
    FeatureOfInterest,
    HistoricalLocation,
    Location,
    ObservedProperty,
    Sensor,
    Source,
    Stream,
    StreamProperty,
    Thing,
)
from veche.city.pulse.operations.intake import Row, Taken, take
from veche.city.pulse.operations.placing import feature_of, place
from veche.city.pulse.sensorthings import bodies, shapes
from veche.city.pulse.sensorthings import write_words as words
from veche.city.pulse.sensorthings.entities import KINDS, Link
from veche.city.pulse.sensorthings.observations import reading
from veche.operation import inside

MOST = 5_000
"""Entities in one request, readings among them."""

MODELS: dict[str, type[Model]] = {
    "Thing": Thing,
    "Location": Location,
    "HistoricalLocation": HistoricalLocation,
    "Sensor": Sensor,
    "ObservedProperty": ObservedProperty,
    "Datastream": Stream,
    "MultiDatastream": Stream,
    "FeatureOfInterest": FeatureOfInterest,
}
"""The tables of everything but readings."""
OVER = {"Datastream", "MultiDatastream"}


def own(kind: str, source: Source) -> QuerySet[Any]:
    """What of a kind belongs to a source."""
    rows: QuerySet[Any] = MODELS[kind]._default_manager.all()
    if kind == "HistoricalLocation":
        return rows.filter(thing__source=source)
    if kind in OVER:
        return rows.filter(source=source, multi=kind == "MultiDatastream")
    return rows.filter(source=source)


def linkable(kind: str, source: Source) -> QuerySet[Any]:
    """What of a kind a source's own things may be linked to: its own, and the city's properties."""
    if kind == "ObservedProperty":
        return ObservedProperty.objects.filter(Q(source=source) | Q(source=None))
    return own(kind, source)


def inverse(kind: str, link: Link) -> Link:
    """The way back: from what `link` leads to, to what it leads from.

    Raises:
        words.NotSo: there is none that could be written.
    """
    for back in KINDS[link.target].links:
        if back.target != kind:
            continue
        if (link.there and back.here == link.there) or (link.here and back.there == link.here):
            return back
        if link.via and back.via and link.via[0] == back.via[0]:
            return back
    raise words.NotSo


def limits(measured: int, sent: Mapping[str, Any]) -> dict[str, Any]:
    """What the city says of a property of its own: the limits of its streams, if it has any.

    Raises:
        words.WrongUnit: the stream measures it in another unit than the city.
    """
    found = ObservedProperty.objects.get(pk=measured)
    if found.source_id is not None:
        return {}
    told = found.properties or {}
    unit = told.get("unit")
    if unit and unit not in (sent.get("symbol"), sent.get("name"), sent.get("definition")):
        raise words.WrongUnit(name=found.name, unit=unit, sent=sent.get("symbol"))
    return {
        name: told[name] for name in ("low", "high") if isinstance(told.get(name), (int, float))
    }


class Maker:
    """Makes what one request asks for; readings are taken all at once, at the end."""

    def __init__(self, source: Source, at: dt.datetime) -> None:
        self.source = source
        self.at = at
        self.rows: list[Row] = []
        self._left = MOST
        self._features: dict[int, int | None] = {}

    def check(self, kind: str, number: int, name: str) -> int:
        """The number, if it can be linked.

        Raises:
            words.BadLink: it is nothing, or another source's.
        """
        if not linkable(kind, self.source).filter(pk=number).exists():
            raise words.BadLink(name=name, number=number)
        return number

    def make(
        self, kind: str, document: Mapping[str, Any], given: Mapping[str, int] | None = None
    ) -> int:
        """Make an entity with all that is inside it; its number (of a reading: its place).

        ``given`` are links that where it was sent to says.

        Raises:
            veche.errors.Invalid: it cannot be so; the sentence says what is wrong.
        """
        given = dict(given or {})
        self._left -= 1
        if self._left < 0:
            raise words.TooDeep
        if kind == "Observation":
            return self._reading(document, given)
        columns = shapes.values(kind, document)
        for link in KINDS[kind].links:
            if not link.many:
                number = self._one(link, document, given)
                if number is None:
                    raise words.Missing(name=link.name)
                columns[link.here] = number
        found = self._insert(kind, columns, document)
        for link in KINDS[kind].links:
            if link.many:
                self._many(kind, found, link, document, given)
        return int(found.pk)

    def finish(self, *, numbers: bool = False) -> Taken | None:
        """Take the readings, if there are any."""
        if not self.rows:
            return None
        return take(by=None, at=self.at, source=self.source, rows=self.rows, numbers=numbers)

    def _one(self, link: Link, document: Mapping[str, Any], given: Mapping[str, int]) -> int | None:
        """The number behind a link to one: given, linked, or made now."""
        if link.name in given:
            return given[link.name]
        value = document.get(link.name)
        if value is None:
            return None
        inner = bodies.object_of(value, link.name)
        if bodies.is_link(inner):
            return self.check(link.target, bodies.linked(inner, link.name), link.name)
        return self.make(link.target, inner)

    def _insert(self, kind: str, columns: dict[str, Any], document: Mapping[str, Any]) -> Any:
        if kind in OVER:
            return self._stream(kind, columns, document)
        if kind != "HistoricalLocation":
            columns["source_id"] = self.source.pk
        found = MODELS[kind](**columns)
        found.save(force_insert=True)
        return found

    def _stream(self, kind: str, columns: dict[str, Any], document: Mapping[str, Any]) -> Stream:
        columns |= {"source_id": self.source.pk, "multi": kind == "MultiDatastream"}
        if kind == "Datastream":
            columns |= limits(columns["property_id"], columns["unit"])
            stream = Stream(**columns)
            stream.save(force_insert=True)
            return stream
        columns.setdefault("observation_type", shapes.COMPLEX)
        parts = bodies.entities(document.get("ObservedProperties", []), "ObservedProperties")
        if not len(parts) == len(columns["unit"]) == len(columns["data_types"]):
            raise words.UnequalLengths
        if not parts:
            raise words.Missing(name="ObservedProperties")
        numbers = [
            self.check("ObservedProperty", bodies.linked(part, "ObservedProperties"), "@iot.id")
            if bodies.is_link(part)
            else self.make("ObservedProperty", part)
            for part in parts
        ]
        stream = Stream(**columns)
        stream.save(force_insert=True)
        StreamProperty.objects.bulk_create(
            StreamProperty(stream=stream, property_id=number, number=place_of)
            for place_of, number in enumerate(numbers)
        )
        return stream

    def _many(
        self,
        kind: str,
        found: Any,
        link: Link,
        document: Mapping[str, Any],
        given: Mapping[str, int],
    ) -> None:
        """Link or make what a link to many leads to."""
        if kind == "MultiDatastream" and link.name == "ObservedProperties":
            return
        value = document.get(link.name)
        parts = bodies.entities(value, link.name) if value is not None else []
        numbers = [given[link.name]] if link.name in given else []
        back = inverse(kind, link) if parts or numbers else None
        needed = link.name in shapes.RULES[kind].links
        for part in parts:
            if bodies.is_link(part):
                if link.target == "Observation":
                    raise words.NotSo
                numbers.append(self.check(link.target, bodies.linked(part, link.name), link.name))
            elif link.via:
                if kind == "ObservedProperty":
                    raise words.NotInline(name=link.name)
                numbers.append(self.make(link.target, part))
            else:
                assert back is not None
                self.make(link.target, part, {back.name: found.pk})
        if needed and not numbers:
            raise words.Missing(name=link.name)
        if numbers:
            self.attach(kind, found, link, numbers)

    @inside
    def attach(self, kind: str, found: Any, link: Link, numbers: list[int]) -> None:
        """Link an entity to others that are there."""
        if link.there:
            own(link.target, self.source).filter(pk__in=numbers).update(**{link.there: found.pk})
        elif kind == "Thing":
            place(found, numbers, self.at)
        elif kind == "Location" and link.target == "Thing":
            for thing in Thing.objects.select_for_update().filter(pk__in=numbers).order_by("pk"):
                place(thing, [found.pk], self.at)
        elif kind == "HistoricalLocation":
            found.locations.add(*numbers)
            self._now_there(found, numbers)
        elif kind == "Location":
            found.historical.add(*numbers)
        else:
            raise words.NotInline(name=link.name)

    def _now_there(self, found: HistoricalLocation, numbers: list[int]) -> None:
        """What is newer than all that is known of where a thing was, says where it is."""
        newer = HistoricalLocation.objects.filter(thing=found.thing_id, time__gt=found.time)
        if not newer.exists():
            from veche.city.pulse.operations.placing import point

            found.thing.locations.set(numbers)
            point(found.thing)

    # --- readings -----------------------------------------------------------------------------

    def _reading(self, document: Mapping[str, Any], given: Mapping[str, int]) -> int:
        """Keep a reading for the end; its place among them."""
        links = {link.name: link for link in KINDS["Observation"].links}
        stream: Stream | None = None
        for name in ("Datastream", "MultiDatastream"):
            number = self._one(links[name], document, given)
            if number is not None:
                stream = Stream.objects.get(pk=number)
        if stream is None:
            raise words.Missing(name="Datastream")
        feature = self._one(links["FeatureOfInterest"], document, given)
        if feature is None:
            feature = self._cached(stream)
        parts = stream.parts.count() if stream.multi else 0
        self.rows.append(reading(document, stream.pk, self.at, parts=parts, feature=feature))
        return len(self.rows) - 1

    def _cached(self, stream: Stream) -> int | None:
        if stream.pk not in self._features:
            self._features[stream.pk] = feature_of(stream)
        return self._features[stream.pk]
