"""Writing ballots in batches: one statement, one commit, then everybody's answer.

While one batch is being written the next gathers: alone a ballot waits for nobody, and under load
a commit carries all that comes within milliseconds. The database judges each ballot by itself
(``ballots_cast``). What it could not be asked about is never acknowledged; sent again it is the
same ballot.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import psycopg
from psycopg import errors

from veche.city.ballots import keys
from veche.city.ballots.tokens import BallotToken
from veche.city.ballots.vote.promise import promise_all

MOST_WAITING = 5_000
"""Ballots that may wait in one process; who comes then is asked to come again."""
MOST = 500
"""Ballots in one batch."""
GATHER = 0.003
"""Seconds a batch waits for more while the last one was of more than one: a commit is dear."""
PATIENCE = 10.0
"""Seconds a batch may take, connecting included."""
TRIES = 3

_CAST = (
    "SELECT outcome, city_now() FROM ballots_cast(%s::text::bigint[], %s::text::bigint[],"
    " %s::text::bytea[], %s::text::smallint[], %s::text::bigint[], %s::text::text[],"
    " %s::text::text[], %s::text::bytea[], %s::text::timestamptz[])"
)

Answer = tuple[str, str]
"""Outcome and promise; the promise is empty for what was not taken."""


class Away(Exception):
    """The ballot could not be written now, and nothing was acknowledged."""


class Sending(NamedTuple):
    """One ballot on its way into the database."""

    token: BallotToken
    choice: str
    key: bytes
    number: str
    leaf: bytes


class Writer:
    """Writes for one process, over one connection of its own; ``told`` publishes the key."""

    def __init__(
        self,
        database: dict[str, Any],
        *,
        told: Callable[[dt.datetime], None] | None = None,
        most_waiting: int = MOST_WAITING,
        most: int = MOST,
    ) -> None:
        self.database = database
        self.most_waiting = most_waiting
        self.most = most
        self.gather = GATHER
        self.batches = 0
        """How many were written; measurements read it."""
        self._told = told
        self._last = 0
        self._waiting: list[tuple[Sending, asyncio.Future[Answer]]] = []
        self._connection: psycopg.AsyncConnection[tuple[Any, ...]] | None = None
        self._task: asyncio.Task[None] | None = None

    async def write(self, sending: Sending) -> Answer:
        """Write one ballot, with whatever else comes.

        Raises:
            Away: too many wait, or the database does not answer; nothing was acknowledged.
        """
        if len(self._waiting) >= self.most_waiting:
            raise Away
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((sending, answer))
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
                    answers = await self._batch([sending for sending, _answer in batch])
                except Exception as fault:
                    from_outside = isinstance(fault, (psycopg.Error, OSError, TimeoutError))
                    if not from_outside:  # this ends here: nobody is left waiting for an answer
                        batch, self._waiting = [*batch, *self._waiting], []
                    for _sending, answer in batch:
                        if not answer.done():
                            answer.set_exception(Away(str(fault)))
                    if not from_outside:
                        raise
                else:
                    for (_sending, answer), found in zip(batch, answers, strict=True):
                        if not answer.done():  # they may have gone away meanwhile
                            answer.set_result(found)
        finally:
            self._task = None

    async def _batch(self, batch: Sequence[Sending]) -> list[Answer]:
        for left in range(TRIES - 1, -1, -1):
            try:
                async with asyncio.timeout(PATIENCE):
                    rows = await self._ask(_arrays(batch))
                    break
            except (errors.DeadlockDetected, errors.SerializationFailure):
                if not left:
                    raise
            except (psycopg.OperationalError, psycopg.InterfaceError, TimeoutError, OSError):
                # The server was started again, say. What it did not answer may be written or not:
                # asked again, it takes the same ballot for the same.
                await self._drop()
                if left < TRIES - 1:
                    raise
        self.batches += 1
        at: dt.datetime = rows[0][1]
        signer = keys.own_signer()
        if self._told is not None:
            await asyncio.to_thread(self._told, at)
            self._told = None
        ballots = [
            (sending.number, sending.leaf)
            for sending, (outcome, _at) in zip(batch, rows, strict=True)
            if outcome == "taken"
        ]
        made = iter(promise_all(ballots, at, signer.key, signer.private.sign) if ballots else ())
        return [(outcome, next(made) if outcome == "taken" else "") for outcome, _at in rows]

    async def _ask(self, arrays: Sequence[str]) -> list[tuple[Any, ...]]:
        if self._connection is None:
            self._connection = await psycopg.AsyncConnection.connect(
                **self.database, autocommit=True
            )
        cursor = await self._connection.execute(_CAST, arrays, prepare=True)
        return await cursor.fetchall()

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def end(self) -> None:
        """Let the connection go."""
        await self._drop()


def _arrays(batch: Sequence[Sending]) -> tuple[str, ...]:
    """A batch as PostgreSQL spells arrays: made so it costs a fraction of adapting each value."""
    tokens = [sending.token for sending in batch]
    return (
        _plain(str(token.vote) for token in tokens),
        _plain(str(token.entry) for token in tokens),
        _plain(f'"\\\\x{token.code.hex()}"' for token in tokens),
        _plain(str(token.revision) for token in tokens),
        _plain(str(token.territory) for token in tokens),
        _plain(token.channel for token in tokens),
        _plain(
            '"' + sending.choice.replace("\\", "\\\\").replace('"', '\\"') + '"'
            for sending in batch
        ),
        _plain(f'"\\\\x{sending.key.hex()}"' for sending in batch),
        _plain(f'"{token.until.isoformat()}"' for token in tokens),
    )


def _plain(parts: Any) -> str:
    return "{" + ",".join(parts) + "}"
