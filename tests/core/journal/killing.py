"""The sealer as a real process that is killed at any moment, while others write."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection

from veche.core.journal.sealer import LOCK
from veche.core.journal.tlog import keys
from veche.core.journal.tlog.note import Checkpoint, Note
from veche.core.journal.tlog.tiles import WIDTH, entries_of, tile_path
from veche.core.journal.tlog.walk import walk_log
from veche.project import home as homes

BATCH = "SELECT test_records(%s)"
FUNCTION = """
CREATE OR REPLACE FUNCTION test_records(many int) RETURNS void LANGUAGE sql AS $$
    INSERT INTO journal_record (kind, subject, public, digest, at)
    SELECT 'test.written', 'x:' || n, '{}', sha256(convert_to(gen_random_uuid()::text, 'UTF8')),
           now()
    FROM generate_series(1, many) n
$$
"""
WRITER = """
import random, sys, time, psycopg
draw = random.Random(int(sys.argv[2]))
with psycopg.connect(sys.argv[1], autocommit=True) as connection:
    print("writing", flush=True)
    while True:
        connection.execute("SELECT test_records(%s)", [draw.choice((1, 3, 40, 700, 4000))])
        time.sleep(draw.random() / 4)
"""


def address() -> str:
    """The database of Django's connection, for a process of its own."""
    known = connection.get_connection_params()
    host, port = known["host"], known.get("port") or homes.PORT
    return f"postgresql://{known['user']}@/{known['dbname']}?host={host}&port={port}"


def away(process: subprocess.Popen[Any]) -> None:
    """Kill a process of ours with nothing told to it."""
    process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


@dataclass
class Town:
    """A database, the home of its sealers, and every checkpoint that was ever seen."""

    url: str
    home: Path
    seen: dict[int, set[str]] = field(default_factory=dict)
    """Notes by size of the log."""
    broken: list[str] = field(default_factory=list)
    _ended: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Town:
        self.connection = psycopg.connect(self.url, autocommit=True)
        self.connection.execute(FUNCTION)
        self._watching = threading.Thread(target=self._watch)
        self._watching.start()
        return self

    def __exit__(self, *_fault: object) -> None:
        self._ended.set()
        self._watching.join()
        self.connection.close()

    @property
    def folder(self) -> Path:
        """The published files."""
        return self.home / "log" / "journal"

    def sealer(self) -> subprocess.Popen[bytes]:
        """A sealer, as the demo and a city start it."""
        return subprocess.Popen(
            [sys.executable, "-m", "veche.project.sealer"],
            env=os.environ | {"DATABASE_URL": self.url, "VECHE_HOME": str(self.home)},
        )

    def writer(self, seed: int) -> subprocess.Popen[bytes]:
        """A process that writes records until it is killed."""
        found = subprocess.Popen(
            [sys.executable, "-c", WRITER, self.url, str(seed)], stdout=subprocess.PIPE
        )
        assert found.stdout is not None
        assert found.stdout.readline() == b"writing\n"
        return found

    def _watch(self) -> None:
        """Keep every checkpoint that is ever shown, as many strangers would."""
        while not self._ended.wait(0.003):
            try:
                data = (self.folder / "checkpoint").read_bytes()
                note = Note.read(data)
            except FileNotFoundError:
                continue
            except ValueError as fault:
                self.broken.append(str(fault))
                continue
            self.seen.setdefault(Checkpoint.read(note.text).size, set()).add(str(note))

    def holder(self) -> int | None:
        """The database process of the sealer that holds the lock."""
        row = self.connection.execute(
            "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND (classid::bigint << 32) | objid::bigint = %s"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [LOCK],
        ).fetchone()
        return int(row[0]) if row else None

    def taken(self, patience: float = 60.0, other: int | None = None) -> int:
        """Wait until a sealer has the lock (another than ``other``); its database process."""
        until = time.monotonic() + patience
        while (holder := self.holder()) in (None, other):
            assert time.monotonic() < until, f"no sealer takes over: {self.activity()}"
            time.sleep(0.005)
        assert holder is not None
        return holder

    def activity(self) -> str:
        """What the processes of this database do, for who must find out why nothing goes on."""
        rows = self.connection.execute(
            "SELECT pid, state, now() - query_start, wait_event, left(query, 80)"
            " FROM pg_stat_activity WHERE datname = current_database()"
        ).fetchall()
        return "\n".join(str(row) for row in rows)

    def published(self) -> int:
        """How long the published log is."""
        try:
            return Checkpoint.read(Note.read((self.folder / "checkpoint").read_bytes()).text).size
        except FileNotFoundError:
            return 0

    def signed(self) -> int:
        """How long the longest log is that was signed, published or not."""
        row = self.connection.execute("SELECT max(size) FROM journal_checkpoint").fetchone()
        return int(row[0] or 0) if row else 0

    def count(self, table: str) -> int:
        """The rows of a table."""
        row = self.connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        assert row is not None
        return int(row[0])

    def await_all(self, patience: float = 30.0) -> None:
        """Wait until all that was written is in the published log."""
        until = time.monotonic() + patience
        while self.published() != self.count("journal_record"):
            assert time.monotonic() < until, "what was written is not sealed"
            time.sleep(0.05)

    def kill_often(self, times: int, seed: int, longest: float = 0.5) -> None:
        """Start the sealer and kill it while it works, again and again.

        Much waits each time, so that a kill falls into a batch as often as between two.
        """
        draw = random.Random(seed)
        for _turn in range(times):
            self.connection.execute(BATCH, [draw.choice((0, 300, 20_000))])
            before = self.holder()
            process = self.sealer()
            self.taken(other=before)
            time.sleep(draw.random() * longest)
            away(process)

    def judge(self) -> None:
        """Everything must hold, however often and wherever sealers were killed."""
        assert self.faults() == []

    def faults(self) -> list[str]:
        """What does not hold, in sentences: of records, places, files and all that was shown."""
        found = [f"Somebody read a broken checkpoint: {text}" for text in self.broken]
        signed: dict[int, str] = dict(
            self.connection.execute("SELECT size, note FROM journal_checkpoint").fetchall()
        )
        for size, notes in self.seen.items():
            if len(notes) > 1:
                found.append(f"The log of {size} was signed {len(notes)} times differently.")
            if signed.get(size) not in notes:
                found.append(f"What was shown at {size} is not what the database knows.")
        records = self.connection.execute(
            "SELECT r.digest, l.place FROM journal_record r"
            " LEFT JOIN journal_leaf l ON l.record_id = r.id ORDER BY l.place"
        ).fetchall()
        if [row[1] for row in records] != list(range(len(records))):
            found.append("Some record has no place of its own.")
        if self.count("journal_unsealed"):
            found.append("Some record still waits.")
        report = walk_log(
            lambda name: (self.folder / name).read_bytes(),
            verify=keys.verify,
            older=[note.encode() for notes in self.seen.values() for note in notes]
            + [note.encode() for note in signed.values()],
        )
        found += report.faults
        if self.entries(report.size) != [bytes(row[0]) for row in records]:
            found.append("The published entries are not the records in their order.")
        return found

    def entries(self, size: int) -> list[bytes]:
        """The published entries of a log so long."""
        found: list[bytes] = []
        for begin in range(0, size, WIDTH):
            width = min(WIDTH, size - begin)
            path = self.folder / tile_path("entries", begin // WIDTH, width)
            found += entries_of(path.read_bytes(), width)
        return found
