"""``veche delivery import FILE.csv``: a strategy that was written as a table."""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from pathlib import Path

from django.utils.translation import gettext as _

DESCRIPTION = """\
Bring a strategy in from a table: CSV in UTF-8, plain or packed by gzip, one item a row. Columns:
code, kind (goal, task or measure) and title are needed; above (the code of the item above; without
this column it follows from the code), title_ru, title_zh, owner (code or name of the office),
begins, ends, planned, spent, indicator, unit (and _ru, _zh), baseline, baseline_on, target,
target_on, value and value_on (what was measured) may be there. A second import of the same file
changes nothing; of a newer file it writes what changed, and every date, sum or target that stood
there before stays written with the reason. Rows that cannot be taken go to the file of rejects."""


def register(parser: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the words of this module to the command line."""
    delivery = parser.add_parser("delivery", help="the strategy and the promises of the city")
    verbs = delivery.add_subparsers(dest="verb", required=True, metavar="VERB")
    bring = verbs.add_parser(
        "import", help="import a strategy from a table", description=DESCRIPTION
    )
    bring.add_argument("file", metavar="FILE.csv", type=Path)
    bring.add_argument("--strategy", metavar="CODE", help="its code; else the name of the file")
    bring.add_argument("--title", metavar="TEXT", help="its name")
    bring.add_argument("--title-ru", metavar="TEXT", help="its name in Russian")
    bring.add_argument("--title-zh", metavar="TEXT", help="its name in Chinese")
    bring.add_argument("--territory", metavar="CODE", help="its place; else the whole city")
    bring.add_argument("--reason", metavar="TEXT", default="", help="why it was changed")
    bring.add_argument("--rejects", metavar="FILE", type=Path)
    bring.add_argument("--json", action="store_true", help="print the summary as JSON")
    bring.set_defaults(run=run_import)


def run_import(args: argparse.Namespace) -> int:
    """Import; the summary is printed, 2 is returned where nothing could be imported."""
    from veche import clock
    from veche.city.delivery.operations.imports import import_strategy
    from veche.core.places.queries import atlas
    from veche.imported import CannotImport

    begun = time.monotonic()
    said = {"en": args.title, "ru": args.title_ru, "zh": args.title_zh}
    places = atlas()
    territory = places.by_code.get(args.territory) if args.territory else places.home()
    code = args.strategy or _code(args.file)
    try:
        if territory is None:
            raise CannotImport(
                why=_("there is no territory “{code}”.").format(code=args.territory)
                if args.territory
                else _("there is no city yet: import its outlines first.")
            )
        if not re.fullmatch(r"[a-zA-Z0-9_-]{1,40}", code):
            raise CannotImport(
                why=_("“{code}” cannot be the code of a strategy: letters, digits, hyphens, at "
                      "most 40; give one with --strategy.").format(code=code))  # fmt: skip
        found = import_strategy(
            by=None,
            at=clock.now(),
            file=args.file,
            code=code,
            titles={language: text for language, text in said.items() if text},
            territory=territory,
            reason=args.reason,
            rejects=args.rejects,
        )
    except CannotImport as refusal:
        print(refusal, file=sys.stderr)
        return 2
    seconds = round(time.monotonic() - begun, 2)
    if args.json:
        print(json.dumps({**found, "seconds": seconds}))
        return 0
    sentence = _(
        "Read {read} rows in {seconds} s: {imported} imported, {superseded} changed and "
        "superseded, {unchanged} unchanged, {rejected} rejected."
    )
    print(sentence.format(**found, seconds=seconds))
    if found["rejected"] and args.rejects is None:
        print(_("Name a file with --rejects to see which rows and why."))
    return 0


def _code(file: Path) -> str:
    """The name of the file as a code."""
    return re.sub(r"[^a-z0-9]+", "-", file.name.split(".", 1)[0].lower()).strip("-")[:40]
