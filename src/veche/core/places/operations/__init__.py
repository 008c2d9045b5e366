"""Writing territories."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import shapely
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from veche.core.journal.operations import record
from veche.core.places.models import Feature, Territory
from veche.errors import Invalid
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person


class BadOutline(Invalid):
    """An outline is not a polygon on earth."""

    code = "bad-outline"
    sentence = _("The outline of “{name}” is not a valid polygon: {why}")


def valid_outline(name: str, outline: Mapping[str, Any]) -> shapely.Geometry:
    """The polygon of a GeoJSON geometry, mended where rings cross themselves.

    Raises:
        BadOutline: it is not a polygon, is empty, or lies outside longitudes and latitudes.
    """
    try:
        shape = shapely.from_geojson(json.dumps(outline))
    except (shapely.errors.GEOSException, ValueError) as error:
        raise BadOutline(name=name, why=str(error)) from error
    if not shape.is_valid:
        shape = shape.buffer(0)
    if shape.is_empty or shape.geom_type not in ("Polygon", "MultiPolygon"):
        raise BadOutline(name=name, why=shape.geom_type)
    west, south, east, north = shape.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise BadOutline(name=name, why="longitude or latitude")
    return shape


def _touch_atlas() -> None:
    """Every process reads the territories afresh."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('places_atlas_version')")


@operation
def add_territory(
    *,
    by: Person | None,
    at: dt.datetime,
    code: str,
    kind: Territory.Kind,
    names: Mapping[str, str],
    outline: Mapping[str, Any],
    parent: Territory | None = None,
    imported: bool = False,
    drawn_around: bool = False,
) -> Territory:
    """Add a territory, or give the one with this code a new outline and names.

    Raises:
        BadOutline: the outline is not a polygon.
    """
    shape = valid_outline(names.get("en", code), outline)
    west, south, east, north = shape.bounds
    territory, _created = Territory.objects.update_or_create(
        code=code,
        defaults={
            "kind": kind,
            "names": dict(names),
            "parent": parent,
            "city_id": parent.city_id if parent else None,
            "district_id": parent.district_id if parent else None,
            "outline": json.loads(shapely.to_geojson(shape)),
            "west": west,
            "south": south,
            "east": east,
            "north": north,
            "imported": imported,
            "drawn_around": drawn_around,
        },
    )
    if parent is None:
        territory.city = territory
    elif kind == Territory.Kind.DISTRICT:
        territory.district = territory
    territory.save(update_fields=["city", "district"])
    _touch_atlas()
    # A sequence moves before the commit: whoever has read meanwhile must read once more after it.
    transaction.on_commit(_touch_atlas)
    record(
        kind="places.territory-set",
        by=by,
        at=at,
        subject=f"territory:{code}",
        public={"kind": kind, "names": dict(names), "imported": imported},
    )
    return territory


@operation
def draw_features(
    *,
    by: Person | None,
    at: dt.datetime,
    city: Territory,
    features: Sequence[tuple[str, Mapping[str, str], Mapping[str, Any]]],
) -> int:
    """Replace what is drawn on a city's map: (kind, names, GeoJSON geometry) each."""
    Feature.objects.filter(city=city).delete()
    made = Feature.objects.bulk_create(
        Feature(kind=kind, names=dict(names), city=city, geometry=dict(geometry))
        for kind, names, geometry in features
    )
    record(
        kind="places.map-drawn",
        by=by,
        at=at,
        subject=f"territory:{city.code}",
        public={"features": len(made)},
    )
    return len(made)
