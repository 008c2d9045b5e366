"""``veche problems import FILE``, ``… categories FILE`` and ``… statistics``."""

from __future__ import annotations

import argparse
import json
import sys
import time
import tomllib
from pathlib import Path

from django.utils.translation import gettext as _

DESCRIPTION = """\
Bring the records of another system in. The file is CSV in UTF-8, plain or packed by gzip; MAP.toml
says which of its columns means what (docs/city/import has examples). A second import of the same
file changes nothing; of a newer file it writes what changed. Rows that cannot be taken go to the
file of rejects with their line and the reason. Names of authors are never kept: a column named as
"author" is dropped."""


CATEGORIES = """\
Add the categories of a TOML file, or change those of the same code. Each [[category]] has "code"
and "names" (en, ru, zh), and may have "group" (the code of another one before it, which then only
holds others), "anonymous_allowed", "active", "urgent_words" (lists by language) and "questions"
(code, kind: choice, text, number or yesno; names; choices; required)."""


def register(parser: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the words of this module to the command line."""
    problems = parser.add_parser("problems", help="import problems; their statistics")
    verbs = problems.add_subparsers(dest="verb", required=True, metavar="VERB")
    bring = verbs.add_parser(
        "import", help="import the records of another system", description=DESCRIPTION
    )
    bring.add_argument("file", metavar="FILE", type=Path)
    bring.add_argument("--format", choices=["csv"], default="csv")
    bring.add_argument("--columns", metavar="MAP.toml", type=Path)
    bring.add_argument("--area", metavar="OUTLINES.geojson", type=Path)
    bring.add_argument("--source", metavar="NAME", help="the name of the source")
    bring.add_argument("--rejects", metavar="FILE", type=Path)
    bring.add_argument("--json", action="store_true", help="print the summary as JSON")
    bring.set_defaults(run=run_import)
    kinds = verbs.add_parser("categories", help="set the categories", description=CATEGORIES)
    kinds.add_argument("file", metavar="FILE.toml", type=Path)
    kinds.set_defaults(run=run_categories)
    count = verbs.add_parser("statistics", help="what became of the problems, in figures")
    count.add_argument("--json", action="store_true", help="print JSON (there is no other form)")
    count.set_defaults(run=run_statistics)


def run_import(args: argparse.Namespace) -> int:
    """Import; the summary is printed, 2 is returned where nothing could be imported."""
    from veche import clock
    from veche.city.problems.bulk.imports import import_problems
    from veche.city.problems.imports.mapping import read_mapping
    from veche.imported import CannotImport

    begun = time.monotonic()
    bar = _Bar()
    try:
        stem = args.file.name.split(".", 1)[0]
        found = import_problems(
            by=None,
            at=clock.now(),
            file=args.file,
            mapping=read_mapping(args.columns, stem, args.source),
            area=args.area,
            rejects=args.rejects,
            progress=bar.show,
        )
    except CannotImport as refusal:
        bar.clear()
        print(refusal, file=sys.stderr)
        return 2
    bar.clear()
    seconds = round(time.monotonic() - begun, 2)
    if args.json:
        print(json.dumps({**found, "seconds": seconds}))
        return 0
    sentence = _(
        "Read {read} rows in {seconds} s: {imported} imported, {updated} updated, "
        "{unchanged} unchanged, {rejected} rejected, {came_back} came back."
    )
    print(sentence.format(**found, seconds=seconds))
    if found["rejected"] and args.rejects is None:
        print(_("Name a file with --rejects to see which rows and why."))
    return 0


def run_categories(args: argparse.Namespace) -> int:
    """Set the categories of the file; 2 when it is not as it must be."""
    from veche import clock
    from veche.city.problems.bulk import Kind, set_categories

    try:
        listed = tomllib.loads(args.file.read_text(encoding="utf-8"))["category"]
        groups = {one["group"] for one in listed if one.get("group")}
        found = [Kind(**{"active": one["code"] not in groups, **one}) for one in listed]
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as fault:
        print(_("{file} is not a list of categories: {why}").format(file=args.file, why=fault),
              file=sys.stderr)  # fmt: skip
        return 2
    unknown = {k.group for k in found if k.group} - {k.code for k in found}
    if unknown:
        print(_("There is no category {code}.").format(code=", ".join(sorted(map(str, unknown)))),
              file=sys.stderr)  # fmt: skip
        return 2
    set_categories(by=None, at=clock.now(), kinds=sorted(found, key=lambda k: k.group is not None))
    print(_("Set: {count} categories.").format(count=len(found)))
    return 0


class _Bar:
    """A line on the error stream that says how far it is; silent where nobody watches."""

    WIDTH = 30

    def __init__(self) -> None:
        self.live = sys.stderr.isatty()

    def show(self, what: str, done: int, whole: int) -> None:
        """``what`` is ``read``, ``write`` or ``look``."""
        if not self.live:
            return
        part = min(1.0, done / max(whole, 1))
        words = {
            "read": _("Reading"),
            "write": _("Writing"),
            "look": _("Looking for what came back"),
        }[what]
        bar = ("█" * round(part * self.WIDTH)).ljust(self.WIDTH, "░")
        print(f"\r{words} {bar} {part:4.0%}\x1b[K", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Leave an empty line for what comes next."""
        if self.live:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def run_statistics(args: argparse.Namespace) -> int:
    """Print the statistics as JSON."""
    from veche import clock
    from veche.city.problems.queries.statistics import statistics_json

    print(json.dumps(statistics_json(clock.now()), ensure_ascii=False, indent=1))
    return 0
