"""The wall while it is open: ``/wall/live`` as server-sent events.

``wall`` carries the pieces of the page that have become others, ``here`` how old they are (also
when nothing has changed, so that a lost line is noticed), ``again`` asks the page to be loaded
anew, ``end`` says that the screen was withdrawn.
"""

from __future__ import annotations

import asyncio
import time
from urllib.parse import parse_qs

from veche.errors import Refused
from veche.native import Receive, Scope, Send, answer, header, refuse
from veche.portal.wall.hub import Channel, Hub, event
from veche.portal.wall.walls import PUBLIC, NotForTheStaff, Pass, read_pass
from veche.streams import left

HEARTBEAT = 10.0
"""Seconds of silence after which the age of what is shown is sent."""
MOST_STREAMS = 2_000
"""Screens that may be open in one process."""
LANGUAGES = ("en", "ru", "zh-hans")
_STREAM = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
)


class TooManyScreens(Refused):
    """This process serves as many screens as it can."""

    code = "too-many-screens"
    status = 503


class Live:
    """The live door of one web process."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.streams = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] not in ("GET", "HEAD"):
            await answer(send, 405, b"{}\n", more=((b"allow", b"GET, HEAD"),))
            return
        asked = parse_qs(scope["query_string"].decode("latin-1"))
        told = asked.get("pass", [""])[0]
        shown = read_pass(told) if told else Pass(PUBLIC, asked.get("language", ["en"])[0])
        if shown is None or shown.language not in LANGUAGES or shown.screen in self.hub.withdrawn:
            await refuse(scope, send, NotForTheStaff())
        elif scope["method"] == "HEAD":
            await answer(send, 200, b"", _STREAM[0])
        elif self.streams >= MOST_STREAMS:
            await refuse(scope, send, TooManyScreens())
        else:
            await self._stream(scope, receive, send, shown)

    async def _stream(self, scope: Scope, receive: Receive, send: Send, shown: Pass) -> None:
        """Send what changes until the reader leaves, the pass is old or the screen withdrawn."""
        seen = header(scope, b"last-event-id").decode("latin-1")
        until = time.monotonic() + shown.seconds if shown.seconds else float("inf")
        channel = self.hub.watch(shown.wall.code, shown.language)
        self.streams += 1
        leaving = asyncio.ensure_future(left(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": list(_STREAM)})
            await _say(send, b"retry: 2000\n\n")
            while not leaving.done():
                changed = channel.changed
                if shown.screen in self.hub.withdrawn:
                    await _say(send, event("end", seen, {}))
                    break
                if time.monotonic() >= until:
                    await _say(send, event("again", seen, {}))
                    break
                if body := channel.since(seen):
                    seen = channel.mark
                    await _say(send, body)
                    await _say(send, _here(channel))
                waiting = asyncio.ensure_future(changed.wait())
                done, _ = await asyncio.wait(
                    (waiting, leaving), timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED
                )
                waiting.cancel()
                if not done:
                    await _say(send, _here(channel))
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            leaving.cancel()
            self.hub.leave(channel)
            self.streams -= 1


def _here(channel: Channel) -> bytes:
    """How old what is shown is, in seconds."""
    return b'event: here\ndata: {"age":%d}\n\n' % int(channel.age)


async def _say(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


def build() -> Live:
    """The walls of this process."""
    from veche.portal.wall import door

    return Live(Hub(door.marks, door.make, door.close))
