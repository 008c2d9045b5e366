"""The native door for readings: single ones and arrays, without Django's stack.

A system shows its key, and what comes within one turn of the database is written together and
answered after its commit: nothing is acknowledged that could be lost.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection
from django.http.request import validate_host
from django.utils import translation

from veche import clock
from veche.city.pulse.operations.arrays import take_arrays
from veche.city.pulse.operations.corrections import refused as reading_refused
from veche.city.pulse.operations.doors import Single
from veche.city.pulse.operations.things import make
from veche.city.pulse.sensorthings import write_words as words
from veche.city.pulse.sensorthings.access import KeyHolder, key_holder
from veche.city.pulse.sensorthings.bodies import (
    is_link,
    linked,
    object_of,
    read_json,
)
from veche.city.pulse.sensorthings.data_array import arrays, links
from veche.city.pulse.sensorthings.door_writer import Sending, Writer, again
from veche.city.pulse.sensorthings.entities import ROOT
from veche.errors import Refused
from veche.gathering import Away
from veche.native import Receive, Scope, Send, TooLong, answer, body_of, header

MEGABYTES = 16
"""What is taken at once: some 300,000 readings in an array."""
KEY_SECONDS = 3.0
"""Seconds for which a key that was good is believed; one that is withdrawn is known by then."""
MOST_KEYS = 5_000
RETRY = (b"retry-after", b"3")
ASKS_KEY = (b"www-authenticate", b'Basic realm="SensorThings"')
T = TypeVar("T")


class Door:
    """The door of one web process."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self._keys: dict[str, tuple[KeyHolder, float]] = {}
        self._hosts: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            body = await body_of(receive, MEGABYTES * 1_000_000)
            base = self.base_of(scope)
            holder = await self.holder(header(scope, b"authorization").decode("latin-1"))
            if holder.off:
                raise words.SourceOff
            path: str = scope["path"].rstrip("/")
            if path.endswith("/CreateObservations"):
                told, link = await self._arrays(body, holder, base), b""
            else:
                number = await self._single(body, path, holder)
                link = f"{base}/Observations({number})".encode()
                told = b'{"@iot.id":%d,"@iot.selfLink":"%b"}' % (number, link)
        except TooLong:
            await refuse(send, words.TooMuch(most=MEGABYTES))
        except Refused as refused:
            await refuse(send, refused)
        else:
            await answer(send, 201, told, more=((b"location", link),) if link else ())

    def base_of(self, scope: Scope) -> str:
        """The address of the service, as the client sees it.

        Raises:
            words.NoSuch: it was asked for by a name that is not ours.
        """
        host = header(scope, b"host").decode("latin-1") or "localhost"
        if host not in self._hosts:
            name = host if host.endswith("]") else host.rpartition(":")[0] or host
            if not validate_host(name.lower(), settings.ALLOWED_HOSTS):
                raise words.NoSuch(what=name)
            if len(self._hosts) < MOST_KEYS:
                self._hosts.add(host)
        scheme = scope.get("scheme", "http")
        if settings.SECURE_PROXY_SSL_HEADER and header(scope, b"x-forwarded-proto") == b"https":
            scheme = "https"
        return f"{scheme}://{host}{ROOT}"

    async def holder(self, shown: str) -> KeyHolder:
        """Whose key this is.

        Raises:
            words.NeedsKey, words.KeyUnknown: no good one was shown.
            words.Away: the database does not answer.
        """
        known = self._keys.get(shown)
        now = time.monotonic()
        if known is not None and known[1] > now:
            return known[0]
        found = await self._apart(lambda: key_holder(shown))
        if found is None:
            raise words.NeedsKey
        if len(self._keys) >= MOST_KEYS:
            self._keys.clear()
        self._keys[shown] = (found, now + KEY_SECONDS)
        return found

    async def _single(self, body: bytes, path: str, holder: KeyHolder) -> int:
        """Take one reading; its number.

        Raises:
            Refused: it was not taken; the sentence says why.
        """
        document = object_of(read_json(body))
        parent = _parent(path)
        named = parent or _named(document)
        about = document.get("FeatureOfInterest")
        if named is None or (about is not None and not is_link(about)):
            return await self._deep(document, parent, holder)
        kind, stream = named
        sending = Sending(holder.source, Single(document, stream, kind == "MultiDatastream"))
        try:
            outcome = await self.writer.write(sending)
        except Away as fault:
            raise words.Busy from fault
        if isinstance(outcome, int):
            return outcome
        if isinstance(outcome, Refused):
            raise outcome
        if outcome == "foreign" and parent:
            raise words.NoSuch(what=f"{kind}s({stream})")
        raise reading_refused(outcome)

    async def _deep(
        self, document: Mapping[str, Any], parent: tuple[str, int] | None, holder: KeyHolder
    ) -> int:
        """Take a reading with a new stream or a new feature inside it."""
        made = await self._apart(
            lambda: make(
                by=None,
                at=clock.now(),
                source=holder.source,
                kind="Observation",
                document=document,
                parent=(*parent, "Observations") if parent else None,
            )
        )
        if made.number is None:
            raise reading_refused(made.refused)
        return made.number

    async def _arrays(self, body: bytes, holder: KeyHolder, base: str) -> bytes:
        """Take many readings; a link or an error for each."""

        def work() -> bytes:
            given = arrays(read_json(body, unread="dataArray"))
            parsed, taken = take_arrays(by=None, at=clock.now(), source=holder.source, given=given)
            with translation.override("en"):
                found = links(parsed, taken.numbers, dict(taken.rejected), base)
            return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()

        return await self._apart(work)

    async def _apart(self, work: Callable[[], T]) -> T:
        """Something that needs the database, in a thread: single readings go on meanwhile.

        Raises:
            words.Busy: the database does not answer.
        """

        def done() -> T:
            try:
                return again(work)
            finally:
                connection.close()

        try:
            return await asyncio.to_thread(done)
        except Writer.outside as fault:
            raise words.Busy from fault

    async def end(self) -> None:
        """Let the connection go; for tests and measurements."""
        await self.writer.end()


def _parent(path: str) -> tuple[str, int] | None:
    """Kind and number of the stream that a path leads through."""
    *_root, above, _observations = path.split("/")
    if "(" not in above:
        return None
    name, _bracket, number = above.rstrip(")").partition("(")
    return name.removesuffix("s"), int(number)


def _named(document: Mapping[str, Any]) -> tuple[str, int] | None:
    """Kind and number of the stream that a document names; None where it holds a new one."""
    for kind in ("Datastream", "MultiDatastream"):
        value = document.get(kind)
        if value is not None:
            return (kind, linked(value, kind)) if is_link(value) else None
    raise words.Missing(name="Datastream")


async def refuse(send: Send, refused: Refused) -> None:
    """A refusal, as the service says them all: in English."""
    with translation.override("en"):
        told = {"code": refused.status, "type": refused.code, "message": str(refused)}
    more = {401: (ASKS_KEY,), 503: (RETRY,)}.get(refused.status, ())
    await answer(send, refused.status, json.dumps(told, ensure_ascii=False).encode(), more=more)


def build() -> Door:
    """The door of this process, over this program's database."""
    return Door(Writer())
