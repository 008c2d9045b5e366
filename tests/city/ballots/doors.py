"""Asking the native doors of votes as a browser does, without a server between."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from veche.project.asgi import App, Message


class Answer(NamedTuple):
    """What a door said."""

    status: int
    headers: dict[bytes, bytes]
    body: bytes

    @property
    def told(self) -> dict[str, Any]:
        """The body as JSON."""
        found: dict[str, Any] = json.loads(self.body)
        return found


def scope_of(path: str, method: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A request without its body."""
    path, _mark, query = path.partition("?")
    return {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(k.encode(), v.encode()) for k, v in (headers or {}).items()],
    }


async def ask(
    app: App,
    path: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> Answer:
    """One request and its whole answer."""
    sent: list[Message] = []
    parts = [body[n : n + 65_536] for n in range(0, len(body), 65_536)] or [b""]

    async def receive() -> Message:
        await asyncio.sleep(0)
        data = parts.pop(0)
        return {"type": "http.request", "body": data, "more_body": bool(parts)}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope_of(path, method, headers), receive, send)
    whole = b"".join(message.get("body", b"") for message in sent[1:])
    return Answer(sent[0]["status"], dict(sent[0]["headers"]), whole)
