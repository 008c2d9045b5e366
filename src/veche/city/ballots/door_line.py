"""The door's line into the database: one prepared statement, asked again and again.

psycopg connects; what is asked goes by its own way to libpq (`psycopg.pq`), without cursors and
without an adapter for each value: of a small batch these cost more than the ballots do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import errors, pq

_NAME = b"cast"


class Line:
    """One connection on which one statement is asked. Use one batch at a time."""

    def __init__(self, connection: psycopg.AsyncConnection[tuple[Any, ...]]) -> None:
        self.connection = connection
        self._pg = connection.pgconn
        self._socket = self._pg.socket
        self._loop = asyncio.get_running_loop()
        self._answer: asyncio.Future[pq.abc.PGresult] | None = None
        self._found: pq.abc.PGresult | None = None
        self._flushing = False

    @classmethod
    async def to(cls, database: dict[str, Any], statement: str, patience: float) -> Line:
        """Connect and prepare; parameters are ``$1`` and so on.

        The database gives up after ``patience`` seconds too: what nobody waits for any more must
        not be written later, nor hold a connection until then.

        Raises:
            psycopg.Error: there is no database, or it does not understand.
        """
        connection = await psycopg.AsyncConnection.connect(**database, autocommit=True)
        try:
            told = [str(round(patience * 1000))]
            await connection.execute("SELECT set_config('statement_timeout', %s, false)", told)
        except BaseException:
            await connection.close()
            raise
        line = cls(connection)
        line._loop.add_reader(line._pg.socket, line._readable)
        try:
            line._pg.send_prepare(_NAME, statement.encode())
            await line._done()
        except BaseException:
            await line.close()
            raise
        return line

    async def ask(self, values: Sequence[str]) -> pq.abc.PGresult:
        """What the statement gives for these values.

        Raises:
            psycopg.Error: the database refused it, or is gone.
        """
        self._pg.send_query_prepared(_NAME, [value.encode() for value in values])
        return await self._done()

    async def _done(self) -> pq.abc.PGresult:
        self._answer = self._loop.create_future()
        self._flush()
        try:
            result = await self._answer
        finally:
            self._answer = self._found = None
        if result.status not in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
            raise errors.error_from_result(result)
        return result

    def _flush(self) -> None:
        """Send what the socket takes; the rest when it takes more."""
        try:
            left = self._pg.flush()
        except psycopg.Error as fault:
            self._broken(fault)
            return
        if left and not self._flushing:
            self._loop.add_writer(self._socket, self._flush)
        elif self._flushing and not left:
            self._loop.remove_writer(self._socket)
        self._flushing = bool(left)

    def _readable(self) -> None:
        try:
            self._pg.consume_input()
            while self._answer is not None and not self._pg.is_busy():
                result = self._pg.get_result()
                if result is None:
                    if not self._answer.done() and self._found is not None:
                        self._answer.set_result(self._found)
                    return
                self._found = result
        except psycopg.Error as fault:
            self._broken(fault)

    def _broken(self, fault: psycopg.Error) -> None:
        """The database is gone: nothing more is heard on this line."""
        self._quiet()
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(fault)

    def _quiet(self) -> None:
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)

    async def close(self) -> None:
        """Let it go."""
        if not self._pg.status:  # what is broken is quiet already, and its number another's
            self._quiet()
        await self.connection.close()
