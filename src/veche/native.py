"""What the native doors need of HTTP: a bounded body, answers, the reader's language."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from django.conf import settings
from django.utils import translation

from veche.errors import Refused

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Native = Callable[[Scope, Receive, Send], Awaitable[None]]
"""A door that is answered without Django's stack."""
Headers = Iterable[tuple[bytes, bytes]]

_JSON = (b"content-type", b"application/json")
PROBLEM = (b"content-type", b"application/problem+json; charset=utf-8")
ALWAYS = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))
_FLUSHED = 20 * 1024 * 1024
"""Bytes of what is far too long that are read, so that the sender hears the answer."""


class TooLong(Exception):
    """More was sent than is looked at."""


async def body_of(receive: Receive, most: int) -> bytes:
    """What was sent.

    Raises:
        TooLong: it is longer than ``most`` bytes; much of it was read and thrown away.
    """
    message = await receive()
    data: bytes = message.get("body", b"")
    if not message.get("more_body", False) and len(data) <= most:
        return data
    parts, seen = [data], len(data)
    while message.get("more_body", False) and seen < _FLUSHED:
        message = await receive()
        if message["type"] != "http.request":
            break
        data = message.get("body", b"")
        seen += len(data)
        if seen <= most:
            parts.append(data)
    if seen > most:
        raise TooLong
    return b"".join(parts)


def header(scope: Scope, wanted: bytes) -> bytes:
    """One header of a request; empty where it is not sent."""
    for name, value in scope["headers"]:
        if name == wanted:
            found: bytes = value
            return found
    return b""


def language_of(scope: Scope) -> str:
    """The first language among those the reader's browser asks for that is spoken here."""
    for part in header(scope, b"accept-language").decode("latin-1").split(","):
        found = part.partition(";")[0].strip().lower()
        for short, code in (("en", "en"), ("ru", "ru"), ("zh", "zh-hans")):
            if found == short or found.startswith(f"{short}-"):
                return code
    default: str = settings.LANGUAGE_CODE
    return default


async def answer(
    send: Send, status: int, body: bytes, kind: tuple[bytes, bytes] = _JSON, more: Headers = ()
) -> None:
    """One whole answer."""
    headers = [kind, (b"content-length", b"%d" % len(body)), *ALWAYS, *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def problem_of(scope: Scope, refused: Refused) -> tuple[bytes, Headers]:
    """A refusal as problem+json (RFC 9457), in the reader's language: the body and its headers."""
    language = language_of(scope)
    with translation.override(language):
        title = str(refused)
    told = {"type": "about:blank", "title": title, "status": refused.status, "code": refused.code}
    more = [(b"content-language", language.encode())]
    if refused.status == 503:
        more.append((b"retry-after", b"3"))
    if refused.status == 405:
        more.append((b"allow", b"POST"))
    return json.dumps(told, ensure_ascii=False).encode(), more


async def refuse(scope: Scope, send: Send, refused: Refused) -> None:
    """Answer with a refusal (`problem_of`)."""
    body, more = problem_of(scope, refused)
    await answer(send, refused.status, body, PROBLEM, more)
