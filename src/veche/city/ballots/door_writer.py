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
from veche.city.ballots.door_line import Line
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
    "SELECT string_agg(outcome, ',' ORDER BY n), extract(epoch FROM city_now())"
    " FROM ballots_cast($1::bigint[], $2::bigint[], $3::bytea[], $4::smallint[], $5::bigint[],"
    " $6::text[], $7::text[], $8::bytea[], $9::timestamptz[])"
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
    lanes = 2
    """While the database writes one batch, the door reads and answers another."""

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
        self._telling = asyncio.Lock()
        self._free: list[Line] = []
        """Lines on which nothing is being written."""

    async def _batch(self, batch: Sequence[Sending]) -> list[Answer]:
        # In one order, so that two batches that hold the same ballots never wait for each other.
        places = sorted(range(len(batch)), key=lambda place: batch[place].token.code)
        ordered = [batch[place] for place in places]
        for left in range(TRIES - 1, -1, -1):
            try:
                async with asyncio.timeout(PATIENCE):
                    outcomes, at = await self._ask(_arrays(ordered))
                    break
            except (errors.DeadlockDetected, errors.SerializationFailure):
                if not left:
                    raise
            except (psycopg.OperationalError, psycopg.InterfaceError, TimeoutError, OSError):
                # The server was started again, say. What it did not answer may be written or not:
                # asked again, it takes the same ballot for the same.
                if left < TRIES - 1:
                    raise
        self.batches += 1
        signer = keys.own_signer()
        if self._told is not None:
            async with self._telling:
                if self._told is not None:
                    async with asyncio.timeout(PATIENCE):
                        await asyncio.to_thread(self._told, at)
                    self._told = None
        taken = [
            (sending.number, sending.leaf)
            for sending, outcome in zip(ordered, outcomes, strict=True)
            if outcome == "taken"
        ]
        made = iter(promise_all(taken, at, signer.key, signer.private.sign) if taken else ())
        answers: list[Answer] = [("", "")] * len(batch)
        for place, outcome in zip(places, outcomes, strict=True):
            answers[place] = (outcome, next(made) if outcome == "taken" else "")
        return answers

    async def _ask(self, arrays: Sequence[str]) -> tuple[list[str], dt.datetime]:
        """The outcomes of a batch, and when it was written, by the city's clock."""
        line = self._free.pop() if self._free else await Line.to(self.database, _CAST, PATIENCE)
        try:
            found = await line.ask(arrays)
        except (errors.DeadlockDetected, errors.SerializationFailure):
            self._free.append(line)
            raise
        except BaseException:
            await line.close()
            await self.end()  # who was cut off here was cut off everywhere
            raise
        self._free.append(line)
        outcomes, at = found.get_value(0, 0), found.get_value(0, 1)
        assert outcomes is not None and at is not None
        return outcomes.decode().split(","), dt.datetime.fromtimestamp(float(at), dt.UTC)

    async def end(self) -> None:
        """Let the lines go that are not in use."""
        while self._free:
            await self._free.pop().close()


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
