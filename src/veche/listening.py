"""A listener of its own for a door that must be fast: HTTP/1.1 over httptools, without ASGI.

A web server around an ASGI application spends more on the server than a door spends on its work.
Here a request becomes one `Asked`, which a door answers when it can; answers leave in the order in
which the requests came. What is asked for is small by nature: heads and bodies are bounded, who
sends or reads too slowly is let go, and whoever stops the listener waits for what is being written.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import httptools

from veche import listening_words as words
from veche.errors import NotFound, Refused
from veche.listening_asked import Asked
from veche.native import ALWAYS

MOST_LINES = 4_096
"""Connections at the same time; who comes then is asked to come again."""
MOST_PIPED = 64
"""Requests of one connection that wait for their answers before no more is read from it."""
LONGEST_HEAD = 16_384
"""Bytes of the head of a request."""
FRAMED = 8
"""As many times its own length a body may take with all that frames its pieces and follows it."""
LONGEST_FLUSH = 20 * 1024 * 1024
"""Bytes of what is far too long that are read, so that the sender hears the answer."""
PATIENCE = 10
"""Seconds a request may take to come, an answer to be fetched, or what is too long to end."""
IDLE = 75
"""Seconds a connection is kept without a request: longer than proxies keep theirs."""

_REST = b"".join(name + b": " + value + b"\r\n" for name, value in ALWAYS)


class Line(asyncio.Protocol):
    """One connection."""

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.since = listener.ticks
        """When it last stood at a new beginning, in ticks of the listener."""
        self.stuck = 0
        """Since when what was answered is not fetched; 0: it is."""
        self.flushed = -1
        """Bytes thrown away since the last answer; negative: there is none yet."""
        self.transport: asyncio.Transport
        self.waiting: deque[Asked] = deque()
        self._parser = httptools.HttpRequestParser(self)
        self._now: Asked | None = None
        self._parts: list[bytes] = []
        self._size = self._came = 0
        self._whole_head = False
        self._paused = self._eof = self._broken = False

    # --- the connection

    def connection_made(self, transport: Any) -> None:
        """Somebody came."""
        self.transport = transport
        self.listener.lines.add(self)
        if len(self.listener.lines) > self.listener.most_lines or self.listener.ending:
            self._break(words.TooManyLines())

    def connection_lost(self, exc: Exception | None) -> None:
        """They are gone; what they sent is written all the same."""
        self.listener.gone(self)

    def data_received(self, data: bytes) -> None:
        """Bytes came. They are looked at by pieces, so that no piece holds more than may come."""
        for at in range(0, len(data), LONGEST_HEAD):
            self._feed(data[at : at + LONGEST_HEAD])

    def _feed(self, data: bytes) -> None:
        if self.flushed >= 0:
            self.flushed += len(data)
            if self.flushed > LONGEST_FLUSH:
                self.transport.abort()
            return
        before = self._now
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._end()
        except httptools.HttpParserError:
            if self.flushed < 0:
                self._break(words.Unreadable())
        else:
            if before is not None and before is self._now:
                self._came += len(data)
                if not self._whole_head and self._came > LONGEST_HEAD:
                    self._break(words.LongHead())
                elif self._came > LONGEST_HEAD + FRAMED * self.listener.longest:
                    self._too_long(before)

    def eof_received(self) -> bool:
        """They send no more; they may still wait for answers."""
        self._eof, self._now = True, None
        if not self.waiting:
            return False
        self._end()
        return True

    def pause_writing(self) -> None:
        """They do not fetch their answers."""
        self.stuck = self.listener.ticks or 1
        self._pace()

    def resume_writing(self) -> None:
        """They do again."""
        self.stuck = 0
        self._pace()

    def _pace(self) -> None:
        wanted = bool(self.stuck) or len(self.waiting) >= MOST_PIPED
        if wanted != self._paused and not self.transport.is_closing():
            self._paused = wanted
            if wanted:
                self.transport.pause_reading()
            else:
                self.transport.resume_reading()

    # --- what the parser finds

    def on_message_begin(self) -> None:
        """A request begins."""
        if self.flushed < 0:
            self._now = Asked(self)
            self._size = self._came = 0
            self._whole_head = False
            self.since = self.listener.ticks

    def on_url(self, url: bytes) -> None:
        """The address, or a piece of it."""
        if self._now is not None:
            self._now.path += url
            if len(self._now.path) > LONGEST_HEAD:
                self._break(words.LongHead())

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        if self._now is not None and not self._whole_head:
            self._size += len(name) + len(value)
            if self._size > LONGEST_HEAD:
                self._break(words.LongHead())
            else:
                self._now.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """The head is whole; what is too long to be looked at is told from it."""
        now = self._now
        if now is None:
            return
        self._size, self._whole_head = 0, True
        now.method = self._parser.get_method()
        length: bytes | None = None
        chunked = waits = False
        for name, value in now.headers:
            if name == b"content-length":
                length = value
            elif name == b"transfer-encoding":
                chunked = True
            elif name == b"expect":
                waits = value.lower() == b"100-continue"
        if length is None and not chunked and now.method in (b"POST", b"PUT", b"PATCH"):
            self._break(words.NoLength())
        elif chunked and self._parser.get_http_version() != "1.1":
            self._break(words.Unreadable())  # who knows no chunks may see another end of it
        elif length is not None and int(length) > self.listener.longest:
            self._too_long(now)
        elif waits and not self.waiting:
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        if self._now is not None:
            self._parts.append(body)
            self._size += len(body)
            if self._size > self.listener.longest:
                self._too_long(self._now)

    def on_message_complete(self) -> None:
        """A request is whole."""
        now = self._now
        if now is None:
            return
        parts = self._parts
        now.body = parts[0] if len(parts) == 1 else b"".join(parts)
        if parts:
            self._parts = []
        if self.listener.ending or not self._parser.should_keep_alive():
            now.last = True
            self.flushed = 0
        self._hear(now)

    def _too_long(self, now: Asked) -> None:
        now.body = None
        now.last = self._broken = True
        self.flushed = 0
        self._parts = []
        self._hear(now)

    def _break(self, refused: Refused) -> None:
        """Say what is wrong with what came, and read nothing more."""
        now = self._now or Asked(self)
        now.last = self._broken = True
        self._now = None
        self.flushed = 0
        self.since = self.listener.ticks
        self.waiting.append(now)
        now.refuse(refused)

    def _hear(self, now: Asked) -> None:
        self._now = None
        self.waiting.append(now)
        if len(self.waiting) >= MOST_PIPED:
            self._pace()
        self.listener.hear(now)

    # --- answers

    def said(self, asked: Asked) -> None:
        """Something has its answer: all that may go now goes."""
        waiting = self.waiting
        while waiting and waiting[0].said:
            first = waiting.popleft()
            if not self.transport.is_closing():
                self.transport.write(first.said)
                self.since = self.listener.ticks
                if first.last:
                    self._linger()
        if self._paused:
            self._pace()

    def _linger(self) -> None:
        """Nothing more will be said. Who is still sending must not lose the answer by it."""
        if self._broken and not self._eof:
            try:
                self.transport.write_eof()
            except OSError:  # they are gone
                self.transport.abort()
                return
            if self._paused:
                self._paused = False
                self.transport.resume_reading()
        else:
            self.transport.close()

    def _end(self) -> None:
        """Read nothing more, and go when all is answered."""
        self.flushed = 0
        if self.waiting:
            self.waiting[-1].last = True
        else:
            self.transport.close()

    def stop(self) -> None:
        """The listener ends: what is being asked is still answered."""
        if self._now is None and not self.transport.is_closing():
            self._end()

    def look(self) -> None:
        """Once a tick: let go who is too slow."""
        late = self.listener.ticks - self.since
        if self.stuck:
            if self.listener.ticks - self.stuck > PATIENCE:
                self.transport.abort()
        elif self.waiting:
            return
        elif self.flushed >= 0:
            if late > PATIENCE:
                self.transport.abort()
        elif self._now is not None:
            if late > PATIENCE:
                self._break(words.TooSlow())
        elif late > IDLE + PATIENCE:
            self.transport.abort()
        elif late > IDLE:  # which waits until all that was answered is fetched
            self.transport.close()


class Listener:
    """Listens, and gives every request to its door.

    ``doors`` are the doors by their paths: each is called with what was asked, by POST, and
    answers it then or later. A body of more than ``longest`` bytes is not handed on.
    """

    def __init__(
        self,
        doors: dict[bytes, Callable[[Asked], None]],
        *,
        longest: int,
        most_lines: int = MOST_LINES,
        tick: float = 1.0,
    ) -> None:
        self.doors = doors
        self.longest = longest
        self.most_lines = most_lines
        self.tick = tick
        self.ticks = 0
        self.ending = False
        self.lines: set[Line] = set()
        self.rest = b""
        """The headers of every answer."""
        self._server: asyncio.Server
        self._empty = asyncio.Event()
        self._clock: asyncio.TimerHandle | None = None

    async def begin(self, **where: Any) -> int:
        """Listen at ``host`` and ``port`` or at a ``path``; the port.

        Raises:
            OSError: it is taken, or may not be used.
        """
        loop = asyncio.get_running_loop()
        self._tick()
        more: dict[str, Any] = {"backlog": 1024, **where}
        if "path" in where:
            self._server = await loop.create_unix_server(lambda: Line(self), **more)
            return 0
        self._server = await loop.create_server(lambda: Line(self), **more)
        return int(self._server.sockets[0].getsockname()[1])

    def hear(self, asked: Asked) -> None:
        """Lead a request to its door."""
        door = self.doors.get(asked.path)
        if door is None:
            path = asked.path.partition(b"?")[0]
            if path == b"/healthz":
                asked.answer(200, b"ok\n", b"text/plain; charset=utf-8")
                return
            door = self.doors.get(path)
        if door is None:
            asked.refuse(NotFound())
        elif asked.method != b"POST":
            asked.refuse(words.WrongMethod())
        else:
            try:
                door(asked)
            except Exception as fault:
                asked.fail(fault)

    async def end(self, patience: float = PATIENCE) -> None:
        """Take nothing new, answer what was asked, and go."""
        self.ending = True
        self._server.close()
        for line in list(self.lines):
            line.stop()
        try:
            if self.lines:
                await asyncio.wait_for(self._empty.wait(), patience)
        except TimeoutError:
            for line in list(self.lines):
                line.transport.abort()
        if self._clock is not None:
            self._clock.cancel()

    def gone(self, line: Line) -> None:
        """A connection has ended."""
        self.lines.discard(line)
        if self.ending and not self.lines:
            self._empty.set()

    def _tick(self) -> None:
        self.ticks += 1
        self.rest = b"date: %s\r\n%s" % (formatdate(usegmt=True).encode(), _REST)
        for line in list(self.lines):
            line.look()
        self._clock = asyncio.get_running_loop().call_later(self.tick, self._tick)
