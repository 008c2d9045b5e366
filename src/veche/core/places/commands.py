"""``veche places set OUTLINES.geojson``: the city, its districts and neighbourhoods."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

DESCRIPTION = """\
Add the territories of a GeoJSON file, or give those of the same code new outlines and names. Every
feature is a polygon in degrees (WGS 84) with the properties "code", "kind" (city, district or
neighbourhood), "name_en", "name_ru", "name_zh" (one of them is enough) and, but for the city,
"parent": the code of the territory around it."""
KINDS = ("city", "district", "neighbourhood")


def register(parser: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the words of this module to the command line."""
    places = parser.add_parser("places", help="the city, its districts and neighbourhoods")
    verbs = places.add_subparsers(title="verbs", metavar="VERB", required=True)
    bring = verbs.add_parser("set", help="add or redraw territories", description=DESCRIPTION)
    bring.add_argument("file", metavar="OUTLINES.geojson", type=Path)
    bring.set_defaults(run=run_set)


def run_set(args: argparse.Namespace) -> int:
    """Set every territory of the file, or none; 2 when the file is not as it must be."""
    from django.db import transaction

    from veche import clock
    from veche.core.places.models import Territory
    from veche.core.places.operations import add_territory
    from veche.core.places.queries import territory_by_code

    try:
        features = _features(args.file)
    except ValueError as fault:
        print(f"{args.file}: {fault}", file=sys.stderr)
        return 2
    at = clock.now()
    with transaction.atomic():
        for told in features:
            parent = territory_by_code(told["parent"]) if told["parent"] else None
            add_territory(
                by=None,
                at=at,
                code=told["code"],
                kind=Territory.Kind(told["kind"]),
                names=told["names"],
                outline=told["outline"],
                parent=parent,
            )
    print(f"Set: {len(features)} territories.")
    return 0


def _features(file: Path) -> list[dict[str, Any]]:
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
