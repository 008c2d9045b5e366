"""A year of a city in some minutes: what a page and a sweep cost must not grow with the past.

Month by month: the new problems are brought in bulk as they stand on the last day, the offices
answer by operations what is left open of the month before, the timers sweep, and pages are
measured. ``SOAK_DAILY=1500`` takes the load of a city of 800,000 people in full; without it a
tenth. Figures of CPU are those of this process and of its database process together.

Runs on a database of its own beside the one of the home. Each month is written to a table under
the home as it is lived; a run that was broken off goes on after its last whole month, and
``SOAK_MONTHS`` may be raised. ``SOAK_AGAIN=1`` begins anew; ``SOAK_KEEP=1`` keeps the database of
a year that was lived to its end. Sweeps are told in seconds without the time in which other
programs had the processor: a full year takes hours, and may run beside other work.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import connection

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.soak.parts import cost, pages, town
from veche import clock
from veche.project import home as homes

DAILY = int(os.environ.get("SOAK_DAILY", "150"))
"""Problems a day; the seed's city has 1,500."""
MONTHS = int(os.environ.get("SOAK_MONTHS", "12"))
AGAIN = os.environ.get("SOAK_AGAIN") == "1"
KEEP = os.environ.get("SOAK_KEEP") == "1"
MONTH = 30 * town.DAY
LONGEST_SWEEP = 5.0
GROWTH, GRACE = 1.35, 4.0
"""The last third of the year may cost so many times the first third, and so many ms more."""
FREE = ("offices of all time", "problems as a table file", "publish", "statistics of all time")
"""What reads the whole past by its nature: told, not judged. Jobs are not judged either: they run
beside the timers, and nothing waits for them."""

Row = dict[str, str]
"""A month of the table: ``page …`` in ms of CPU, ``sweep …`` in seconds, and what the town was."""


def soak(report: Callable[..., None]) -> None:
    """Live the year, write its table, judge it."""
    table = homes.current().path / "soak" / f"year-{DAILY}.csv"
    known = str(connection.settings_dict["NAME"])
    name = f"{known}_soak_{DAILY}"
    connection.settings_dict.setdefault("TEST", {})["NAME"] = name
    lived = [] if AGAIN or not _exists(name) else read(table)
    connection.creation.create_test_db(
        verbosity=0, autoclobber=True, serialize=False, keepdb=bool(lived)
    )
    settings.SECOND_FACTOR = False
    (homes.current().path / "static").mkdir(parents=True, exist_ok=True)
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    now = clock.now
    print(f"{DAILY} problems a day; a row for each month in {table}", flush=True)
    try:
        from veche.project.cli import sync

        sync()
        lived = _live(lived, table)
    finally:
        clock.now = now
        keep = KEEP or len(lived) < MONTHS
        connection.creation.destroy_test_db(known, verbosity=0, keepdb=keep)
    judge(report, lived)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report("peak memory of all of this", peak, "MB", at_most=1500)


def _exists(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_database WHERE datname = %s)", [name])
        return bool(cursor.fetchone()[0])


def read(table: Path) -> list[Row]:
    """The months a table tells of; none where there is no table."""
    if not table.exists():
        return []
    with table.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _write(table: Path, rows: list[Row]) -> None:
    """The whole table anew: a broken run leaves the old one or the new one, never half a row."""
    table.parent.mkdir(parents=True, exist_ok=True)
    names = list(dict.fromkeys(name for row in rows for name in row))
    fresh = table.with_suffix(".new")
    with fresh.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(rows)
    fresh.replace(table)


def _live(lived: list[Row], table: Path) -> list[Row]:
    if lived:
        end = dt.datetime.fromisoformat(lived[-1]["end"])
    else:
        end = dt.datetime.now(dt.UTC).replace(microsecond=0) - MONTHS * MONTH
        town.turn(end)
        town.settle(end, DAILY)
    for month in range(len(lived) + 1, MONTHS + 1):
        begun = time.monotonic()
        since, end = end, end + MONTH
        town.turn(end)
        if not _brought(lived):
            town.bring(end, DAILY)
        brought = time.monotonic()
        sweeps = town.Sweeps()
        town.live(since, end, sweeps)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        worked = time.monotonic()
        row = {"month": str(month), "end": end.isoformat(), **_size()}
        row["yardstick"] = f"{cost.yardstick():.2f}"
        if _compared(month):
            row |= {f"page {name}": f"{ms:.1f}" for name, ms in pages.measured().items()}
        if month == MONTHS:  # what reads the whole past is told once, of the whole of it
            sweeps.run("publish", partial(town.publish, end))
            row |= {f"page {name}": f"{ms:.1f}" for name, ms in pages.whole().items()}
        row |= {f"sweep {name}": f"{s:.3f}" for name, s in sorted(sweeps.longest.items())}
        lived = [*lived, row]
        _write(table, lived)
        _tell(row, brought - begun, worked - brought, time.monotonic() - worked)
    return lived


def _brought(lived: list[Row]) -> bool:
    """Whether the problems of the month after these stand there already: a run that was broken
    off in a month has brought them."""
    from veche.core.cases.models import Case

    before = int(lived[-1]["cases"]) if lived else 0
    return bool(lived) and Case.objects.count() >= before + DAILY * 30


def _compared(month: int) -> bool:
    """Whether the pages of a month are compared: those of the first and of the last third."""
    third = max(1, MONTHS // 3)
    return month <= third or month > MONTHS - third


def _size() -> Row:
    from veche.core.cases.models import Case

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database()) / 1e6")
        megabytes = cursor.fetchone()[0]
    waiting = Case.objects.filter(closed_at__isnull=True)
    return {
        "cases": str(Case.objects.count()),
        "open": str(waiting.count()),
        "owed": str(waiting.filter(state__in=("work", "returned")).count()),
        "megabytes": f"{megabytes:.0f}",
    }


def _tell(row: Row, brought: float, worked: float, measured: float) -> None:
    costs = {n.removeprefix("page "): float(v) for n, v in row.items() if n.startswith("page ")}
    longest = max((n for n in row if n.startswith("sweep ") and n[6:] not in FREE
                   and not n.startswith("sweep job ")),
                  key=lambda n: float(row[n]))  # fmt: skip
    dearest = sorted((n for n in costs if n not in FREE), key=lambda n: -costs[n])[:3]
    told = f" list {costs['list']:.0f}, queue {costs['queue']:.0f} ms;" if costs else ""
    if dearest:
        told += f" dearest {', '.join(f'{n} {costs[n]:.0f}' for n in dearest)};"
    print(
        f"month {row['month']:>2}: {int(row['cases']):,} cases, {int(row['open']):,} open;{told}"
        f" longest {longest} {float(row[longest]):.1f} s"
        f"  ({brought:.0f} s brought, {worked:.0f} s worked, {measured:.0f} s measured)",
        flush=True,
    )


def judge(report: Callable[..., None], lived: list[Row]) -> None:
    """Compare the first third of the months with the last; look for the longest sweep."""
    third = max(1, len(lived) // 3)

    # A month that was measured while the machine had other work is dearer in everything.
    usual = min(float(row["yardstick"]) for row in lived)

    def middle(rows: list[Row], name: str) -> float:
        costs = [float(r[name]) * usual / float(r["yardstick"]) for r in rows if r.get(name)]
        return statistics.median(costs)

    for name in (n for n in lived[-1] if n.startswith("page ")):
        first, last = middle(lived[:third], name), middle(lived[-third:], name)
        most = round(max(first * GROWTH, first + GRACE), 1)
        goal = {} if name[5:] in FREE else {"at_most": most}
        report(name[5:], last, "ms CPU", **goal, beside=f"first months {first:.1f}")
    for name in sorted({n for row in lived for n in row if n.startswith("sweep ")}):
        longest = max(float(row.get(name) or 0) for row in lived)
        told = name[6:] in FREE or name.startswith("sweep job ")
        goal = {} if told else {"at_most": LONGEST_SWEEP}
        report(name[6:], longest, "s", **goal)
