"""``veche opendata publish DIR`` and ``veche verify DIR|URL|RECEIPT``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from veche.core.opendata import checking, standalone


def register(parser: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the words of this module to the command line."""
    opendata = parser.add_parser("opendata", help="publish datasets and figures")
    verbs = opendata.add_subparsers(dest="verb", required=True, metavar="VERB")
    publish = verbs.add_parser("publish", help="write a publication that anyone can check")
    publish.add_argument("folder", metavar="DIR", type=Path)
    publish.add_argument("--json", action="store_true", help="print a summary as JSON")
    publish.set_defaults(run=run_publish)
    verify = parser.add_parser("verify", help="check figures, logs, receipts, counts by themselves")
    checking.add_words(verify)
    verify.set_defaults(run=run_verify)


def run_publish(args: argparse.Namespace) -> int:
    """Publish; the folder, what it holds, and its digest are printed."""
    from veche import clock
    from veche.core.opendata.operations import publish

    live = sys.stderr.isatty()

    def progress(text: str) -> None:
        if live:
            print(f"\r{text}\x1b[K", end="", file=sys.stderr, flush=True)

    result = publish(by=None, at=clock.now(), folder=args.folder, progress=progress)
    progress("")
    if args.json:
        keys = ("folder", "datasets", "rows", "figures", "cells", "seconds", "sha256")
        print(json.dumps({key: result[key] for key in keys}, ensure_ascii=False))
    else:
        print(f"Published in {args.folder}. {result['summary']}")
        print(f"SHA-256 of checksums.sha256: {result['sha256']}")
    return 0


def run_verify(args: argparse.Namespace) -> int:
    """Verify; see `veche.core.opendata.checking`."""
    checking.CHECKS[:] = standalone.checks()
    return checking.run_check(args)
