"""Writing in batches: who waits, and who is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from veche.gathering import Away, Gatherer


class Echo(Gatherer[int, int]):
    """Writes nothing, and answers what it was given."""

    async def _batch(self, batch: Sequence[int]) -> list[int]:
        return list(batch)


def test_who_cannot_be_told_keeps_nobody_from_being_told() -> None:
    async def visit() -> tuple[list[int | Away], list[Any]]:
        told: list[int | Away] = []
        faults: list[Any] = []
        asyncio.get_running_loop().set_exception_handler(lambda _loop, what: faults.append(what))
        echo = Echo(most_waiting=9, most=9)

        def gone(_found: int | Away) -> None:
            raise OSError("the line is cut")

        echo.put(1, gone)
        echo.put(2, told.append)
        assert await asyncio.wait_for(echo.write(3), 5) == 3
        return told, faults

    told, faults = asyncio.run(visit())
    assert told == [2]
    assert [type(one["exception"]) for one in faults] == [OSError]
