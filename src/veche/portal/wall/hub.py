"""What every open screen is sent: made once a process for all screens of a wall and a language.

One task asks twice a second whether anything has changed. When it has, the walls that are watched
are read once each and written once in each language that is watched; a screen is sent the pieces
that have become others. Five hundred screens cost what one costs, and the sending.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import psycopg
from django.db import Error

from veche.portal.wall.door import Marks

EVERY = 0.5
"""Seconds between two questions whether anything has changed."""
AGAIN = 10.0
"""Seconds after which a wall is read again even so: values and ages go on."""
PATIENCE = 20.0
"""Seconds that a reading may take."""
Pieces = Mapping[str, str]
Key = tuple[str, str]
"""Code of the wall, language."""
FAULTS = (Error, psycopg.Error, OSError, TimeoutError)


def event(name: str, mark: str, told: object) -> bytes:
    """One server-sent event."""
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    return b"event: %b\nid: %b\ndata: %b\n\n" % (name.encode(), mark.encode(), body)


@dataclass
class Channel:
    """A wall in a language, as it was last made."""

    pieces: Pieces = field(default_factory=dict)
    mark: str = ""
    """Names this very content."""
    before: str = ""
    """The mark of what stood before."""
    whole: bytes = b""
    change: bytes = b""
    """The event that makes this content out of the one before."""
    made_at: float = 0.0
    watchers: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, pieces: Pieces) -> None:
        """What stands on the wall now; whoever waits is told where it is something else."""
        self.made_at = time.monotonic()
        mark = hashlib.sha256("\0".join(pieces.values()).encode()).hexdigest()[:16]
        if mark == self.mark:
            return
        others = {name: text for name, text in pieces.items() if self.pieces.get(name) != text}
        self.before, self.mark, self.pieces = self.mark, mark, pieces
        self.whole = event("wall", mark, pieces)
        self.change = event("wall", mark, others)
        self.tell()

    def since(self, seen: str) -> bytes:
        """What somebody must be sent who has seen the content of this mark; empty: nothing."""
        if seen == self.mark or not self.mark:
            return b""
        return self.change if seen and seen == self.before else self.whole

    @property
    def age(self) -> float:
        """Seconds since it was made."""
        return time.monotonic() - self.made_at if self.made_at else 1e6

    def tell(self) -> None:
        """Wake whoever waits."""
        self.changed.set()
        self.changed = asyncio.Event()


class Hub:
    """All walls of one process; ``marks`` and ``make`` ask the database, in one thread.

    ``close`` is called in it when the last screen has left: it gives back what the thread holds.
    """

    def __init__(
        self,
        marks: Callable[[], Marks],
        make: Callable[[str, Iterable[str]], Mapping[str, Pieces]],
        close: Callable[[], None],
    ) -> None:
        self.channels: dict[Key, Channel] = {}
        self.withdrawn: frozenset[int] = frozenset()
        """Screens in rooms that show nothing any more."""
        self.made = 0
        """How often a wall was read; measurements read it."""
        self._marks, self._make, self._close = marks, make, close
        self._mark: tuple[object, ...] = ()
        self._thread: ThreadPoolExecutor | None = None
        self._task: asyncio.Task[None] | None = None

    def watch(self, wall: str, language: str) -> Channel:
        """Somebody has the page open: keep looking."""
        channel = self.channels.setdefault((wall, language), Channel())
        channel.watchers += 1
        if self._task is None:
            self._thread = ThreadPoolExecutor(1, "wall")
            self._task = asyncio.get_running_loop().create_task(self._run())
        return channel

    def leave(self, channel: Channel) -> None:
        """They closed it."""
        channel.watchers -= 1

    async def _run(self) -> None:
        said = ""
        try:
            while any(one.watchers for one in self.channels.values()):
                begun = time.monotonic()
                try:
                    await self.look()
                    said = ""
                except FAULTS as fault:
                    if not said:
                        logging.getLogger(__name__).warning("the wall is not read: %s", fault)
                    said = str(fault) or type(fault).__name__
                self._tidy()
                # A look that took long is followed by as long a rest: half a processor at most.
                took = time.monotonic() - begun
                await asyncio.sleep(max(EVERY - took, took))
        finally:
            self._tidy()
            thread, self._thread, self._task = self._thread, None, None
            if thread is not None:
                # A connection that dies with its thread would be missing in the pool for ever.
                thread.submit(self._close)
                thread.shutdown(wait=False)

    def _tidy(self) -> None:
        """Forget the walls that nobody has open."""
        self.channels = {key: one for key, one in self.channels.items() if one.watchers}

    async def look(self) -> None:
        """Ask once whether anything has changed, and make what has.

        Raises:
            django.db.Error, TimeoutError: the database does not answer.
        """
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(PATIENCE):
            found = await loop.run_in_executor(self._thread, self._marks)
            if found.withdrawn != self.withdrawn:
                self.withdrawn = found.withdrawn
                for one in self.channels.values():
                    one.tell()
            changed = found.mark != self._mark
            due: dict[str, list[str]] = {}
            for (wall, language), one in self.channels.items():
                if one.watchers and (changed or one.age >= AGAIN):
                    due.setdefault(wall, []).append(language)
            for wall, languages in due.items():
                made = await loop.run_in_executor(self._thread, self._make, wall, languages)
                self.made += 1
                for language, pieces in made.items():
                    if channel := self.channels.get((wall, language)):
                        channel.take(pieces)
            self._mark = found.mark

    async def end(self) -> None:
        """Stop looking; for tests and measurements."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
