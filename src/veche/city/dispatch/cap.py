"""Writes alerts of the Common Alerting Protocol 1.2 (OASIS, 1 July 2010).

The bytes are made once, when an alert is published, and kept: what stands at its address never
changes, and the journal holds their digest.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from veche.city.dispatch.alert_contents import Contents
from veche.texts import readable

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
MIME = "application/cap+xml"
TAGS = {"en": "en", "ru": "ru", "zh": "zh-Hans"}
"""Our languages as RFC 3066 names them."""
GEOCODE = "veche-territory"
MOST_POINTS = 300
"""Points of a polygon; what is finer is drawn with fewer."""


@dataclass(frozen=True)
class Place:
    """A territory an alert is for."""

    code: str
    names: Mapping[str, str]
    outline: Mapping[str, Any]
    """A GeoJSON Polygon or MultiPolygon."""


@dataclass(frozen=True)
class Envelope:
    """Who says it, when, and of which alerts it is the next."""

    identifier: str
    sender: str
    sent: dt.datetime
    status: str
    type: str
    references: str
    web: Mapping[str, str]
    """The page of the alert by language; whole addresses."""
    names: Mapping[str, str]
    """Of the city, by language."""
    restriction: str = ""
    """For whom an exercise is; empty: for the public."""


def moment(value: dt.datetime, zone: dt.tzinfo) -> str:
    """As the standard asks: local time to the second with its offset, never a Z."""
    text = value.astimezone(zone).isoformat(timespec="seconds")
    return text if text[-6] in "+-" else f"{text}+00:00"


def reference(sender: str, identifier: str, sent: dt.datetime, zone: dt.tzinfo) -> str:
    """An earlier alert as the standard names it."""
    return f"{sender},{identifier},{moment(sent, zone)}"


def write(
    envelope: Envelope, contents: Contents, places: Sequence[Place], zone: dt.tzinfo
) -> bytes:
    """The alert as XML, one part for each language."""
    alert = ET.Element("alert", {"xmlns": NAMESPACE})
    _add(alert, "identifier", envelope.identifier)
    _add(alert, "sender", envelope.sender)
    _add(alert, "sent", moment(envelope.sent, zone))
    _add(alert, "status", envelope.status)
    _add(alert, "msgType", envelope.type)
    _add(alert, "scope", "Restricted" if envelope.restriction else "Public")
    if envelope.restriction:
        _add(alert, "restriction", envelope.restriction)
    if envelope.references:
        _add(alert, "references", envelope.references)
    polygons = [list(_polygons(place.outline)) for place in places]
    for code, tag in TAGS.items():
        info = ET.SubElement(alert, "info")
        _add(info, "language", tag)
        _add(info, "category", contents.category)
        _add(info, "event", contents.event[code])
        _add(info, "responseType", contents.response)
        _add(info, "urgency", contents.urgency)
        _add(info, "severity", contents.severity)
        _add(info, "certainty", contents.certainty)
        _add(info, "effective", moment(envelope.sent, zone))
        if contents.onset is not None:
            _add(info, "onset", moment(contents.onset, zone))
        _add(info, "expires", moment(contents.expires, zone))
        _add(info, "senderName", envelope.names[code])
        _add(info, "headline", contents.headline[code])
        for name in ("description", "instruction"):
            said = getattr(contents, name).get(code, "")
            if said:
                _add(info, name, said)
        _add(info, "web", envelope.web[code])
        if contents.contact:
            _add(info, "contact", contents.contact)
        for place, drawn in zip(places, polygons, strict=True):
            area = ET.SubElement(info, "area")
            _add(area, "areaDesc", place.names.get(code) or place.code)
            # Within a circle the outline would say more than is meant: the two are a union.
            if contents.circle is not None:
                longitude, latitude, km = contents.circle
                _add(area, "circle", f"{_degrees(latitude)},{_degrees(longitude)} {km:.3f}")
            else:
                for text in drawn:
                    _add(area, "polygon", text)
            geocode = ET.SubElement(area, "geocode")
            _add(geocode, "valueName", GEOCODE)
            _add(geocode, "value", place.code)
    made: bytes = ET.tostring(alert, encoding="utf-8", xml_declaration=True)
    return made


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = readable(text)


def _degrees(value: float) -> str:
    return f"{value:.5f}"


def _polygons(outline: Mapping[str, Any]) -> Iterator[str]:
    """The outer rings of a territory: latitude first, closed, of at most `MOST_POINTS` points."""
    found = outline["coordinates"]
    for polygon in [found] if outline["type"] == "Polygon" else found:
        ring = [(float(point[0]), float(point[1])) for point in polygon[0]]
        text = " ".join(_pairs(_fewer(ring)))
        if text.count(" ") >= 3:  # four pairs at least, the first and the last the same
            yield text


def _pairs(ring: Iterable[tuple[float, float]]) -> list[str]:
    pairs: list[str] = []
    for longitude, latitude in ring:
        pair = f"{_degrees(latitude)},{_degrees(longitude)}"
        if not pairs or pairs[-1] != pair:
            pairs.append(pair)
    if pairs and pairs[0] != pairs[-1]:
        pairs.append(pairs[0])
    return pairs


def _fewer(ring: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """A ring drawn with fewer points, as little off as that allows; never crossing itself."""
    if len(ring) <= MOST_POINTS:
        return ring
    import shapely

    shape = shapely.Polygon(ring)
    off = math.sqrt(shape.area) / 2000
    for _again in range(20):
        simple = shapely.simplify(shape, off, preserve_topology=True)
        found = list(simple.exterior.coords)
        if len(found) <= MOST_POINTS:
            break
        off *= 1.6
    return [(float(x), float(y)) for x, y in found]
