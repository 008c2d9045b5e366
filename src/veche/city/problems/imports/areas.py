"""Which territory a record of another system lies in."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import json
import zlib
from collections.abc import Mapping as AnyMapping
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

from veche.city.problems.imports.mapping import Mapping
from veche.core.places.models import Territory
from veche.core.places.operations import add_territory, valid_outline
from veche.errors import Refused
from veche.imported import GZIP, CannotImport
from veche.languages import LANGUAGES, everywhere

MARGIN = 0.004
"""Degrees left around the outermost records, about 400 m."""

CELL_DIGITS = 3
"""Points are remembered to about 100 m: enough for an outline, little for memory."""

FENCE = 5.0
SMALLEST_SPREAD = 0.01
"""Degrees: a village of one street still gets an outline."""


def code_of(source: str, value: str) -> str:
    """The code of a thing met in an import: the source before it, at most 80 characters."""
    code = f"{source}/{value}"
    if len(code) > 80:
        code = f"{source}/{hashlib.sha256(value.encode()).hexdigest()[:24]}"
    return code


class Areas:
    """The outlines of ``--area``, or of an earlier import of the source, or none.

    Raises:
        CannotImport: the file of outlines cannot be read.
    """

    def __init__(self, mapping: Mapping, path: Path | None) -> None:
        self.mapping, self.given = mapping, path is not None
        self.codes: list[str] = []
        self.names: list[dict[str, str]] = []
        self.shapes: list[Any] = []
        if path is not None:
            self._read(path)
        else:
            for row in Territory.objects.filter(
                city__code=mapping.source, kind=Territory.Kind.DISTRICT
            ).order_by("id"):
                self.codes.append(row.code)
                self.names.append(row.names)
                self.shapes.append(shapely.from_geojson(json.dumps(row.outline)))
        for shape in self.shapes:
            shapely.prepare(shape)
        self._tree = shapely.STRtree(self.shapes)
        self._cells: list[NDArray[np.float64]] = []

    def _read(self, path: Path) -> None:
        try:
            data = path.read_bytes()
            said = json.loads(gzip.decompress(data) if data[:2] == GZIP else data)
        except (ValueError, EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise CannotImport(
                why=_("{path} is not GeoJSON: {why}.").format(path=path, why=error)
            ) from error
        except OSError as error:
            raise CannotImport(why=f"{path}: {error.strerror}") from error
        found = said.get("features") if isinstance(said, dict) else None
        if not isinstance(found, list):
            raise CannotImport(
                why=_("{path} is not GeoJSON: {why}.").format(path=path, why="FeatureCollection")
            )
        for number, feature in enumerate(found, 1):
            geometry = feature.get("geometry") if isinstance(feature, dict) else None
            if not isinstance(geometry, dict) or "Polygon" not in str(geometry.get("type")):
                continue
            properties = feature.get("properties") or {}
            names = _names(properties, f"{self.mapping.source} {number}")
            try:
                shape = valid_outline(names["en"], geometry)
            except Refused as error:
                raise CannotImport(why=str(error)) from error
            self.codes.append(code_of(self.mapping.source, names["en"]))
            if self.codes.count(self.codes[-1]) > 1:
                self.codes[-1] = code_of(self.mapping.source, f"{names['en']} {number}")
            self.names.append(names)
            self.shapes.append(shape)
        if not self.shapes:
            raise CannotImport(why=_("{path} holds no outline.").format(path=path))

    def locate(self, points: Any) -> list[str]:
        """For each (longitude, latitude) the code of its territory; empty: outside what is given.

        Without given outlines every point lies at least in the territory drawn around them all.
        """
        found = [""] * len(points)
        if self.shapes:
            at, shapes = self._tree.query(shapely.points(points), predicate="intersects")
            for point, shape in zip(at[::-1].tolist(), shapes[::-1].tolist(), strict=True):
                found[point] = self.codes[shape]
        if self.given:
            return found
        loose = [place for place, code in enumerate(found) if not code]
        if loose:
            cells = np.round(np.asarray(points, dtype=np.float64)[loose], CELL_DIGITS)
            self._cells.append(np.unique(cells, axis=0))
        return [code or self.mapping.source for code in found]

    def write(self, at: dt.datetime) -> dict[str, int]:
        """Set the territories that the records lie in; code → number. Inside an operation."""
        source = self.mapping.source
        known = Territory.objects.filter(code=source).first()
        if known is not None and not known.imported:
            raise CannotImport(
                why=_("“{name}” is a territory of this city already; name the source otherwise.")
                .format(name=source))  # fmt: skip
        if self.given:
            city = self._city(at, shapely.union_all(self.shapes), known, drawn_around=False)
            for code, names, shape in zip(self.codes, self.names, self.shapes, strict=True):
                self._set(at, code, Territory.Kind.DISTRICT, names, shape, city)
        elif self._cells:
            around = outline_around(np.concatenate(self._cells))
            old = shapely.from_geojson(json.dumps(known.outline)) if known else None
            if old is None or not old.covers(around):
                wide = around if old is None else shapely.union(old, around)
                if known is None or known.drawn_around:
                    wide = wide.convex_hull
                wide = wide.buffer(MARGIN, quad_segs=4).intersection(
                    shapely.box(-180, -90, 180, 90)
                )
                self._city(at, wide, known, drawn_around=known is None or known.drawn_around)
        return dict(Territory.objects.filter(city__code=source).values_list("code", "pk"))

    def _city(
        self, at: dt.datetime, shape: Any, known: Territory | None, *, drawn_around: bool
    ) -> Territory:
        return self._set(
            at, self.mapping.source, Territory.Kind.CITY, self.mapping.names, shape, None,
            drawn_around=drawn_around,
        )  # fmt: skip

    def _set(
        self,
        at: dt.datetime,
        code: str,
        kind: Territory.Kind,
        names: AnyMapping[str, str],
        shape: Any,
        parent: Territory | None,
        *,
        drawn_around: bool = False,
    ) -> Territory:
        outline = json.loads(shapely.to_geojson(shape))
        known = Territory.objects.filter(code=code).first()
        if known is not None and known.outline == outline and known.names == dict(names):
            return known
        return add_territory(
            by=None,
            at=at,
            code=code,
            kind=kind,
            names=names,
            outline=outline,
            parent=parent,
            imported=True,
            drawn_around=drawn_around,
        )


def outline_around(points: NDArray[np.float64]) -> Any:
    """An outline around most of the points (longitude, latitude; shape n × 2).

    Records often hold a few places on the other side of the earth: points further from the median
    than five interquartile ranges, in either direction, do not stretch the outline (the usual
    fence of box plots, wide enough for a city with far suburbs). They stay in the list.
    """
    low, middle, high = np.percentile(points, [25, 50, 75], axis=0)
    reach = FENCE * np.maximum(high - low, SMALLEST_SPREAD)
    near = points[(np.abs(points - middle) <= reach).all(axis=1)]
    return shapely.MultiPoint(near).convex_hull


def _names(properties: AnyMapping[str, Any], fallback: str) -> dict[str, str]:
    """The names of a feature in our languages."""
    name = str(properties.get("name") or properties.get("NAME") or fallback)[:200]
    names = everywhere(name)
    for code in LANGUAGES:
        own = properties.get(f"name:{code}") or properties.get(f"name_{code}")
        if own:
            names[code] = str(own)[:200]
    return names
