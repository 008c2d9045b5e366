"""Whose ballots they are, read for many pages at once: sign-in, person and entry of the roll.

One statement for all who cast within the same milliseconds, over a connection of its own. It is
asked before the ballot is written and says no more than yes: where anything is unusual, the pages
look themselves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple

import psycopg

from veche.core.people.sessions import stands
from veche.gathering import Gatherer

MOST_WAITING, MOST = 5_000, 500
PATIENCE = 10.0
"""Seconds a look may take, connecting included."""

# Staff is left to the pages, which ask for a second factor: whoever was ever given a role.
_FIND = """
SELECT s.session_data, p.id, p.password
FROM unnest(%s::text::text[], %s::text::bigint[]) WITH ORDINALITY AS g (session, entry, n)
    LEFT JOIN people_signin s ON s.session_key = g.session AND s.expire_date > now()
    LEFT JOIN ballots_rollentry e ON e.id = g.entry AND e.person_id = s.person_id
    LEFT JOIN people_person p ON p.id = e.person_id AND p.is_active
        AND NOT EXISTS (SELECT FROM organisations_holding h WHERE h.person_id = p.id)
ORDER BY g.n
"""
# Rows are found by their keys, whatever the planner believes of tables that were small.
_PLANS = (
    "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_hashjoin = off;"
    " SET enable_mergejoin = off; SET enable_material = off"
)


class Asked(NamedTuple):
    """Who casts: the key of a sign-in (letters and digits only), and the entry of their ballot."""

    session: str
    entry: int


class Reader(Gatherer[Asked, bool]):
    """Tells whether the sign-in holds, and the entry is that person's."""

    outside = (psycopg.Error, OSError, TimeoutError)

    def __init__(self, database: dict[str, Any]) -> None:
        super().__init__(most_waiting=MOST_WAITING, most=MOST)
        self.database = database
        self._connection: psycopg.AsyncConnection[tuple[Any, ...]] | None = None

    async def _batch(self, batch: Sequence[Asked]) -> list[bool]:
        try:
            rows = await self._ask(batch)
        except (psycopg.OperationalError, psycopg.InterfaceError, TimeoutError, OSError):
            # The server was started again, say: once more over a new line.
            await self.end()
            rows = await self._ask(batch)
        self.batches += 1
        return [
            person is not None and stands(data, person, password) for data, person, password in rows
        ]

    async def _ask(self, batch: Sequence[Asked]) -> list[tuple[Any, ...]]:
        async with asyncio.timeout(PATIENCE):
            if self._connection is None:
                made = await psycopg.AsyncConnection.connect(**self.database, autocommit=True)
                await made.execute(_PLANS)
                self._connection = made
            arrays = (
                "{" + ",".join(one.session for one in batch) + "}",
                "{" + ",".join(str(one.entry) for one in batch) + "}",
            )
            cursor = await self._connection.execute(_FIND, arrays, prepare=True)
            return await cursor.fetchall()

    async def end(self) -> None:
        """Let the connection go."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()
