"""``veche places``: the city, its districts and neighbourhoods, and the objects in them."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from django.utils.translation import gettext as _

DESCRIPTION = """\
Add the territories of a GeoJSON file, or give those of the same code new outlines and names. Every
feature is a polygon in degrees (WGS 84) with the properties "code", "kind" (city, district or
neighbourhood), "name_en", "name_ru", "name_zh" (one of them is enough) and, but for the city,
"parent": the code of the territory around it."""
IMPORT = """\
Bring the objects of a register in, or the outlines of territories. Objects come as CSV with a
header (id, longitude, latitude; kind, name or name_en, name_ru, name_zh, address, owner, since,
until) or as GeoJSON features with the same properties; the owner is the code of an office. A second
import of the same file changes nothing. An empty cell says nothing: what was known stays. Rows that
cannot be taken go to the file of rejects with their line and the reason. Outlines are GeoJSON as
for "set"."""


def register(parser: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the words of this module to the command line."""
    places = parser.add_parser("places", help="the city, its districts, and the objects in them")
    verbs = places.add_subparsers(title="verbs", metavar="VERB", required=True)
    bring = verbs.add_parser("set", help="add or redraw territories", description=DESCRIPTION)
    bring.add_argument("file", metavar="OUTLINES.geojson", type=Path)
    bring.set_defaults(run=run_set)
    load = verbs.add_parser(
        "import", help="import objects or outlines of a register", description=IMPORT
    )
    load.add_argument("file", metavar="FILE", type=Path)
    load.add_argument("--kind", default="", help="what the objects are, where rows do not say")
    what = load.add_mutually_exclusive_group()
    what.add_argument("--objects", action="store_const", const="objects", dest="what")
    what.add_argument("--outlines", action="store_const", const="outlines", dest="what")
    load.add_argument("--source", default="", metavar="NAME", help="the name of the register")
    load.add_argument(
        "--complete", action="store_true", help="what the file no longer lists has ended"
    )
    load.add_argument("--rejects", metavar="FILE", type=Path)
    load.add_argument("--json", action="store_true", help="print the summary as JSON")
    load.set_defaults(run=run_import)
    shown = verbs.add_parser("objects", help="list the objects of the registry")
    shown.add_argument("--kind", default="", help="of this kind only")
    shown.add_argument("--territory", default="", metavar="CODE", help="in this territory only")
    shown.add_argument("--gone", action="store_true", help="those that no longer stand")
    shown.set_defaults(run=run_objects)
    kind = verbs.add_parser("kind", help="name a kind of object")
    kind.add_argument("code", help="its code, as in the registry")
    kind.add_argument("--name", required=True, help="its name, in English or in every language")
    kind.add_argument("--name-ru", help="its name in Russian")
    kind.add_argument("--name-zh", help="its name in Chinese")
    kind.set_defaults(run=run_kind)


def run_set(args: argparse.Namespace) -> int:
    """Set every territory of the file, or none; 2 when the file is not as it must be."""
    from django.db import transaction

    from veche import clock
    from veche.core.places.models import Territory
    from veche.core.places.operations import add_territory
    from veche.core.places.operations.outlines import outlines_of
    from veche.core.places.queries import territory_by_code

    try:
        features = outlines_of(args.file)
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


def run_import(args: argparse.Namespace) -> int:
    """Import; the summary is printed, 2 is returned where nothing could be imported."""
    from veche import clock
    from veche.core.places.bulk import import_objects
    from veche.core.places.operations.outlines import import_outlines, looks_like_outlines
    from veche.core.places.reader import CannotRead

    begun = time.monotonic()
    live = sys.stderr.isatty()

    def show(done: int) -> None:
        if live:
            print(f"\r{done}\x1b[K", end="", file=sys.stderr, flush=True)

    try:
        what = args.what or ("outlines" if looks_like_outlines(args.file) else "objects")
        if what == "outlines":
            found = import_outlines(by=None, at=clock.now(), file=args.file, rejects=args.rejects)
        else:
            found = import_objects(
                by=None,
                at=clock.now(),
                file=args.file,
                kind=args.kind,
                source=args.source,
                complete=args.complete,
                rejects=args.rejects,
                progress=show,
            )
    except CannotRead as refusal:
        print(refusal, file=sys.stderr)
        return 2
    if live:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    seconds = round(time.monotonic() - begun, 2)
    if args.json:
        print(json.dumps({**found, "what": what, "seconds": seconds}))
        return 0
    sentence = _(
        "Read {read} rows in {seconds} s: {added} added, {changed} changed, {unchanged} unchanged, "
        "{ended} ended, {rejected} rejected."
    )
    print(sentence.format(**found, seconds=seconds))
    if found["rejected"] and args.rejects is None:
        print(_("Name a file with --rejects to see which rows and why."))
    return 0


def run_objects(args: argparse.Namespace) -> int:
    """Print the objects as a table of tabs: kind, identifier, name, place, owner, term."""
    from veche import clock
    from veche.core.places.queries import atlas, territory_by_code
    from veche.core.places.queries.objects import Choice

    places = atlas()
    place = territory_by_code(args.territory) if args.territory else places.home()
    if place is None:
        return 0
    choice = Choice(place=place, kind=args.kind, gone=args.gone)
    for one in choice.rows(places, clock.now().date()).iterator(chunk_size=2000):
        owner = one.owner.code if one.owner else ""
        print(
            one.kind.code, one.identifier, one, one.address, one.longitude, one.latitude,
            one.territory.code, owner, one.since or "", one.until or "", sep="\t",
        )  # fmt: skip
    return 0


def run_kind(args: argparse.Namespace) -> int:
    """Name the kind."""
    from veche import clock
    from veche.core.places.operations.objects import set_kind

    names = {"en": args.name, "ru": args.name_ru or args.name, "zh": args.name_zh or args.name}
    set_kind(by=None, at=clock.now(), code=args.code, names=names)
    print(_("Set: {name}.").format(name=args.code))
    return 0
