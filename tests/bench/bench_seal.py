"""What sealing costs: records a second and where the time goes, waiting, walking, receipts, memory.

Runs on a database of its own beside the one of the home, dropped at the end.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.bench_problems import cpu
from tests.core.journal.killing import FUNCTION, Town, address, away

from veche.core.journal import commands, queries
from veche.core.journal.folder import Folder
from veche.core.journal.models import Leaf
from veche.core.journal.sealer import Sealer
from veche.core.journal.tlog import keys, merkle
from veche.core.journal.tlog.tiles import Edge
from veche.core.journal.tlog.walk import walk_log

RECORDS = 100_000
LEAVES = 1_000_000
"""Of the tree that is grown without a database."""


def bench(report: Any) -> None:
    """Measure everything, one row each."""
    name = connection.settings_dict["NAME"]
    connection.settings_dict.setdefault("TEST", {})["NAME"] = f"bench_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with tempfile.TemporaryDirectory() as folder:
            settings.KEY_FOLDER = Path(folder) / "keys"
            settings.LOG_FOLDER = Path(folder) / "log" / "journal"
            commands.make_key()
            _waiting(report)
            _sealing(report)
            _reading(report)
            _process(report, Path(folder))
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    _growing(report)


def backend_seconds(pid: int) -> float:
    """CPU seconds of a database process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _records(cursor: Any, many: int) -> float:
    """Write records; the seconds it took."""
    begun = time.perf_counter()
    cursor.execute("SELECT test_records(%s)", [many])
    return time.perf_counter() - begun


def _waiting(report: Any) -> None:
    """What the trigger adds to writing: many records in one statement, and one in each."""
    with connection.cursor() as cursor:
        cursor.execute(FUNCTION)
        with_it = min(_records(cursor, 20_000) for _ in range(5))
        one_with = _one_by_one(cursor)
        cursor.execute("ALTER TABLE journal_record DISABLE TRIGGER journal_waits")
        without = min(_records(cursor, 20_000) for _ in range(5))
        one_without = _one_by_one(cursor)
        cursor.execute("ALTER TABLE journal_record ENABLE TRIGGER journal_waits")
        cursor.execute(
            "INSERT INTO journal_unsealed SELECT id FROM journal_record ON CONFLICT DO NOTHING"
        )
    report("waiting: a record of many", (with_it - without) / 20_000 * 1e6, "µs", at_most=20)
    report("waiting: a record by itself", (one_with - one_without) * 1e6, "µs", at_most=500)


def _one_by_one(cursor: Any, times: int = 500) -> float:
    """Seconds of the database for a statement of one record."""
    return min(_records_of_one(cursor, times) for _ in range(3)) / times


def _records_of_one(cursor: Any, times: int) -> float:
    begun = time.perf_counter()
    cursor.execute("SELECT test_records(1) FROM generate_series(1, %s)", [times])
    return time.perf_counter() - begun


def _sealing(report: Any) -> None:
    with connection.cursor() as cursor:
        _records(cursor, RECORDS)
    with psycopg.connect(address(), autocommit=True) as own:
        sealer = Sealer(own, settings.LOG_FOLDER, settings.KEY_FOLDER)
        assert sealer.take()
        spent = _timed(sealer)
        begun = time.perf_counter()
        ours, theirs = time.process_time(), backend_seconds(own.info.backend_pid)
        count = 0
        while found := sealer.once().records:
            count += found
        seconds = time.perf_counter() - begun
        ours = time.process_time() - ours
        theirs = backend_seconds(own.info.backend_pid) - theirs
        report("sealed, by the clock", count / seconds, "records/s")
        rate = count / (ours + theirs)
        report("sealed, by the processor", rate, "records/s", at_least=50_000)
        report("sealing: processor of the sealer", ours / count * 1e6, "µs/record")
        report("sealing: processor of the database", theirs / count * 1e6, "µs/record")
        for part, took in spent.items():
            report(f"sealing: {part}, by the clock", took / count * 1e6, "µs/record")
        report(
            "sealing: the rest, by the clock",
            (seconds - sum(spent.values())) / count * 1e6,
            "µs/record",
        )


def _timed(sealer: Sealer) -> dict[str, float]:
    """Where the time of a sealer goes, by part."""
    spent = {"the tree": 0.0, "files": 0.0}

    def timed(part: str, act: Any) -> Any:
        def run(*given: Any) -> Any:
            begun = time.perf_counter()
            try:
                return act(*given)
            finally:
                spent[part] += time.perf_counter() - begun

        return run

    sealer.edge.grow = timed("the tree", sealer.edge.grow)  # type: ignore[method-assign]
    sealer.folder.publish = timed("files", sealer.folder.publish)  # type: ignore[method-assign]
    return spent


def _reading(report: Any) -> None:
    fetch = Folder(settings.LOG_FOLDER).fetch
    begun = time.process_time()
    walked = walk_log(fetch, verify=keys.verify)
    assert walked.ok, walked.faults
    rate = walked.size / (time.process_time() - begun)
    report("walked, by the processor", rate, "entries/s", at_least=100_000)
    places = list(Leaf.objects.order_by("place").values_list("record_id", flat=True)[::977])
    spent = cpu(len(places) - 1, lambda number: queries.receipt(places[number]))
    report("a receipt made", spent, "ms CPU", at_most=20)
    made = queries.receipt(places[-1])
    begun = time.perf_counter()
    assert made.holds(made.extra)
    report("a receipt checked", (time.perf_counter() - begun) * 1000, "ms", at_most=200)


def _process(report: Any, home: Path) -> None:
    """The sealer as a process, after it has sealed what a demo brings and more."""
    with Town(address(), home) as town:
        process = town.sealer()
        try:
            town.taken()
            report("sealer at rest, resident", _memory(process.pid, "VmRSS"), "MB", at_most=45)
            town.connection.execute("SELECT test_records(%s)", [RECORDS])
            every = town.count("journal_record")
            while town.published() < every:
                time.sleep(0.2)
            report("sealer at its most", _memory(process.pid, "VmHWM"), "MB", at_most=60)
        finally:
            away(process)


def _memory(pid: int, field: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024


def _growing(report: Any) -> None:
    """The tree alone: no database, no files."""
    entries = [number.to_bytes(32, "big") for number in range(10_000)]
    edge = Edge()
    begun = time.perf_counter()
    for _batch in range(LEAVES // len(entries)):
        edge.grow(entries, [merkle.leaf_hash(entry) for entry in entries])
    report("a tree of a million grown", time.perf_counter() - begun, "s", at_most=10)
