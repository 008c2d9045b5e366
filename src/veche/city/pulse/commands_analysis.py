"""``veche pulse anomalies`` and ``veche pulse hotspots``: engines that need no database."""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import sys
import time
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

ANOMALIES = """\
Score every row of a CSV file with the columns timestamp and value: 0 is as ever, 1 is like nothing
before. One detector with the same settings for every series; it learns as it reads, so that a row
is judged by the rows above it only. Prints the file with a third column, anomaly_score. As JSON:
{"rows", "scores": [one a row], "seconds"}. The database is not asked."""

HOTSPOTS = """\
Forecast where events are to be expected: the cells to look at first, best first, on a fixed grid.
The file is a CSV with date and x,y (metres), x_ft,y_ft (feet) or lon,lat; with a column kind each
kind is forecast apart. Only events before --until are known; the forecast begins on that day.
The model is chosen per kind by what it would have caught before. Where the file has later events
the result stands beside the plain count's: PAI (share of events over share of area) and PEI* (of
what as many cells could have caught). As JSON: {"from", "to", "known", "model", "choice",
"cells": [{"rank", "x", "y", "x_min" ..., "expected", "count"}], "plain_count", "cold", "area_km2",
"whole_km2", "result": {"model", "count": {"hits", "events", "best", "pai", "pei"}}}, places named
and measured as in the file; with several kinds {"kinds": {KIND: the same}}. The database is not
asked."""


def register_analysis(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the engines to ``veche pulse``."""
    anomalies = verbs.add_parser(
        "anomalies", help="score how unusual each row of a series is", description=ANOMALIES
    )
    anomalies.add_argument("file", metavar="FILE.csv", type=Path)
    anomalies.add_argument("--json", action="store_true", help="print JSON")
    anomalies.set_defaults(run=run_anomalies)
    hotspots = verbs.add_parser(
        "hotspots", help="forecast where events are to be expected", description=HOTSPOTS
    )
    hotspots.add_argument("--events", metavar="FILE.csv", type=Path, required=True)
    hotspots.add_argument(
        "--until", metavar="DATE", type=dt.date.fromisoformat, required=True,
        help="the day the forecast begins; events before it are known",
    )  # fmt: skip
    hotspots.add_argument("--days", metavar="N", type=int, default=30, help="its length (30)")
    hotspots.add_argument(
        "--area", metavar="KM2", type=float, default=1.0, help="how much to look at (1 km²)"
    )
    hotspots.add_argument(
        "--cell", metavar="M", type=float, default=200.0, help="the side of a cell (200 m)"
    )
    hotspots.add_argument("--kind", metavar="KIND", help="only this kind")
    hotspots.add_argument(
        "--boundary", metavar="FILE.csv", type=Path,
        help="corners of the whole field, for PAI; else the outermost known events bound it",
    )  # fmt: skip
    hotspots.add_argument("--json", action="store_true", help="print JSON")
    hotspots.set_defaults(run=run_hotspots)


def _why(error: Exception) -> str:
    """What is wrong in words for people: the system's own sentence without its number."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error)


def run_anomalies(args: argparse.Namespace) -> int:
    """Print one score a row; 2 when the file cannot be read."""
    from veche.city.pulse.engines.anomalies import Unreadable, read_series, scores

    began = time.perf_counter()
    try:
        moments, values = read_series(args.file)
    except (OSError, Unreadable) as error:
        print(_("Cannot read %(file)s: %(why)s") % {"file": args.file, "why": _why(error)},
              file=sys.stderr)  # fmt: skip
        return 2
    told = scores(values)
    if args.json:
        seconds = round(time.perf_counter() - began, 3)
        print(json.dumps({"rows": len(told), "scores": told, "seconds": seconds}))
        return 0
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["timestamp", "value", "anomaly_score"])
    out.writerows(zip(moments, values, (f"{one:.6g}" for one in told), strict=True))
    return 0


def run_hotspots(args: argparse.Namespace) -> int:
    """Print the cells to look at first; 2 when the files or the wishes make no sense."""
    from veche.city.pulse.engines.hotspots import read_events
    from veche.city.pulse.engines.hotspots.events import Unreadable
    from veche.city.pulse.engines.hotspots.report import Asked, area_around, area_within, report

    asked = Asked(args.until, args.days, args.area, args.cell)
    try:
        if not (asked.days > 0 and asked.area > 0 and asked.cell > 0):
            raise Unreadable(_("days, area and cell must be more than 0"))
        kinds, field = read_events(args.events)
        if args.kind is not None:
            if args.kind not in kinds:
                raise Unreadable(_("there is no kind %(kind)s") % {"kind": args.kind})
            kinds = {args.kind: kinds[args.kind]}
        told = {}
        for kind, events in kinds.items():
            whole = (
                area_within(args.boundary, field)
                if args.boundary
                else area_around(events, asked.until)
            )
            told[kind] = report(events, field, asked, whole)
    except (OSError, ValueError, Unreadable) as error:
        print(_("Cannot read %(file)s: %(why)s") % {"file": args.events, "why": _why(error)},
              file=sys.stderr)  # fmt: skip
        return 2
    if args.json:
        print(json.dumps(next(iter(told.values())) if len(told) == 1 else {"kinds": told}))
        return 0
    for kind, one in told.items():
        _print_cells(kind, one)
    return 0


def _print_cells(kind: str, told: dict[str, Any]) -> None:
    """The cells of a kind as a table, its results under it."""
    out = csv.writer(sys.stdout, lineterminator="\n")
    cells = told["cells"]
    out.writerow(["kind", *cells[0]])
    out.writerows([kind, *cell.values()] for cell in cells)
    for name, result in told.get("result", {}).items():
        print(f"# {name}: " + ", ".join(f"{key} {value}" for key, value in result.items()))
