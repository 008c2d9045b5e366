"""The crowd of a load test: a process of its own that sends ballots over many connections.

``python -m veche.city.ballots.load_client PORT CONNECTIONS FILE``; the file holds whole requests
with a NUL between them. Every connection sends its next ballot when the last was answered, as a
browser would. Standard library only, and as cheap as it can be: it shares the machine with what it
loads.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any


class Line(asyncio.Protocol):
    """One connection: a ballot, its answer, the next."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd = crowd
        self.begun = 0.0
        self.transport: asyncio.Transport | None = None
        self.answer = b""

    def connection_made(self, transport: Any) -> None:
        """Begin."""
        self.transport = transport
        self.next()

    def next(self) -> None:
        """Send the next ballot, or go home."""
        assert self.transport is not None
        request = self.crowd.next()
        if request is None:
            self.transport.close()
            return
        self.begun = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        """What was answered; mostly all of it comes at once."""
        self.answer = data = self.answer + data if self.answer else data
        head = data.find(b"\r\n\r\n")
        if head < 0:
            return
        mark = data.lower().find(b"content-length:", 0, head)
        length = int(data[mark + 15 : data.find(b"\r", mark)]) if mark >= 0 else 0
        if len(data) < head + 4 + length:
            return
        self.crowd.heard(data[9:12], time.perf_counter() - self.begun, data[head + 4 :])
        self.answer = b""
        self.next()

    def connection_lost(self, fault: Exception | None) -> None:
        """Gone, whether done or not."""
        self.crowd.gone(fault)


class Crowd:
    """Everybody who votes, and what they were answered."""

    def __init__(self, requests: list[bytes]) -> None:
        self.requests = requests[::-1]
        self.statuses: Counter[bytes] = Counter()
        self.waits: list[float] = []
        self.sample = b""
        self.lost = 0
        self.left = 0
        self.done = asyncio.Event()

    def next(self) -> bytes | None:
        """The next ballot; None when all are cast."""
        return self.requests.pop() if self.requests else None

    def heard(self, status: bytes, seconds: float, body: bytes) -> None:
        """Somebody was answered."""
        self.statuses[status] += 1
        self.waits.append(seconds)
        if not self.sample or status != b"200":
            self.sample = body

    def gone(self, fault: Exception | None) -> None:
        """A connection ended."""
        self.lost += fault is not None
        self.left -= 1
        if self.left == 0:
            self.done.set()

    async def vote(self, port: int, connections: int) -> dict[str, Any]:
        """Cast everything; what was seen."""
        loop = asyncio.get_running_loop()
        self.left = connections
        cpu, begun = time.process_time(), time.perf_counter()
        for _n in range(connections):
            await loop.create_connection(lambda: Line(self), "127.0.0.1", port)
        await self.done.wait()
        seconds = time.perf_counter() - begun
        self.waits.sort()
        many = len(self.waits)
        return {
            "seconds": seconds,
            "client_cpu": time.process_time() - cpu,
            "statuses": {status.decode(): n for status, n in sorted(self.statuses.items())},
            "lost": self.lost,
            "p50_ms": self.waits[many // 2] * 1000,
            "p99_ms": self.waits[min(many - 1, many * 99 // 100)] * 1000,
            "sample": self.sample.decode("utf-8", "replace")[:2000],
        }


def main(words: list[str]) -> int:
    """Send the requests of a file and print what was seen."""
    requests = Path(words[2]).read_bytes().split(b"\0")
    told = _run(Crowd(requests).vote(int(words[0]), int(words[1])))
    print(json.dumps(told))
    return 0


def _run(voting: Any) -> Any:
    try:
        import uvloop
    except ImportError:
        return asyncio.run(voting)
    return uvloop.run(voting)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
