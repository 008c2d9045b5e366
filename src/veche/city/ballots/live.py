"""The count while it runs: ``/votes/NUMBER/live`` as server-sent events, ``tally.json`` beside.

Each event is named ``tally`` and carries the document of `vote.result.tally` with the vote's
state. When the count is final an event ``end`` follows and the line is closed; a browser that comes
again is answered 204, which tells it to stay away.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from urllib.parse import parse_qs

import psycopg

from veche.city.ballots import door_words, keys
from veche.city.ballots.live_hub import Count, Hub
from veche.city.ballots.queries.right import NotAVote
from veche.native import Receive, Scope, Send, answer, header, refuse
from veche.streams import left

HEARTBEAT = 20.0
"""Seconds of silence after which a line is sent, so that nobody on the way cuts it off."""
MOST_STREAMS = 5_000
"""Pages that may be open in one process; who comes then asks for the JSON instead."""
_STREAM = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
)


def live_pass(vote: int) -> str:
    """What shows the count of a vote that shows it after one's own vote; of nobody's account."""
    said = hmac.digest(keys.token_key(), b"live %d" % vote, hashlib.sha256)
    return said[:12].hex()


class Counts:
    """The doors of the counts in one web process."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.streams = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] not in ("GET", "HEAD"):
            await answer(send, 405, b"{}\n", more=((b"allow", b"GET, HEAD"),))
            return
        number, what = scope["path"].split("/")[2:4]
        try:
            count = await self.hub.count(number)
        except (psycopg.Error, OSError, TimeoutError):
            await refuse(scope, send, door_words.DoorAway())
            return
        if count.gone:
            await refuse(scope, send, NotAVote())
            return
        told = parse_qs(scope["query_string"].decode("latin-1")).get("pass", [""])[0]
        may_see = bool(told) and hmac.compare_digest(
            told.encode("latin-1", "replace"), live_pass(count.vote).encode()
        )
        if what == "tally.json":
            await self._once(scope, send, count, may_see)
        elif scope["method"] == "HEAD":
            await answer(send, 200, b"", _STREAM[0])
        elif count.ended and header(scope, b"last-event-id"):
            await answer(send, 204, b"")
        elif self.streams >= MOST_STREAMS:
            await refuse(scope, send, door_words.DoorAway())
        else:
            await self._stream(scope, receive, send, count, may_see)

    async def _once(self, scope: Scope, send: Send, count: Count, may_see: bool) -> None:
        mark = f'"{count.mark}{"" if may_see else "-"}"'.encode()
        # An own pass is in the address, so a memory on the way keeps the two apart.
        more = ((b"etag", mark),)
        if header(scope, b"if-none-match") == mark:
            await answer(send, 304, b"", more=more)
            return
        body = b"" if scope["method"] == "HEAD" else count.body(may_see)
        await answer(send, 200, body, more=more)

    async def _stream(
        self, scope: Scope, receive: Receive, send: Send, count: Count, may_see: bool
    ) -> None:
        """Send the count whenever it is another, until its end or until the reader leaves."""
        seen = header(scope, b"last-event-id").decode("latin-1")
        self.streams += 1
        self.hub.watch(count)
        leaving = asyncio.ensure_future(left(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": list(_STREAM)})
            await _say(send, b"retry: 3000\n\n")
            while not leaving.done():
                changed = count.changed
                if count.mark != seen:
                    seen = count.mark
                    body = count.body(may_see)
                    await _say(send, b"event: tally\nid: %b\ndata: %b\n\n" % (seen.encode(), body))
                if count.ended or count.gone:
                    await _say(send, b"event: end\nid: %b\ndata: {}\n\n" % seen.encode())
                    break
                waiting = asyncio.ensure_future(changed.wait())
                done, _ = await asyncio.wait(
                    (waiting, leaving), timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED
                )
                waiting.cancel()
                if not done:
                    await _say(send, b": here\n\n")
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            leaving.cancel()
            self.hub.leave(count)
            self.streams -= 1


async def _say(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


def build() -> Counts:
    """The counts of this process, over this program's database."""
    from django.db import connection

    from veche.city.ballots.door import database_of

    return Counts(Hub(database_of(connection.settings_dict)))
