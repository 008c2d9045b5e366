"""Writing single readings in batches: a commit carries what came within milliseconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, TypeVar

from django.db import DatabaseError, InterfaceError, OperationalError, connection

from veche import clock
from veche.city.pulse.operations.doors import KnownStream, Outcome, Single, take_singles
from veche.gathering import Gatherer

MOST_WAITING = 10_000
MOST = 1_000
REMEMBERED = 5.0
"""Seconds for which what is known of streams is believed: where a thing stands may change."""
T = TypeVar("T")


class Sending(NamedTuple):
    """One reading on its way into the database."""

    source: int
    single: Single


class Writer(Gatherer[Sending, Outcome]):
    """Writes for one process, over one thread with a database connection of its own."""

    outside = (DatabaseError, InterfaceError, OSError, TimeoutError)

    def __init__(self, *, most_waiting: int = MOST_WAITING, most: int = MOST) -> None:
        super().__init__(most_waiting=most_waiting, most=most)
        self._thread = ThreadPoolExecutor(1, "readings")
        self._known: dict[int, dict[int, KnownStream]] = {}
        self._known_until = 0.0

    async def apart(self, work: Callable[[], T]) -> T:
        """Do something with the database in the writer's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, again, work)

    async def _batch(self, batch: Sequence[Sending]) -> list[Outcome]:
        found = await self.apart(lambda: self._take(batch))
        self.batches += 1
        return found

    def _take(self, batch: Sequence[Sending]) -> list[Outcome]:
        """Take a batch, the readings of one source after those of another."""
        now = time.monotonic()
        if now > self._known_until:
            self._known, self._known_until = {}, now + REMEMBERED
        places: dict[int, list[int]] = {}
        for place, sending in enumerate(batch):
            places.setdefault(sending.source, []).append(place)
        outcomes: list[Outcome] = [""] * len(batch)
        for source, own in places.items():
            known = self._known.get(source, {})
            found = take_singles(
                by=None,
                at=clock.now(),
                source=source,
                given=[batch[place].single for place in own],
                known=known,
            )
            self._known[source] = known  # only what was committed is remembered
            for place, outcome in zip(own, found, strict=True):
                outcomes[place] = outcome
        return outcomes

    async def end(self) -> None:
        """Let the connection and the thread go."""
        await asyncio.get_running_loop().run_in_executor(self._thread, let_go)
        self._thread.shutdown()


def let_go() -> None:
    """Close this thread's connection."""
    connection.close()


def again(work: Callable[[], T]) -> T:
    """Do something with the database; once more when the connection was lost: a reading that was
    written without an answer is the same one when it comes again."""
    try:
        return work()
    except (OperationalError, InterfaceError):
        connection.close()
        try:
            return work()
        except (OperationalError, InterfaceError):
            connection.close()
            raise
