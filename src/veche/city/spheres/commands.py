"""``veche spheres``: timetables, rides and occurrences brought in from files."""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import gzip
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TIMETABLE = """\
Bring a timetable in GTFS in, a folder or a zip, in the place of the one of the same code. What is
read: agency, stops, routes, trips, stop_times, calendar and calendar_dates."""
RIDES = """\
Count the rides of a CSV file (plain or .gz) with the columns time, mode, from, to and, where a line
speaks of several, rides. "from" and "to" are codes of territories. Single rides are not kept: they
are added to the counts of their hour. The same file is not counted twice."""
OCCURRENCES = """\
Enter what happened from a CSV file with the columns number, kind, time, longitude, latitude and
text. Words that name somebody, or how to reach them, are left out. A second import of the same
numbers changes nothing."""


def register(parser: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the words of this module to the command line."""
    spheres = parser.add_parser("spheres", help="timetables, rides and occurrences")
    verbs = spheres.add_subparsers(title="verbs", metavar="VERB", required=True)
    timetable = verbs.add_parser("timetable", help="bring a timetable in", description=TIMETABLE)
    timetable.add_argument("path", metavar="GTFS", type=Path)
    timetable.add_argument("--code", default="city", help="which timetable it replaces")
    timetable.add_argument("--name", default="", help="its name, in every language")
    timetable.add_argument("--json", action="store_true", help="print the summary as JSON")
    timetable.set_defaults(run=run_timetable)
    rides = verbs.add_parser("rides", help="count rides", description=RIDES)
    rides.add_argument("file", metavar="FILE.csv", type=Path)
    rides.add_argument("--json", action="store_true", help="print the summary as JSON")
    rides.set_defaults(run=run_rides)
    happened = verbs.add_parser("occurrences", help="enter what happened", description=OCCURRENCES)
    happened.add_argument("file", metavar="FILE.csv", type=Path)
    happened.add_argument("--source", required=True, metavar="NAME", help="who tells it")
    happened.add_argument("--json", action="store_true", help="print the summary as JSON")
    happened.set_defaults(run=run_occurrences)


def _say(summary: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(summary))
    else:
        print(", ".join(f"{name}: {value}" for name, value in summary.items()))


def run_timetable(args: argparse.Namespace) -> int:
    """Load the timetable; 2 when it is none."""
    from veche import clock
    from veche.city.spheres.gtfs import Unreadable, read
    from veche.city.spheres.operations.timetable import load_timetable
    from veche.languages import everywhere

    try:
        told = read(args.path)
    except (Unreadable, OSError) as fault:
        print(fault, file=sys.stderr)
        return 2
    name = args.name or args.path.stem
    load_timetable(by=None, at=clock.now(), code=args.code, names=everywhere(name), told=told)
    summary = {
        "stops": len(told.stops), "lines": len(told.lines), "trips": len(told.trips),
        "calls": len(told.calls), "left_out": told.left_out,
    }  # fmt: skip
    _say(summary, args.json)
    return 0


def _lines(path: Path) -> Iterator[dict[str, str]]:
    opened: Any = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _moment(text: str) -> dt.datetime | None:
    from veche.core.cases.terms import city_zone

    try:
        found = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=city_zone())


def run_rides(args: argparse.Namespace) -> int:
    """Count the rides of a file; 2 when it cannot be read, 1 when it was counted already."""
    from veche import clock
    from veche.city.spheres.operations.rides import CountedAlready, Ride, count_rides
    from veche.core.places.queries import atlas

    refused = 0
    codes = {code: one.pk for code, one in atlas().by_code.items()}

    def rides() -> Iterator[Ride]:
        nonlocal refused
        for row in _lines(args.file):
            at = _moment(row.get("time") or "")
            origin, there = codes.get(row.get("from") or ""), codes.get(row.get("to") or "")
            number = row.get("rides") or "1"
            if at is None or origin is None or there is None or not number.isdigit():
                refused += 1
            elif count := int(number):
                yield Ride(at, (row.get("mode") or "bus")[:12], origin, there, count)

    try:
        with args.file.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        counted = count_rides(by=None, at=clock.now(), rides=rides(), digest=digest)
    except CountedAlready as fault:
        print(fault, file=sys.stderr)
        return 1
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        print(fault, file=sys.stderr)
        return 2
    _say({"rides": counted, "refused": refused}, args.json)
    return 0


def run_occurrences(args: argparse.Namespace) -> int:
    """Enter the occurrences of a file; 2 when it cannot be read."""
    from veche import clock
    from veche.city.spheres.operations.occurrences import Happened, enter_occurrences

    rows, refused = [], 0
    try:
        for row in _lines(args.file):
            at = _moment(row.get("time") or "")
            try:
                where = float(row.get("longitude") or ""), float(row.get("latitude") or "")
            except ValueError:
                at = None
            number, kind = row.get("number") or "", row.get("kind") or ""
            if at is None or not number or not kind:
                refused += 1
                continue
            rows.append(Happened(number[:60], kind[:40], at, *where, row.get("text") or ""))
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        print(fault, file=sys.stderr)
        return 2
    found = enter_occurrences(by=None, at=clock.now(), source=args.source[:40], rows=rows)
    _say({**found._asdict(), "refused": refused}, args.json)
    return 0
