"""From GeoJSON, as places are kept, to the parts of a still map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from django.utils.translation import get_language

from veche.languages import here
from veche.look.plan import Bounds, Cluster, Feature, Mark, Outline, Plan, Point

KINDS = {"main": "road", "railway": "rail"}
"""Names of kinds in the data → names on the map, where they differ."""

_MOST_PARTS = 48
_parts: dict[tuple[str, str], tuple[list[Outline], list[Feature]]] = {}


class Area(Protocol):
    """What is needed of a territory."""

    kind: Any
    names: Any
    outline: Any


class Ground(Protocol):
    """What is needed of something drawn on the ground."""

    kind: Any
    names: Any
    geometry: Any


def lines(geometry: Mapping[str, Any]) -> list[tuple[Point, ...]]:
    """Every line and ring of a geometry, holes included; points are left out."""
    kind, parts = geometry.get("type"), geometry.get("coordinates", ())
    if kind == "GeometryCollection":
        return [line for one in geometry.get("geometries", ()) for line in lines(one)]
    if kind == "LineString":
        parts = [parts]
    elif kind == "MultiPolygon":
        parts = [ring for polygon in parts for ring in polygon]
    elif kind not in ("Polygon", "MultiLineString"):
        return []
    return [tuple((float(p[0]), float(p[1])) for p in part) for part in parts]


def outline(area: Area, kind: str = "") -> Outline:
    """The outline of a territory, named in the reader's language."""
    return Outline(here(area.names), lines(area.outline), kind or str(area.kind))


def features(ground: Iterable[Ground]) -> list[Feature]:
    """Lines and areas of the ground; a river drawn as an area is water."""
    found = []
    for one in ground:
        kind = KINDS.get(str(one.kind), str(one.kind))
        if kind == "river" and "Polygon" in str(one.geometry.get("type")):
            kind = "water"
        found += [Feature(kind, points, here(one.names)) for points in lines(one.geometry)]
    return found


def plan_of(
    areas: Iterable[Area],
    ground: Iterable[Ground],
    bounds: Bounds,
    *,
    marks: Sequence[Mark] = (),
    clusters: Sequence[Cluster] = (),
    title: str = "",
    ratio: str = "4x3",
    key: str = "",
) -> Plan:
    """A map of territories and their ground.

    ``key`` names the areas and the ground: with the same key they are read and drawn once, so it
    must change when they do. Bounds, marks and clusters may differ.
    """
    known = _parts.get((key, get_language() or "")) if key else None
    if known is None:
        known = ([outline(area) for area in areas], features(ground))
        if key:
            if len(_parts) >= _MOST_PARTS:
                _parts.clear()
            _parts[key, get_language() or ""] = known
    return Plan(
        bounds=bounds,
        outlines=known[0],
        features=known[1],
        marks=marks,
        clusters=clusters,
        title=title,
        ratio=ratio,
        key=key,
    )
