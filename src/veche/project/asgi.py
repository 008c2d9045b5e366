"""The one ASGI application: native doors, a short memory for anonymous pages, Django in threads.

Django's own async stack is the slow road, so Django stays synchronous behind a2wsgi; what must be
fast or stay open for long is answered here without it. The router keeps three promises: it says
that it lives, no request body is larger than the limit, and an anonymous page that asked for it
(``X-Veche-Cache: seconds``) is answered from memory.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Door = Callable[[Scope, Receive, Send], Awaitable[Receive | None]]
"""An application that may leave the answer to the pages: it gives back what they are to read."""

CACHE_BYTES = 32 * 1024 * 1024
"""Memory all remembered pages may take in one process."""
LARGEST_PAGE = 1024 * 1024
GRACE = 5.0
"""Seconds others still get the old page while one request makes the new one."""
THREADS = int(os.environ.get("VECHE_THREADS", "8"))

_PERSONAL = ("sessionid=", "messages=")
_LANGUAGE = "django_language="
_TOO_LARGE = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>413</title>"
    "<p>What was sent is too large. Go back and send smaller files: your words are kept."
    "<p lang=ru>Отправленное слишком велико. Вернитесь и приложите файлы поменьше:"
    " написанное сохранено."
    "<p lang=zh-Hans>发送的内容过大。请返回并上传较小的文件，您填写的文字会保留。"
).encode()


@dataclass
class Page:
    """A remembered answer."""

    headers: list[tuple[bytes, bytes]]
    body: bytes
    until: float
    end: float = 0.0
    """When it is forgotten whatever happens: what was hidden or covered since must not come back
    because the new answer could not be remembered."""


class PageMemory:
    """Remembered pages, the least used forgotten first."""

    def __init__(self, limit: int = CACHE_BYTES) -> None:
        self.limit = limit
        self.size = 0
        self._pages: OrderedDict[Any, Page] = OrderedDict()

    def get(self, key: Any) -> Page | None:
        """The page, unless it is too old; the first to ask too late makes it afresh."""
        page = self._pages.get(key)
        if page is None:
            return None
        now = time.monotonic()
        if page.until < now:
            if page.end < now:
                self._drop(key)
            else:
                page.until = page.end
            return None
        self._pages.move_to_end(key)
        return page

    def put(self, key: Any, page: Page) -> None:
        """Remember ``page``; others go when there is no room."""
        self._drop(key)
        page.end = page.end or page.until + GRACE
        self._pages[key] = page
        self.size += len(page.body)
        while self.size > self.limit:
            self._drop(next(iter(self._pages)))

    def forget(self, key: Any) -> None:
        """Remember the page no longer."""
        self._drop(key)

    def _drop(self, key: Any) -> None:
        page = self._pages.pop(key, None)
        if page is not None:
            self.size -= len(page.body)


def cache_key(scope: Scope) -> tuple[Any, ...] | None:
    """What an anonymous page depends on; None when the request is somebody's own."""
    if scope["method"] != "GET":
        return None
    accept = language = chosen = htmx = host = b""
    gzip = False
    for name, value in scope["headers"]:
        if name == b"cookie":
            text = value.decode("latin-1")
            if any(word in text for word in _PERSONAL):
                return None
            if _LANGUAGE in text:
                chosen = text.partition(_LANGUAGE)[2].partition(";")[0].encode("latin-1")
        elif name == b"authorization":
            return None
        elif name == b"accept-language":
            language = value
        elif name == b"accept":
            accept = value
        elif name == b"hx-request":
            htmx = value
        elif name == b"host":
            host = value
        elif name == b"accept-encoding":
            gzip = b"gzip" in value
    return scope["path"], scope["query_string"], language, chosen, htmx, host, accept, gzip


class Router:
    """The application; ``pages`` is Django behind ASGI, ``native`` what does not need it.

    ``native`` gives, for the first word of a path, a function that is asked for the door behind
    the whole path: None where pages answer after all. ``POST word`` is asked for what is posted
    there, where pages answer everything else. A door that has read what was sent and leaves the
    answer to the pages gives them what it has read.
    """

    def __init__(
        self,
        pages: App,
        largest_body: int,
        memory: PageMemory | None = None,
        native: Mapping[str, Callable[[str], Door | None]] | None = None,
    ) -> None:
        self.pages = pages
        self.largest_body = largest_body
        self.memory = memory or PageMemory()
        self.native = dict(native or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await _not_http(scope, receive, send)
            return
        if scope["path"] == "/healthz":
            await _answer(send, 200, b"ok\n", b"text/plain; charset=utf-8")
            return
        word = scope["path"].split("/", 2)[1]
        door = self.native.get(word)
        if door is None and scope["method"] == "POST":
            door = self.native.get(f"POST {word}")
        native = door(scope["path"]) if door is not None else None
        if native is not None:
            left = await native(scope, receive, send)
            if left is None:
                return
            receive = left
        if _length(scope) > self.largest_body:
            await _drain(receive, self.largest_body * 2)
            await _answer(send, 413, _TOO_LARGE, b"text/html; charset=utf-8")
            return
        key = cache_key(scope)
        if key is None:
            await self.pages(scope, _coroutine(receive), _Strip(send))
            return
        page = self.memory.get(key)
        if page is not None:
            await send({"type": "http.response.start", "status": 200, "headers": page.headers})
            await send({"type": "http.response.body", "body": page.body})
            return
        listener = _Strip(send)
        await self.pages(scope, _coroutine(receive), listener)
        # Who has sent a form before may read what is remembered, which holds no form; what is
        # made for them may hold one with their own token, and Django does not say so again.
        if _has_token(scope):
            return
        if listener.page is not None:
            self.memory.put(key, listener.page)
        else:
            self.memory.forget(key)  # it is no longer what was remembered: gone, hidden, moved


def _has_token(scope: Scope) -> bool:
    return any(name == b"cookie" and b"csrftoken=" in value for name, value in scope["headers"])


class _Strip:
    """Passes an answer on without our own header, and keeps it when it may be remembered."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._seconds = 0.0
        self._headers: list[tuple[bytes, bytes]] = []
        self._body = bytearray()
        self.page: Page | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = message["headers"]
            names = {name for name, _ in headers}
            if b"x-veche-cache" in names:
                said = dict(headers)[b"x-veche-cache"]
                headers = [(n, v) for n, v in headers if n != b"x-veche-cache"]
                message = {**message, "headers": headers}
                if message["status"] == 200 and b"set-cookie" not in names and said.isdigit():
                    self._seconds = float(said)
                    self._headers = headers
        elif self._seconds:
            self._body += message.get("body", b"")
            if len(self._body) > LARGEST_PAGE:
                self._seconds = 0.0
            elif not message.get("more_body", False):
                until = time.monotonic() + self._seconds
                self.page = Page(self._headers, bytes(self._body), until)
        await self._send(message)


def _length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


def _coroutine(receive: Receive) -> Receive:
    """Granian's ``receive`` returns an awaitable; a2wsgi wants a coroutine."""

    async def wrapped() -> Message:
        return await receive()

    return wrapped


async def _drain(receive: Receive, limit: int) -> None:
    """Read what is being sent, so that the browser shows our answer and not a broken line."""
    seen = 0
    while seen < limit:
        message = await receive()
        seen += len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body", False):
            return


async def _answer(send: Send, status: int, body: bytes, kind: bytes) -> None:
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    headers += [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _not_http(scope: Scope, receive: Receive, send: Send) -> None:
    """There are no web sockets; the server's beginning and end need nothing of us."""
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
    elif scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1000})


def end_with_parent() -> None:
    """A web process whose master was killed must not keep the port."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


def build() -> Router:
    """The router over this program's Django; called once in every web process."""
    from a2wsgi import WSGIMiddleware

    if os.environ.get("VECHE_SUPERVISED"):
        end_with_parent()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "veche.project.settings")
    import django
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application

    django.setup()
    from veche.project import static

    try:
        static.gather()  # before Django's stack is built: it looks through what is there
    except OSError:  # a full disk, say: files go by the names they had, and pages are answered
        logging.getLogger(__name__).exception("Static files were not gathered.")
    # The two describe the same protocols by types of their own.
    stack: Any = get_wsgi_application()
    pages: Any = WSGIMiddleware(stack, workers=THREADS)
    from veche.city.ballots import native as votes
    from veche.city.ballots import page_door
    from veche.city.pulse import native as pulse
    from veche.portal.wall import native as wall

    doors = {**votes.doors(), **page_door.doors(), **pulse.doors(), **wall.doors()}
    return Router(pages, settings.LARGEST_BODY, native=doors)
