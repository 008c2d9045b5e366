"""What an anonymous page costs when the router remembers it, and how soon the first page comes."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from veche.project.asgi import Message, Router, build
from veche.project.measure import Report

ADDRESSES = ("/ru/", "/ru/problems/", "/ru/opendata/")
TIMES = 2000


def bench(report: Report) -> None:
    """CPU of this process per answer, Django's own work included where it is asked."""
    began = time.perf_counter()
    router = build()
    report("web process ready", time.perf_counter() - began, "s", at_most=5)
    for address in ADDRESSES:
        size, first, later = asyncio.run(_measure(router, address))
        report(f"{address} made anew ({size // 1000} kB)", first * 1000, "ms CPU")
        report(f"{address} remembered", later * 1000, "ms CPU", at_most=0.25)


async def _measure(router: Router, address: str) -> tuple[int, float, float]:
    """Bytes of the page, CPU seconds of the first answer and of one from memory."""
    size = 0

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        nonlocal size
        size = max(size, len(message.get("body", b"")))

    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "http_version": "1.1",
        "path": address,
        "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"accept-encoding", b"gzip")],
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 1),
    }
    await router(dict(scope), receive, send)  # templates are read once
    router.memory = type(router.memory)()
    began = time.process_time()
    await router(dict(scope), receive, send)
    first = time.process_time() - began
    times = TIMES if router.memory.size else 3  # a page that is not remembered misses the goal
    began = time.process_time()
    for _ in range(times):
        await router(dict(scope), receive, send)
    return size, first, (time.process_time() - began) / times
