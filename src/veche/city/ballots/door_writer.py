"""Writing ballots in batches (`veche.gathering`): one statement, one commit, everybody's answer.

The database judges each ballot by itself
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
from veche.gathering import Away, Gatherer

MOST_WAITING = 5_000
"""Ballots that may wait in one process; who comes then is asked to come again."""
MOST = 500
"""Ballots in one batch."""
PATIENCE = 10.0
"""Seconds a batch may take, connecting included."""
TRIES = 3

__all__ = ["Away", "Sending", "Writer"]

_CAST = (
    "SELECT outcome, city_now() FROM ballots_cast(%s::text::bigint[], %s::text::bigint[],"
    " %s::text::bytea[], %s::text::smallint[], %s::text::bigint[], %s::text::text[],"
    " %s::text::text[], %s::text::bytea[], %s::text::timestamptz[])"
)

Answer = tuple[str, str]
"""Outcome and promise; the promise is empty for what was not taken."""


class Sending(NamedTuple):
    """One ballot on its way into the database."""

    token: BallotToken
    choice: str
    key: bytes
    number: str
    leaf: bytes


class Writer(Gatherer[Sending, Answer]):
    """Writes for one process, over one connection of its own; ``told`` publishes the key."""

    outside = (psycopg.Error, OSError, TimeoutError)

    def __init__(
        self,
        database: dict[str, Any],
        *,
        told: Callable[[dt.datetime], None] | None = None,
        most_waiting: int = MOST_WAITING,
        most: int = MOST,
    ) -> None:
        super().__init__(most_waiting=most_waiting, most=most)
        self.database = database
        self._told = told
        self._connection: psycopg.AsyncConnection[tuple[Any, ...]] | None = None

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
