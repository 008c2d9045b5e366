"""Lines that stay open for long (server-sent events), and their end when the process is to stop.

A server that is asked to stop waits for what it is answering. A page that stays open is never
answered, so each such line is told of the stop and ends itself; the browser comes again by itself,
to whoever serves then.
"""

from __future__ import annotations

import asyncio
import contextlib

from veche.native import Receive

_OPEN: set[asyncio.Future[None]] = set()
"""One for each line that is open in this process; done when it is to end."""
_stopping = False


async def left(receive: Receive) -> None:
    """Until the reader has closed the page, or this process is asked to stop."""
    stop: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    gone = asyncio.ensure_future(_gone(receive))
    _OPEN.add(stop)
    try:
        if not _stopping:  # asked once the line is known: who stops meanwhile finds it
            await asyncio.wait((stop, gone), return_when=asyncio.FIRST_COMPLETED)
    finally:
        _OPEN.discard(stop)
        gone.cancel()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def close_streams() -> int:
    """End every open line of this process, and whatever would be opened from now on; how many were
    open. From any thread, and from a signal's handler."""
    global _stopping
    _stopping = True
    lines = list(_OPEN)
    for one in lines:
        with contextlib.suppress(RuntimeError):  # its loop is over, and the line with it
            one.get_loop().call_soon_threadsafe(_end, one)
    return len(lines)


def _end(line: asyncio.Future[None]) -> None:
    if not line.done():
        line.set_result(None)
