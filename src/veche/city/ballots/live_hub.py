"""The counts of votes that somebody watches: read once a process, the same bytes for everybody.

One task looks every half second at the votes that are watched, all of them in one query; nobody
watches, nothing is asked. The sequencer writes a count at most a second after the ballots came, so
what is shown is at most two seconds old.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import json
import logging
import time
from dataclasses import dataclass, field
from typing import Any

import psycopg

EVERY = 0.5
"""Seconds between looks."""
PATIENCE = 5.0
KEPT = 30.0
"""Seconds a count is remembered that nobody watches or asks for."""
MOST_COUNTS = 500

# A vote that is not announced yet is nobody's to see; what stands of one that has no count yet is
# an empty body.
_LOOK = """
SELECT c.number, c.state, b.config->'live'->>'mode', t.at, coalesce(t.body::text, '{}'), b.case_id
FROM cases_case c JOIN ballots_vote b ON b.case_id = c.id
    LEFT JOIN ballots_tally t ON t.vote_id = b.case_id
WHERE c.number = ANY(%s) AND b.digest <> ''
"""
GOING = ("published", "open", "suspended", "closed")
"""States in which a count may still change."""
_WAITING, _GONE = "waiting", "gone"


@dataclass
class Count:
    """The count of one vote as it was last read."""

    number: str
    state: str = _WAITING
    mode: str = "turnout"
    vote: int = 0
    mark: str = ""
    """Names this very content: the ETag, and the id of the event."""
    whole: bytes = b""
    head: bytes = b""
    """The same without the questions: for who may see the turnout only."""
    read_at: float = 0.0
    asked_at: float = 0.0
    watchers: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def gone(self) -> bool:
        """Whether there is no such vote to see."""
        return self.state == _GONE

    @property
    def ended(self) -> bool:
        """Whether the count changes no more."""
        return self.state not in (*GOING, _WAITING)

    def body(self, may_see: bool) -> bytes:
        """What one reader is shown."""
        return self.whole if may_see or self.mode == "live" else self.head

    def take(self, row: tuple[Any, ...]) -> None:
        """What the database says now; whoever waits is told where it is something else."""
        _number, state, mode, at, text, vote = row
        mark = hashlib.sha256(f"{state} {text}".encode()).hexdigest()[:16]
        self.read_at = time.monotonic()
        if mark == self.mark:
            return
        told = json.loads(text) | {"state": state, "at": _moment(at)}
        self.state, self.mode, self.vote, self.mark = state, mode, vote, mark
        self.whole = _packed(told)
        self.head = _packed(told | {"questions": []})
        self.tell()

    def tell(self) -> None:
        """Wake whoever waits."""
        self.changed.set()
        self.changed = asyncio.Event()


def _moment(at: dt.datetime | None) -> str | None:
    return None if at is None else at.astimezone(dt.UTC).isoformat(timespec="seconds")


def _packed(told: dict[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


class Hub:
    """All counts of one process, over one connection of its own."""

    def __init__(self, database: dict[str, Any]) -> None:
        self.database = database
        self.counts: dict[str, Count] = {}
        self.looks = 0
        """How often the database was asked; measurements read it."""
        self._connection: psycopg.AsyncConnection[tuple[Any, ...]] | None = None
        self._asking = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    async def count(self, number: str) -> Count:
        """The count of a vote, at most as old as two looks.

        Raises:
            psycopg.Error, OSError: the database does not answer and nothing is known.
        """
        found = self.counts.get(number)
        now = time.monotonic()
        if found is None:
            if len(self.counts) >= MOST_COUNTS:
                self._tidy(now, 0.0)
            found = self.counts[number] = Count(number)
        found.asked_at = now
        if now - found.read_at > 2 * EVERY and (found.gone or not found.ended):
            async with self._asking:
                if time.monotonic() - found.read_at > 2 * EVERY:
                    await self._look([number])
        return found

    def watch(self, count: Count) -> None:
        """Somebody has the page open: keep looking."""
        count.watchers += 1
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    def leave(self, count: Count) -> None:
        """They closed it."""
        count.watchers -= 1

    async def _run(self) -> None:
        said = ""
        try:
            while watched := [one.number for one in self.counts.values() if one.watchers]:
                try:
                    async with self._asking:
                        await self._look(watched)
                    said = ""
                except (psycopg.Error, OSError, TimeoutError) as fault:
                    await self._drop()
                    if not said:
                        logging.getLogger(__name__).warning("counts are not read: %s", fault)
                    said = str(fault)
                self._tidy(time.monotonic(), KEPT)
                await asyncio.sleep(EVERY)
        finally:
            self._task = None

    async def _look(self, numbers: list[str]) -> None:
        async with asyncio.timeout(PATIENCE):
            if self._connection is None:
                self._connection = await psycopg.AsyncConnection.connect(
                    **self.database, autocommit=True
                )
            try:
                cursor = await self._connection.execute(_LOOK, [numbers], prepare=True)
                rows = {row[0]: row for row in await cursor.fetchall()}
            except psycopg.OperationalError:
                await self._drop()
                raise
        self.looks += 1
        for number in numbers:
            count, row = self.counts.get(number), rows.get(number)
            if count is None:
                continue
            if row is not None:
                count.take(row)
            elif count.state != _GONE:
                count.state = _GONE
                count.read_at = time.monotonic()
                count.tell()

    def _tidy(self, now: float, kept: float) -> None:
        """Forget what nobody watches or has asked for lately."""
        old = [n for n, c in self.counts.items() if not c.watchers and now - c.asked_at > kept]
        for number in old:
            del self.counts[number]

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def end(self) -> None:
        """Stop looking; for tests and measurements."""
        if self._task is not None:
            self._task.cancel()
        await self._drop()
