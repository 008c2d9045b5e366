"""Writing in batches: who comes within milliseconds of others shares one commit with them.

While one batch is being written the next gathers: alone one waits for nobody, and under load a
commit carries all that came. Nobody is answered before what they brought is committed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Generic, TypeVar

Given = TypeVar("Given")
Told = TypeVar("Told")

GATHER = 0.003
"""Seconds a batch waits for more while the last one was of more than one: a commit is dear."""


class Away(Exception):
    """It could not be written now, and nothing was acknowledged."""


class Gatherer(Generic[Given, Told]):
    """Gathers for one process; a subclass says how a batch is written."""

    outside: tuple[type[Exception], ...] = (OSError, TimeoutError)
    """Faults that come from outside, not from the program: the next batch is tried all the same."""

    def __init__(self, *, most_waiting: int, most: int) -> None:
        self.most_waiting = most_waiting
        """Who comes while so many wait is asked to come again."""
        self.most = most
        """How many are written in one batch."""
        self.gather = GATHER
        self.batches = 0
        """How many were written; measurements read it."""
        self._last = 0
        self._waiting: list[tuple[Given, asyncio.Future[Told]]] = []
        self._task: asyncio.Task[None] | None = None

    async def write(self, given: Given) -> Told:
        """Write one, with whatever else comes.

        Raises:
            Away: too many wait, or it could not be written; nothing was acknowledged.
        """
        if len(self._waiting) >= self.most_waiting:
            raise Away
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Told] = loop.create_future()
        self._waiting.append((given, answer))
        if self._task is None:
            self._task = loop.create_task(self._run())
        return await answer

    async def _run(self) -> None:
        """Write until nothing waits."""
        try:
            while self._waiting:
                # Who has come by now comes along; under load, who comes within a moment does too.
                await asyncio.sleep(self.gather if self._last > 1 else 0)
                batch, self._waiting = self._waiting[: self.most], self._waiting[self.most :]
                self._last = len(batch)
                try:
                    answers = await self._batch([given for given, _answer in batch])
                except Exception as fault:
                    from_outside = isinstance(fault, self.outside)
                    if not from_outside:  # this ends here: nobody is left waiting for an answer
                        batch, self._waiting = [*batch, *self._waiting], []
                    for _given, answer in batch:
                        if not answer.done():
                            answer.set_exception(Away(str(fault)))
                    if not from_outside:
                        raise
                else:
                    for (_given, answer), found in zip(batch, answers, strict=True):
                        if not answer.done():  # they may have gone away meanwhile
                            answer.set_result(found)
        finally:
            self._task = None

    async def _batch(self, batch: Sequence[Given]) -> list[Told]:
        """Write all of these and commit; an answer for each, in their order."""
        raise NotImplementedError
