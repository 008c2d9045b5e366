"""Where a point lies, and which territories there are."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.db import connection
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

from veche.core.places.models import Feature, Territory
from veche.core.places.rules import reach
from veche.errors import NotFound


@dataclass(frozen=True)
class Atlas:
    """All territories, kept in memory of a process: they change a few times a year."""

    version: tuple[int, int]
    by_id: dict[int, Territory]
    by_code: dict[str, Territory]
    cities: tuple[Territory, ...]
    _leaves: NDArray[np.int64]
    _tree: shapely.STRtree

    def home(self) -> Territory | None:
        """The city this installation is for: the first that was not met in an import."""
        own = [c for c in self.cities if not c.imported]
        return own[0] if own else (self.cities[0] if self.cities else None)

    def at(self, longitude: float, latitude: float, city: int | None = None) -> Territory | None:
        """The smallest territory that holds the point, of one city when it is given."""
        found = self.locate(np.array([longitude]), np.array([latitude]), city)[0]
        return self.by_id[int(found)] if found else None

    def locate(
        self,
        longitudes: NDArray[np.float64],
        latitudes: NDArray[np.float64],
        city: int | None = None,
    ) -> NDArray[np.int64]:
        """For each point the number of the smallest territory holding it, 0 for none."""
        result = np.zeros(len(longitudes), dtype=np.int64)
        if len(self._leaves) == 0:
            return result
        points = shapely.points(longitudes, latitudes)
        hits, shapes = self._tree.query(points, predicate="intersects")
        # The tree holds territories from large to small: the last writer is the smallest.
        order = np.lexsort((shapes, hits))
        for point, shape in zip(hits[order], shapes[order], strict=True):
            number = int(self._leaves[shape])
            if city is None or self.by_id[number].city_id == city:
                result[point] = number
        return result

    def within(self, longitude: float, latitude: float, metres: float) -> list[tuple[int, float]]:
        """Numbers of the territories within ``metres`` of a point, with how far they are in
        degrees of latitude; those that hold the point are 0 away."""
        if len(self._leaves) == 0:
            return []
        wide, tall = reach(latitude, metres)
        box = shapely.box(longitude - wide, latitude - tall, longitude + wide, latitude + tall)
        squeeze = tall / wide  # a degree of longitude is shorter than one of latitude
        point = shapely.Point(longitude * squeeze, latitude)
        found = []
        for index in self._tree.query(box, predicate="intersects"):
            near = shapely.intersection(self._tree.geometries[index], box)
            flat = shapely.transform(near, lambda xy: xy * (squeeze, 1.0))
            far = float(shapely.distance(point, flat))
            if far <= tall:
                found.append((int(self._leaves[index]), far))
        return found

    def inside(self, territory: Territory) -> list[int]:
        """Numbers of the territory and of all that lie in it."""
        return [
            t.pk for t in self.by_id.values() if territory.pk in (t.pk, t.district_id, t.city_id)
        ]

    def children(self, territory: Territory) -> list[Territory]:
        """The territories one step below."""
        return [t for t in self.by_id.values() if t.parent_id == territory.pk]


_lock = threading.Lock()
_atlas: dict[str, Atlas] = {}
_SIZES = {Territory.Kind.CITY: 0, Territory.Kind.DISTRICT: 1, Territory.Kind.NEIGHBOURHOOD: 2}


def atlas() -> Atlas:
    """The territories, read again only after one was added or its outline changed.

    The version is the row of a tiny table that the operations of this module touch, so that a
    process notices what another wrote; one query of 0.1 ms.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value, 0 FROM places_atlas_version")
        version: tuple[int, int] = cursor.fetchone()
    name = str(connection.settings_dict["NAME"])
    known = _atlas.get(name)
    if known is not None and known.version == version:
        return known
    with _lock:
        _atlas[name] = built = _build(version)
    return built


def _build(version: tuple[int, int]) -> Atlas:
    territories = sorted(
        Territory.objects.all(), key=lambda t: (_SIZES[Territory.Kind(t.kind)], t.pk)
    )
    shapes = [_shape(t.outline) for t in territories]
    for shape in shapes:
        shapely.prepare(shape)
    return Atlas(
        version=version,
        by_id={t.pk: t for t in territories},
        by_code={t.code: t for t in territories},
        cities=tuple(t for t in territories if t.kind == Territory.Kind.CITY),
        _leaves=np.array([t.pk for t in territories], dtype=np.int64),
        _tree=shapely.STRtree(shapes),
    )


def _shape(outline: dict[str, Any]) -> shapely.Geometry:
    import json

    return shapely.from_geojson(json.dumps(outline))


def features(city: Territory) -> Sequence[Feature]:
    """What is drawn on the map of a city."""
    return list(Feature.objects.filter(city=city).order_by("id"))


class UnknownTerritory(NotFound):
    """No territory has this code."""

    code = "unknown-territory"
    sentence = _("There is no territory with the code “{asked}”.")


def territory_by_code(code: str) -> Territory:
    """The territory of this code.

    Raises:
        UnknownTerritory: there is none.
    """
    found = atlas().by_code.get(code)
    if found is None:
        raise UnknownTerritory(asked=code)
    return found
