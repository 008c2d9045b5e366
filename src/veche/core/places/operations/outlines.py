"""Outlines of territories from a GeoJSON file: all of it at once, or what of it is good."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import shapely
from django.utils.translation import gettext_lazy as _

from veche.core.journal.operations import record
from veche.core.places.bulk import Rejects
from veche.core.places.models import Territory
from veche.core.places.operations import BadOutline, add_territory, valid_outline
from veche.core.places.reader import rows
from veche.operation import operation

KINDS = ("city", "district", "neighbourhood")
LANGUAGES = ("en", "ru", "zh")
LOOKED_AT = 5


def looks_like_outlines(file: Path) -> bool:
    """Whether the first features of a file are territories.

    Raises:
        CannotRead: the file cannot be used.
    """
    first = [row for row, _n in zip(rows(file), range(LOOKED_AT), strict=False)]
    return bool(first) and all(
        row.geometry is not None
        and row.geometry.get("type") in ("Polygon", "MultiPolygon")
        and row.values.get("kind") in KINDS
        and bool(row.values.get("code"))
        for row in first
    )


@operation
def import_outlines(
    *, by: None, at: dt.datetime, file: Path, rejects: Path | None = None
) -> dict[str, int]:
    """Add the territories of a file or redraw them; a second time only what changed is written.

    Gives ``read``, ``added``, ``changed``, ``unchanged``, ``ended`` (always 0: a territory does
    not end by an import) and ``rejected``.

    Raises:
        CannotRead: the file cannot be used; nothing was written.
    """
    refused = Rejects(rejects)
    found = dict.fromkeys(("read", "added", "changed", "unchanged", "ended"), 0)
    known = {t.code: t for t in Territory.objects.all()}
    try:
        told = [(row.line, row.values, row.geometry) for row in rows(file)]
        found["read"] = len(told)
        order = {kind: place for place, kind in enumerate(KINDS)}
        for line, values, geometry in sorted(
            told, key=lambda row: (order.get(row[1].get("kind", ""), 9), row[0])
        ):
            try:
                changed = _set(known, values, geometry or {}, at)
            except (ValueError, BadOutline) as fault:
                refused.add(line, str(fault), str(values.get("code", "")))
                continue
            found[changed] += 1
    finally:
        refused.close()
    found["rejected"] = refused.count
    record(
        kind="places.outlines-imported",
        by=by,
        at=at,
        subject=f"import:{file.name[:60]}",
        public=dict(found),
    )
    return found


def _set(
    known: dict[str, Territory],
    values: Mapping[str, str],
    geometry: Mapping[str, Any],
    at: dt.datetime,
) -> str:
    """Write one territory where the file says something new: added, changed or unchanged.

    Raises:
        ValueError, BadOutline: it cannot be taken; the text says why.
    """
    code, kind = values.get("code", ""), values.get("kind", "")
    if not code or kind not in KINDS:
        raise ValueError(_("It needs a code and a kind: {kinds}.").format(kinds=", ".join(KINDS)))
    given = [values[f"name_{x}"] for x in LANGUAGES if values.get(f"name_{x}")]
    if not given:
        raise ValueError(_("It needs name_en, name_ru or name_zh."))
    parent = known.get(values.get("parent", ""))
    if (kind == "city") is (parent is not None):
        raise ValueError(_("All territories but the city lie in another that is known."))
    names = {x: values.get(f"name_{x}") or given[0] for x in LANGUAGES}
    outline = json.loads(shapely.to_geojson(valid_outline(names["en"], geometry)))
    old = known.get(code)
    if old is not None and (old.kind, old.names, old.outline, old.parent_id) == (
        kind, names, outline, parent.pk if parent else None,
    ):  # fmt: skip
        return "unchanged"
    known[code] = add_territory(
        by=None,
        at=at,
        code=code,
        kind=Territory.Kind(kind),
        names=names,
        outline=outline,
        parent=parent,
    )
    return "changed" if old is not None else "added"


def outlines_of(file: Path) -> list[dict[str, Any]]:
    """The features of the file, the largest kind first.

    Raises:
        ValueError: a feature lacks what it needs; the text says which.
    """
    try:
        read = json.loads(file.read_text(encoding="utf-8"))
        listed = list(read["features"])
    except (KeyError, TypeError, json.JSONDecodeError) as fault:
        raise ValueError("this is not a GeoJSON FeatureCollection") from fault
    found = []
    for number, feature in enumerate(listed, 1):
        own = feature.get("properties") if isinstance(feature, dict) else None
        if not isinstance(own, dict) or not own.get("code") or own.get("kind") not in KINDS:
            raise ValueError(f"feature {number} needs a code and a kind: {', '.join(KINDS)}")
        given = [str(own[f"name_{x}"]) for x in ("en", "ru", "zh") if own.get(f"name_{x}")]
        if not given:
            raise ValueError(f"feature {number} needs name_en, name_ru or name_zh")
        if (own["kind"] == "city") is bool(own.get("parent")):
            raise ValueError(f"feature {number}: all but the city have a parent")
        names = {x: str(own.get(f"name_{x}") or given[0]) for x in ("en", "ru", "zh")}
        found.append(
            {
                "code": str(own["code"]),
                "kind": own["kind"],
                "names": names,
                "parent": str(own.get("parent") or ""),
                "outline": feature.get("geometry") or {},
            }
        )
    return sorted(found, key=lambda told: KINDS.index(told["kind"]))
