"""What the wall costs: one snapshot with a thousand open incidents, and five hundred open screens.

Real processes over a database of their own, dropped at the end; the alarm comes from a reading by
the usual way: intake, worker, reckoning, alarm, wall.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.bench.bench_problems import cpu
from tests.cast import SmallTown, small_town
from tests.city.pulse.signs import stream as make_stream

from veche import clock, kept
from veche.city.ballots import load
from veche.city.dispatch.models import IncidentKind
from veche.city.pulse.models import Indicator, Source, Stream
from veche.city.pulse.operations import indicators, intake, reckoning
from veche.portal.wall.fragments import pieces
from veche.portal.wall.snapshot import take
from veche.portal.wall.walls import INSIDE, give_pass
from veche.project.measure import Report

OPEN, ENDED = 1_000, 20_000
SCREENS = 500
TIMES = 20
ALARMS = 5
MINUTE = dt.timedelta(minutes=1)

# Cases are made as a bulk load makes them: born with their first step, then a row beside each.
_CASES = """
INSERT INTO cases_case (number, procedure, theme, territory_id, blocking, opened_at, state, seq,
    due_at, climbed)
SELECT %(prefix)s || n, 'incident', 'incident:flood', (%(places)s::bigint[])[1 + n %% 2], true,
    %(at)s, '', 0, %(at)s + n %% 90 * interval '1 minute', 0
FROM generate_series(1, %(many)s) n
"""
_EVENTS = """
INSERT INTO cases_caseevent (case_id, seq, move, source, target, organisation_id, at, public)
SELECT id, 1, 'report', '', 'reported', %(office)s, %(at)s, '{}' FROM cases_case
WHERE number LIKE %(prefix)s || '%%'
"""
_FALSE = """
INSERT INTO cases_caseevent (case_id, seq, move, source, target, actor_id, holding_id,
    organisation_id, at, public)
SELECT c.id, 2, 'call_false', 'reported', 'false_alarm', %(watch)s, h.id, NULL, %(at)s, '{}'
FROM cases_case c, organisations_holding h
WHERE c.number LIKE %(prefix)s || '%%' AND h.person_id = %(watch)s AND h.role = 'dispatcher'
"""
_INCIDENTS = """
INSERT INTO dispatch_incident (case_id, kind_id, title, text, source, source_key, severity, tier,
    first_tier, drill, vulnerable, mode, reported_at, ended_at, returned, reopened, pending_reason,
    longitude, latitude)
SELECT id, %(kind)s, 'Water in the street', '', 'call', '', 1 + id %% 4, 2, 2, false,
    CASE WHEN id %% 9 = 0 THEN 'old' ELSE '' END, 1, %(at)s, %(ended)s, 0, 0, '',
    49.0 + (id %% 97) / 97.0, 53.0 + (id %% 89) / 89.0
FROM cases_case WHERE number LIKE %(prefix)s || '%%'
"""


def bench(report: Report) -> None:
    """Measure everything, one row each."""
    with load.scratch(f"bench_{os.getpid()}"):
        from veche.project.cli import sync

        sync()
        city = _city()
        _snapshot(report, city)
        with load.server() as (port, pid), _worker():
            asyncio.run(_screens(report, city, port, pid))


@dataclass
class City:
    """A small town whose signs are measured."""

    town: SmallTown
    source: Source
    stream: Stream
    flood: IncidentKind
    at: dt.datetime

    def incidents(self, prefix: str, many: int, *, ended: bool) -> None:
        """So many incidents at once, open or ended."""
        values: dict[str, Any] = {
            "prefix": prefix, "many": many, "at": self.at - 60 * MINUTE, "kind": self.flood.pk,
            "places": [self.town.west.pk, self.town.east.pk], "office": None,
            "watch": self.town.watch.pk, "ended": self.at if ended else None,
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(_CASES, values)
            cursor.execute(_EVENTS, values)
            cursor.execute(_INCIDENTS, values)
            if ended:
                cursor.execute(_FALSE, values | {"at": self.at - 50 * MINUTE})
            cursor.execute("ANALYZE")


def _city() -> City:
    at, town = clock.now(), small_town()
    source = Source.objects.create(
        code="air", names={"en": "Air"}, owner=town.roads, connector="door", public=True
    )
    indicators.sync(by=None, at=at - MINUTE)
    codes = sorted({str(one.formula.get("property") or "") for one in Indicator.objects.all()})
    streams = [
        make_stream(source, place, code, f"{code} {place.code}")
        for code in codes
        if code
        for place in (town.west,)
    ]
    for one in streams:
        for hour in range(24):
            row = intake.Row(one.pk, at - dt.timedelta(hours=hour, minutes=1), 10.0 + hour)
            intake.take(by=None, at=at, source=source, rows=[row])
    indicators.sync(by=None, at=at, given=[{
        "code": "bench", "names": {"en": "Bench"}, "sphere": "safety", "unit": "1",
        "level": "thing", "cadence": 60, "limits": {"high": [None, 1e6, None]},
        "formula": {"over": "readings", "property": codes[-1], "measure": "last"}, "runbook": {},
    }])  # fmt: skip
    reckoning.reckon(by=None, at=at)
    flood = IncidentKind.objects.create(
        code="flood", names={"en": "Flood"}, tier=2, severity=3, public=True
    )
    return City(town, source, streams[-1], flood, at)


# --- one snapshot -----------------------------------------------------------------------------


def _snapshot(report: Report, city: City) -> None:
    """What it costs to read a wall and to write it in a language, few and many ended behind it."""
    city.incidents("O", OPEN, ended=False)

    def whole(_number: int) -> None:
        kept.forget()
        pieces(take(INSIDE, city.at), "ru")

    def read(_number: int) -> None:
        kept.forget()
        take(INSIDE, city.at)

    read(0)
    with CaptureQueriesContext(connection) as asked:
        read(0)
    shown = take(INSIDE, city.at)
    assert len(shown.incidents) == OPEN, len(shown.incidents)
    name = f"a snapshot, {OPEN:,} open, {sum(len(s.signs) for s in shown.signs.spheres)} signs"
    report(f"{name}: queries", len(asked), "", at_most=12)
    small = min(cpu(TIMES, read) for _n in range(3))
    report("  read, both processes", small, "ms CPU")
    report("  read and written", min(cpu(TIMES, whole) for _n in range(3)), "ms CPU", at_most=40)
    city.incidents("E", ENDED, ended=True)
    large = min(cpu(TIMES, read) for _n in range(3))
    report(f"  read, {ENDED:,} ended behind them", large, "ms CPU")
    report("  dearer by", large / small, "times", at_most=1.3)


# --- open screens -----------------------------------------------------------------------------


@contextmanager
def _worker() -> Iterator[None]:
    with tempfile.TemporaryDirectory() as home:
        process = subprocess.Popen(
            [sys.executable, "-m", "veche", "worker"], env=load.environment(home),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)


def resident(pid: int) -> float:
    """Resident megabytes of a process and its children."""
    total = 0
    for one in (pid, *load.children(pid)):
        for line in Path(f"/proc/{one}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                total += int(line.split()[1])
    return total / 1024


class Screen:
    """One open screen: it reads on and on, and knows what it was sent last."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self.reader = reader
        self.walls = 0
        self.alarms = 0
        """How often a piece with the alarms came."""
        self.came = asyncio.Event()

    async def follow(self) -> None:
        """Read until the line is closed."""
        while line := await self.reader.readline():
            if line.startswith(b"data: ") and b'"head":' in line:
                self.walls += 1
                if b'"alarms":' in line:
                    self.alarms += 1
                self.came.set()


async def _open(port: int, address: str, many: int) -> list[tuple[Screen, asyncio.StreamWriter]]:
    found = []
    for n in range(many):
        if n % 20 == 0:
            await asyncio.sleep(0.05)  # screens are not all switched on within a millisecond
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**21)
        writer.write(f"GET {address} HTTP/1.1\r\nhost: localhost\r\n\r\n".encode())
        found.append((Screen(reader), writer))
    return found


async def _screens(report: Report, city: City, port: int, pid: int) -> None:
    """Memory of open screens, and how soon an alarm stands on all of them after its reading."""
    address = f"/wall/live?pass={quote(give_pass(INSIDE, 'en'))}"
    first = await _open(port, address, 1)
    readers = [asyncio.ensure_future(screen.follow()) for screen, _writer in first]
    await asyncio.wait_for(first[0][0].came.wait(), 60)
    before = resident(pid)
    rest = await _open(port, address, SCREENS - 1)
    readers += [asyncio.ensure_future(screen.follow()) for screen, _writer in rest]
    screens = [screen for screen, _writer in (*first, *rest)]
    await asyncio.wait_for(asyncio.gather(*(one.came.wait() for one in screens)), 60)
    waits, held, spent = [], [resident(pid)], load.cpu_of(pid)
    begun = time.perf_counter()
    for n in range(ALARMS):
        waits.append(await _alarm(city, screens, n))
        held.append(resident(pid))
        await asyncio.sleep(2)
    share = (load.cpu_of(pid) - spent) / (time.perf_counter() - begun)
    for _screen, writer in (*first, *rest):
        writer.close()
    for one in readers:
        one.cancel()
    report(f"memory of {SCREENS} open screens", max(held) - before, "MB", at_most=150)
    report("an alarm on all of them after its reading", max(waits), "s", at_most=2)
    report("  mostly", sorted(waits)[len(waits) // 2], "s")
    report("  share of a processor meanwhile", share * 100, "%")


async def _alarm(city: City, screens: list[Screen], n: int) -> float:
    """From handing a reading to the intake until the last screen was sent the alarms anew: by
    turns it comes and goes."""
    before = [one.alarms for one in screens]
    at = clock.now()
    row = intake.Row(city.stream.pk, at, 2e6 if n % 2 == 0 else 1.0)
    began = time.perf_counter()
    await asyncio.to_thread(_hand, city.source, row, at)
    async with asyncio.timeout(30):
        while any(one.alarms <= was for one, was in zip(screens, before, strict=True)):
            await asyncio.sleep(0.01)
    return time.perf_counter() - began


def _hand(source: Source, row: intake.Row, at: dt.datetime) -> None:
    intake.take(by=None, at=at, source=source, rows=[row])
    connection.close()
