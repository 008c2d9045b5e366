"""What lies under the points on a map of a city: outlines and features, for still and live maps."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import get_language

from veche.core.places.models import Territory
from veche.core.places.queries import Atlas, features
from veche.languages import here
from veche.look.plan import Bounds, Feature, Outline, Plan, Point, frame

_KINDS = {"railway": "rail", "wood": "park", "forest": "park", "lake": "water", "pond": "water"}
_KEPT = 24


@dataclass(frozen=True)
class Ground:
    """The ground of one city in one language."""

    city: Territory
    outlines: tuple[Outline, ...]
    features: tuple[Feature, ...]
    key: str


_grounds: OrderedDict[str, Ground] = OrderedDict()


def rings_of(outline: dict[str, Any]) -> list[list[Point]]:
    """All rings of a GeoJSON polygon or several."""
    parts = outline.get("coordinates") or []
    if outline.get("type") == "Polygon":
        parts = [parts]
    return [[(p[0], p[1]) for p in ring] for part in parts for ring in part]


def _lines(geometry: dict[str, Any]) -> Iterator[list[Point]]:
    """The lines of a GeoJSON geometry; of an area its outer rings."""
    kind, parts = geometry.get("type"), geometry.get("coordinates") or []
    if kind == "LineString":
        parts = [parts]
    elif kind == "Polygon":
        parts = parts[:1]
    elif kind == "MultiPolygon":
        parts = [part[0] for part in parts if part]
    elif kind != "MultiLineString":
        return
    for line in parts:
        yield [(p[0], p[1]) for p in line]


def ground(city: Territory, places: Atlas) -> Ground:
    """The ground of a city, read again only when a territory was changed."""
    key = f"{connection.settings_dict['NAME']}:{city.pk}:{places.version[0]}:{get_language()}"
    known = _grounds.get(key)
    if known is not None:
        return known
    outlines = [Outline(str(city), rings_of(city.outline), "city")]
    outlines += [Outline(str(t), rings_of(t.outline), "district") for t in places.children(city)]
    drawn = []
    for feature in features(city):
        name = here(feature.names)
        for line in _lines(feature.geometry):
            drawn.append(Feature(_KINDS.get(feature.kind, feature.kind), line, name))
            name = ""  # written once, however many lines it has
    made = Ground(city, tuple(outlines), tuple(drawn), key)
    _grounds[key] = made
    while len(_grounds) > _KEPT:
        _grounds.popitem(last=False)
    return made


def plan(under: Ground, bounds: Bounds, focus: Territory | None = None, **more: Any) -> Plan:
    """A still map on this ground; ``focus`` is the territory to be tinted."""
    outlines = under.outlines
    key = under.key
    if focus is not None and focus.pk != under.city.pk:
        outlines = (*outlines, Outline(str(focus), rings_of(focus.outline), "focus"))
        key += f":{focus.pk}"
    return Plan(bounds=bounds, outlines=outlines, features=under.features, key=key, **more)


def collection(under: Ground) -> str:
    """The ground as a GeoJSON feature collection, for the live map."""
    rows: list[dict[str, Any]] = [
        {
            "type": "Feature",
            "properties": {"kind": outline.kind, "name": outline.name},
            "geometry": {
                "type": "MultiPolygon",
                "coordinates": [[[_round(p) for p in ring]] for ring in outline.rings],
            },
        }
        for outline in under.outlines
    ]
    for feature in under.features:
        area = feature.kind in ("park", "water")
        points = [_round(p) for p in feature.points]
        rows.append(
            {
                "type": "Feature",
                "properties": {"kind": feature.kind, "name": feature.name},
                "geometry": {
                    "type": "Polygon" if area else "LineString",
                    "coordinates": [points] if area else points,
                },
            }
        )
    return json.dumps({"type": "FeatureCollection", "features": rows}, ensure_ascii=False)


def _round(point: Point) -> list[float]:
    return [round(point[0], 6), round(point[1], 6)]


# A picture for `<input type="image">`: a page's style sheet does not reach it, so it brings its
# colours as attributes.
PICTURE_SIDE = 340
"""Width and height in pixels of the map one can click without JavaScript."""
_COLOURS = {
    "river": ("none", "#C9DAE8", 10.0),
    "water": ("#C9DAE8", "none", 0.0),
    "park": ("#DFE5D3", "none", 0.0),
    "road": ("none", "#FBFAF6", 4.0),
    "street": ("none", "#FBFAF6", 2.0),
    "rail": ("none", "#8D8A80", 1.5),
}


def picture(under: Ground, bounds: Bounds, point: Point | None) -> str:
    """A square SVG of the ground with a pin at ``point``."""
    window = frame(bounds, "1x1")

    def path(points: list[Point] | tuple[Point, ...], closed: bool) -> str:
        placed = [window.place(lon, lat) for lon, lat in points]
        return "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in placed) + ("Z" if closed else "")

    parts = []
    for outline in under.outlines:
        shape = "".join(path(list(ring), True) for ring in outline.rings)
        fill = "#EFEBE0" if outline.kind == "city" else "none"
        parts.append(
            f'<path d="{shape}" fill="{fill}" stroke="#858B92" stroke-width="3" '
            f'stroke-dasharray="{"none" if outline.kind == "city" else "5 12"}"/>'
        )
    for feature in under.features:
        fill, stroke, wide = _COLOURS.get(feature.kind, ("none", "#FBFAF6", 2.0))
        shape = path(list(feature.points), fill != "none")
        parts.append(
            f'<path d="{shape}" fill="{fill}" stroke="{stroke}" stroke-width="{wide * 2}"/>'
        )
    if point is not None:
        x, y = window.place(*point)
        parts.append(
            f'<path transform="translate({x:.0f} {y:.0f}) scale(2.6)" fill="#A8480F" '
            'd="M0 1C-6-9-14-16-14-26a14 14 0 0 1 28 0C14-16 6-9 0 1z"/>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{PICTURE_SIDE}" height="{PICTURE_SIDE}" '
        f'viewBox="0 0 1000 1000"><rect width="1000" height="1000" fill="#FBFAF6"/>'
        f"{''.join(parts)}</svg>"
    )


def clicked(bounds: Bounds, x: float, y: float) -> Point:
    """Longitude and latitude of a click on the picture, in its pixels from the upper left."""
    window = frame(bounds, "1x1")
    unit = 1000.0 / PICTURE_SIDE
    return (
        (x * unit / window.scale + window.left) / window.narrow,
        window.top - y * unit / window.scale,
    )
