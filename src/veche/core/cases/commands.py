"""``veche cases terms …`` and ``veche cases calendar …``."""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import sys
from pathlib import Path

from veche.errors import Refused

CALENDAR = """\
Without a file: print the days that are not what their weekday says. With a CSV file (columns day,
works, and name or name_en, name_ru, name_zh): set them. Open terms of working days move later where
a holiday was added, and never earlier."""


def register(parser: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the words of this module to the command line."""
    cases = parser.add_parser("cases", help="how long steps may take, and the working calendar")
    verbs = cases.add_subparsers(title="verbs", metavar="VERB", required=True)
    terms = verbs.add_parser("terms", help="print the terms, or set one")
    terms.add_argument("step", nargs="?", metavar="PROCEDURE.STEP", help="the term to set")
    terms.add_argument("number", nargs="?", type=int)
    terms.add_argument("unit", nargs="?", choices=["hours", "calendar_days", "working_days"])
    terms.add_argument("--theme", default="", help="for this theme only")
    terms.set_defaults(run=run_terms)
    days = verbs.add_parser(
        "calendar", help="print the calendar, or set days", description=CALENDAR
    )
    days.add_argument("file", nargs="?", metavar="DAYS.csv", type=Path)
    days.set_defaults(run=run_calendar)


def run_terms(args: argparse.Namespace) -> int:
    """Print or set; 2 where the step or the number means nothing."""
    from veche import clock
    from veche.core.cases import operations, queries
    from veche.core.cases.rules import Unit
    from veche.core.cases.sync import load_procedures

    load_procedures()
    if not args.step:
        for row in queries.terms():
            theme = f" {row.theme}" if row.theme else ""
            print(f"{row.procedure}.{row.state}{theme}: {row.number} {row.unit}")
        return 0
    if args.number is None or args.unit is None:
        print(
            "Give the number and the unit: hours, calendar_days or working_days.", file=sys.stderr
        )
        return 2
    procedure, _dot, state = args.step.partition(".")
    try:
        operations.set_term(
            by=None,
            at=clock.now(),
            procedure=procedure,
            state=state,
            number=args.number,
            unit=Unit(args.unit),
            theme=args.theme,
        )
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 2
    print(f"{args.step}: {args.number} {args.unit}")
    return 0


def run_calendar(args: argparse.Namespace) -> int:
    """Print or set; 2 where the file cannot be read."""
    from veche import clock
    from veche.core.cases import operations
    from veche.core.cases.models import CalendarDay

    if args.file is None:
        for row in CalendarDay.objects.order_by("day"):
            print(
                f"{row.day} {'worked' if row.works else 'free'} {row.names.get('en', '')}".strip()
            )
        return 0
    days = {}
    try:
        with args.file.open(encoding="utf-8-sig", newline="") as file:
            for line in csv.DictReader(file):
                works = line["works"].strip().lower() in ("1", "yes", "true", "worked")
                names = {
                    code: line.get(f"name_{code}") or line.get("name") or ""
                    for code in ("en", "ru", "zh")
                }
                days[dt.date.fromisoformat(line["day"].strip())] = (
                    works,
                    {code: name for code, name in names.items() if name},
                )
        count = operations.set_calendar(by=None, at=clock.now(), days=days)
    except (OSError, KeyError, ValueError, AttributeError, Refused) as fault:
        print(f"{args.file}: {fault}", file=sys.stderr)
        return 2
    print(count)
    return 0
