"""``veche ideas import``: ideas and statements of another platform."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from django.utils.translation import gettext as _

DESCRIPTION = """\
Bring in what was written on another platform. "decidim": its export of proposals as CSV, with
commas or semicolons, one language or several. "polis": comments.csv of a conversation, or its
folder, whose votes come as well. "csv": any table; MAP.toml says which column means what (parts
"columns", "dates", "source"); without one the columns are called id, title, text, published,
address, state, supports, comments, latitude, longitude, language. A second import of the same
source changes nothing; of a newer file it writes what changed. Rows that cannot be taken go to the
file of rejects with their line and the reason; names of people are neither kept nor written there.
Without --call they stand under a call of their own that is answered already. As JSON: {"read",
"imported", "updated", "unchanged", "rejected", "call", "seconds"}, of a Polis conversation also
"votes"."""


def add_import(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the word to those of ``veche ideas``."""
    bring = verbs.add_parser(
        "import", help="import what was written on another platform", description=DESCRIPTION
    )
    bring.add_argument("file", metavar="FILE", type=Path)
    bring.add_argument("--format", choices=["decidim", "polis", "csv"], required=True)
    bring.add_argument("--columns", metavar="MAP.toml", type=Path)
    bring.add_argument("--call", metavar="NUMBER", help="the call they belong to")
    bring.add_argument("--source", metavar="NAME", help="what the platform is called here")
    bring.add_argument("--rejects", metavar="FILE", type=Path)
    bring.add_argument("--json", action="store_true", help="print the summary as JSON")
    bring.set_defaults(run=run_import)


def run_import(args: argparse.Namespace) -> int:
    """Import; the summary is printed, 2 is returned where nothing could be imported."""
    from veche import clock
    from veche.city.ideas import access
    from veche.city.ideas.operations.imports import import_ideas
    from veche.city.ideas.operations.imports_polis import import_conversation
    from veche.imported import CannotImport

    begun = time.monotonic()
    at = clock.now()
    try:
        call = None
        if args.call:
            call = access.calls().filter(case__number=args.call).first()
            if call is None:
                raise CannotImport(why=_("there is no call {number}.").format(number=args.call))
        source = args.source or args.file.name.split(".", 1)[0][:40]
        if args.format == "polis":
            found = import_conversation(
                by=None, at=at, file=args.file, source=source, call=call, rejects=args.rejects
            )
        else:
            found = import_ideas(
                by=None,
                at=at,
                file=args.file,
                form=args.format,
                source=source,
                columns=args.columns,
                call=call,
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
        "Read {read} rows in {seconds} s: {imported} imported, {updated} updated, "
        "{unchanged} unchanged, {rejected} rejected; they stand under call {call}."
    )
    print(sentence.format(**found, seconds=seconds))
    if found["rejected"] and args.rejects is None:
        print(_("Name a file with --rejects to see which rows and why."))
    return 0
