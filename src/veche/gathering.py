"""Writing in batches: who comes within milliseconds of others shares one commit with them.

While one batch is being written the next gathers: alone one waits for nobody, and under load a
commit carries all that came. Nobody is answered before what they brought is committed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Given = TypeVar("Given")
Told = TypeVar("Told")

GATHER = 0.003
"""Seconds at most that a batch waits for as many as came before: a commit is dear."""


class Away(Exception):
    """It could not be written now, and nothing was acknowledged."""


class Gatherer(Generic[Given, Told]):
    """Gathers for one process; a subclass says how a batch is written."""

    outside: tuple[type[Exception], ...] = (OSError, TimeoutError)
    """Faults that come from outside, not from the program: the next batch is tried all the same."""
    lanes = 1
    """How many batches may be written at the same time."""

    def __init__(self, *, most_waiting: int, most: int) -> None:
        self.most_waiting = most_waiting
        """Who comes while so many wait is asked to come again."""
        self.most = most
        """How many are written in one batch."""
        self.gather = GATHER
        self.batches = 0
        """How many were written; measurements read it."""
        self._sizes: list[int] = []
        self._enough = 1
        """So many are not kept waiting for more: those of the last batches, shared out."""
        self._waiting: list[tuple[Given, Callable[[Told | Away], None]]] = []
        self._soon: asyncio.Handle | None = None
        self._late: asyncio.TimerHandle | None = None
        self._writing: set[asyncio.Task[None]] = set()

    async def write(self, given: Given) -> Told:
        """Write one, with whatever else comes.

        Raises:
            Away: too many wait, or it could not be written; nothing was acknowledged.
        """
        answer: asyncio.Future[Told] = asyncio.get_running_loop().create_future()

        def heard(found: Told | Away) -> None:
            if answer.done():  # they may have gone away meanwhile
                return
            if isinstance(found, Away):
                answer.set_exception(found)
            else:
                answer.set_result(found)

        self.put(given, heard)
        return await answer

    def put(self, given: Given, heard: Callable[[Told | Away], None]) -> None:
        """`write` for who does not wait: ``heard`` is called with the answer, or with why not.

        Raises:
            Away: too many wait.
        """
        if len(self._waiting) >= self.most_waiting:
            raise Away
        self._waiting.append((given, heard))
        if self._soon is None and len(self._writing) < self.lanes:
            self._look_soon()

    def _look_soon(self) -> None:
        """Who has come by the next turn of the loop comes along."""
        if len(self._waiting) >= self._enough:
            self._soon = asyncio.get_running_loop().call_soon(self._look)
        elif self._late is None:
            self._late = asyncio.get_running_loop().call_later(self.gather, self._look)

    def _look(self) -> None:
        """Write what waits, as far as a lane is free."""
        for handle in (self._soon, self._late):
            if handle is not None:
                handle.cancel()
        self._soon = self._late = None
        if not self._waiting or len(self._writing) >= self.lanes:
            return
        batch, self._waiting = self._waiting[: self.most], self._waiting[self.most :]
        self._sizes = [*self._sizes, len(batch)][-self.lanes :]
        self._enough = max(sum(self._sizes) // self.lanes, 1)
        task = asyncio.get_running_loop().create_task(self._write(batch))
        self._writing.add(task)
        task.add_done_callback(self._written)
        if self._waiting and len(self._writing) < self.lanes:
            self._look_soon()

    def _written(self, task: asyncio.Task[None]) -> None:
        self._writing.discard(task)
        if self._waiting and self._soon is None:
            self._look_soon()

    async def _write(self, batch: list[tuple[Given, Callable[[Told | Away], None]]]) -> None:
        try:
            answers = await self._batch([given for given, _heard in batch])
        except Exception as fault:
            from_outside = isinstance(fault, self.outside)
            if not from_outside:  # this ends here: nobody is left waiting for an answer
                batch, self._waiting = [*batch, *self._waiting], []
            away = Away(str(fault))
            for _given, heard in batch:
                _tell(heard, away)
            if not from_outside:
                raise
        else:
            for (_given, heard), found in zip(batch, answers, strict=True):
                _tell(heard, found)

    async def _batch(self, batch: Sequence[Given]) -> list[Told]:
        """Write all of these and commit; an answer for each, in their order."""
        raise NotImplementedError


def _tell(heard: Callable[[Told | Away], None], found: Told | Away) -> None:
    """Tell one; who cannot be told keeps nobody else waiting."""
    try:
        heard(found)
    except Exception as fault:
        asyncio.get_running_loop().call_exception_handler(
            {"message": "An answer could not be given.", "exception": fault}
        )
