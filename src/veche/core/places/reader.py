"""Reading objects from CSV or GeoJSON of any size, one by one, with where each stood."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import shapely
from django.utils.translation import gettext_lazy as _

from veche.core.places.rules import IDENTIFIER
from veche.errors import Invalid

CHUNK = 1 << 16
LONGEST_ROW = 1 << 22
"""Characters of one feature; beyond this the file is not what it says it is."""
LANGUAGES = ("en", "ru", "zh")


class CannotRead(Invalid):
    """The file cannot be used at all."""

    code = "cannot-read"
    sentence = _("Nothing was imported: {why}")


class Fault(Exception):
    """Why a row cannot be taken, in words."""


class Entry(NamedTuple):
    """One object as a file tells it; None where it says nothing."""

    kind: str
    identifier: str
    names: str | None
    address: str | None
    longitude: float
    latitude: float
    outline: str | None
    owner: str | None
    since: dt.date | None
    until: dt.date | None
    digest: bytes


class Told(NamedTuple):
    """A row of a file: its line or the number of its feature, its values, its geometry."""

    line: int
    values: Mapping[str, str]
    geometry: Mapping[str, Any] | None
    fault: str = ""


def rows(path: Path) -> Iterator[Told]:
    """The rows of a CSV file with a header, or the features of a GeoJSON file.

    Raises:
        CannotRead: there is no such file, or it is neither.
    """
    if not path.is_file():
        raise CannotRead(why=_("there is no file {path}.").format(path=path))
    with path.open("rb") as file:
        start = file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
    return _features(path) if start[:1] == b"{" else _table(path)


def _table(path: Path) -> Iterator[Told]:
    with path.open(encoding="utf-8-sig", newline="", errors="surrogateescape") as file:
        reader = csv.reader(file)
        try:
            header = [cell.strip().lower() for cell in next(reader, [])]
        except csv.Error as error:
            raise CannotRead(why=f"{path}: {error}") from error
        known = {"id", "identifier"} & set(header)
        if not known or not {"longitude", "latitude"} <= set(header) | _aliased(header):
            raise CannotRead(
                why=_("{path} needs the columns id, longitude and latitude.").format(path=path)
            )
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Told(line, {}, None, str(error))
                continue
            if not any(cells):
                continue
            fault = ""
            if len(cells) != len(header):
                fault = str(_("The row has {count} columns, the header has {width}.")).format(
                    count=len(cells), width=len(header)
                )
            elif not _readable("".join(cells)):
                fault = str(_("The row holds zero bytes or is not UTF-8."))
            yield Told(line, dict(zip(header, cells, strict=False)), None, fault)


def _aliased(header: list[str]) -> set[str]:
    found = set()
    if {"lon", "long", "lng", "x"} & set(header):
        found.add("longitude")
    if {"lat", "y"} & set(header):
        found.add("latitude")
    return found


def _readable(text: str) -> bool:
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _features(path: Path) -> Iterator[Told]:
    """The features one after another; only one is held at a time."""
    decoder = json.JSONDecoder()
    with path.open(encoding="utf-8-sig", errors="surrogateescape") as file:
        text = ""
        while (found := re.search(r'"features"\s*:\s*\[', text)) is None:
            more = file.read(CHUNK)
            if not more or len(text) > LONGEST_ROW:
                raise CannotRead(why=_("{path} is not a GeoJSON FeatureCollection.").format(
                    path=path))  # fmt: skip
            text += more
        text, number = text[found.end() :], 0
        while True:
            text = text.lstrip(" \t\r\n,")
            if text[:1] == "]":
                return
            try:
                feature, end = decoder.raw_decode(text)
            except ValueError as error:
                more = file.read(CHUNK)
                if not more or len(text) > LONGEST_ROW:
                    raise CannotRead(
                        why=_("{path} is broken off after feature {number}.").format(
                            path=path, number=number
                        )
                    ) from error
                text += more
                continue
            text, number = text[end:], number + 1
            yield _feature(number, feature)


def _feature(number: int, feature: Any) -> Told:
    own = feature.get("properties") if isinstance(feature, dict) else None
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    if not isinstance(own, dict) or not isinstance(geometry, dict):
        return Told(number, {}, None, str(_("The feature has no properties or no geometry.")))
    values = {
        str(k).lower(): str(v)
        for k, v in own.items()
        if isinstance(v, str | int | float) and not isinstance(v, bool)
    }
    if "id" not in values and isinstance(feature.get("id"), str | int):
        values["id"] = str(feature["id"])
    fault = "" if _readable("".join(values.values())) else str(
        _("The row holds zero bytes or is not UTF-8.")
    )  # fmt: skip
    return Told(number, values, geometry, fault)


def entry(told: Told, kind: str) -> Entry:
    """The object of a row; ``kind`` where the row names none.

    Raises:
        Fault: the row cannot be taken; the text says why.
    """
    if told.fault:
        raise Fault(told.fault)
    values = {k: v.strip() for k, v in told.values.items()}

    def of(*names: str) -> str:
        return next((values[name] for name in names if values.get(name)), "")

    identifier, kind = of("identifier", "id"), of("kind") or kind
    for value in (identifier, kind):
        if not re.fullmatch(IDENTIFIER, value):
            raise Fault(
                _("“{identifier}” cannot be an identifier: use letters, digits and . _ : -").format(
                    identifier=value[:100]
                )
            )
    if len(kind) > 40:
        raise Fault(_("The name of the kind is too long."))
    longitude, latitude, outline = _place(told, of)
    names = {code: of(f"name_{code}", "name") for code in LANGUAGES}
    given = next((name for name in names.values() if name), "")
    names = {code: (name or of("name_en", "name_ru", "name_zh"))[:200]
             for code, name in names.items()}  # fmt: skip
    kept = (
        json.dumps(names, ensure_ascii=False) if given else None,
        of("address")[:240] or None,
        longitude,
        latitude,
        outline,
        of("owner") or None,
        _day(of("since")),
        _day(of("until")),
    )
    if kept[6] and kept[7] and kept[7] < kept[6]:
        raise Fault(_("It would end before it begins."))
    said = repr((kind, identifier, kept)).encode()
    return Entry(kind, identifier, *kept, hashlib.blake2b(said, digest_size=16).digest())


def _place(told: Told, of: Any) -> tuple[float, float, str | None]:
    if told.geometry is None:
        try:
            longitude = float(of("longitude", "lon", "long", "lng", "x").replace(",", "."))
            latitude = float(of("latitude", "lat", "y").replace(",", "."))
        except ValueError as error:
            raise Fault(_("Longitude or latitude is not a number.")) from error
        outline = None
    else:
        longitude, latitude, outline = _centre(told.geometry)
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise Fault(_("The point is not on earth."))
    if longitude == 0 and latitude == 0:
        raise Fault(_("The place is missing: latitude and longitude are zero."))
    return round(longitude, 7), round(latitude, 7), outline


def _centre(geometry: Mapping[str, Any]) -> tuple[float, float, str | None]:
    """The point of a geometry, and the geometry itself where it is more than a point."""
    try:
        shape = shapely.from_geojson(json.dumps(geometry))
        if shape.is_empty:
            raise ValueError
        middle = shape if shape.geom_type == "Point" else shape.representative_point()
        outline = None if shape.geom_type == "Point" else shapely.to_geojson(shape)
        return float(middle.x), float(middle.y), outline
    except (shapely.errors.GEOSException, ValueError, TypeError) as error:
        raise Fault(_("The geometry cannot be read.")) from error


def _day(text: str) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError as error:
        raise Fault(_("“{value}” is not a day as 2026-12-31.").format(value=text[:20])) from error
