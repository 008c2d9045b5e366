"""``veche moderation``: a city's limits and reasons."""

from __future__ import annotations

import argparse
import json
from pathlib import Path


def register(parser: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the words of this module to the command line."""
    moderation = parser.add_parser("moderation", help="limits and reasons of moderation")
    verbs = moderation.add_subparsers(dest="verb", required=True, metavar="VERB")
    limits = verbs.add_parser("limits", help="print how much may be written")
    limits.set_defaults(run=run_limits)
    limit = verbs.add_parser("limit", help="set how much may be written")
    limit.add_argument("what", help="as problem.report; '' for everything")
    limit.add_argument("scope", choices=("person", "place", "address"))
    limit.add_argument("most", type=int)
    limit.add_argument("--seconds", type=int, default=86_400, help="the window; a day by default")
    limit.set_defaults(run=run_limit)
    reasons = verbs.add_parser("reasons", help="print the reasons, or set them from a JSON file")
    reasons.add_argument("file", type=Path, nargs="?")
    reasons.set_defaults(run=run_reasons)
    past = verbs.add_parser("past", help="put into the log what was rejected before there was one")
    past.set_defaults(run=run_past)


def run_limits(args: argparse.Namespace) -> int:
    """Print every limit that counts: the city's own before those of the program."""
    from veche.core.moderation.limits import DEFAULTS, Cap
    from veche.core.moderation.models import Limit

    known = {key: (cap, "") for key, cap in DEFAULTS.items()}
    for row in Limit.objects.all():
        known[row.what, row.scope] = (Cap(row.most, row.seconds), "city")
    for (what, scope), (cap, whose) in sorted(known.items()):
        print(f"{what or '*':24} {scope:8} {cap.most:6} in {cap.seconds} s {whose}".rstrip())
    return 0


def run_limit(args: argparse.Namespace) -> int:
    """Set one limit."""
    from veche import clock
    from veche.core.moderation.operations import set_limit

    row = set_limit(
        by=None,
        at=clock.now(),
        what=args.what,
        scope=args.scope,
        most=args.most,
        seconds=args.seconds,
    )
    print(row)
    return 0


def run_reasons(args: argparse.Namespace) -> int:
    """Print the reasons as JSON, or set those of a file of the same form."""
    from veche import clock
    from veche.core.moderation.operations import set_reason
    from veche.core.moderation.reasons import reasons

    keys = ("code", "names", "sentences", "used_for", "rule", "position", "active")
    if args.file is None:
        rows = [{key: getattr(row, key) for key in keys} for row in reasons()]
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return 0
    given = json.loads(args.file.read_text(encoding="utf-8"))
    for row in given:
        set_reason(by=None, at=clock.now(), **{key: row[key] for key in keys if key in row})
    print(len(given))
    return 0


def run_past(args: argparse.Namespace) -> int:
    """Put past rejections into the log."""
    from veche import clock
    from veche.core.moderation.operations import take_up_past

    print(take_up_past(by=None, at=clock.now()))
    return 0
