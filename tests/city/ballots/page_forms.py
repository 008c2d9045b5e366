"""Forms on their way to the door behind a page, and what comes back."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import Callable, Coroutine
from http.cookies import SimpleCookie
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.test import Client

from tests.city.ballots.doors import scope_of
from tests.city.ballots.test_pages import running
from tests.city.ballots.votes import Voting
from veche.city.ballots import intake, keys, page_door
from veche.city.ballots.models import Vote
from veche.city.ballots.queries import right
from veche.city.ballots.tokens import BallotToken
from veche.core.people.models import Person
from veche.project.asgi import Message, Receive, Router, Scope, Send

CSRF = "c" * 32
FORM = "application/x-www-form-urlencoded"
LEFT = 299
"""What the pages say here to all that is left to them."""


class Sent(NamedTuple):
    """A form on its way."""

    way: str
    fields: dict[str, str]
    headers: dict[str, str]

    def but(self, headers: dict[str, str] | None = None, way: str = "", **fields: str) -> Sent:
        """The same, changed."""
        return Sent(way or self.way, self.fields | fields, self.headers | (headers or {}))

    @property
    def body(self) -> bytes:
        """As it goes over the line."""
        return urlencode(self.fields).encode()


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def cookies(self) -> SimpleCookie:
        """What the browser is to keep."""
        return SimpleCookie(
            "; ".join(v.split(";")[0] for k, v in self.headers if k == "set-cookie")
        )


def known(vote: Vote, town: Voting) -> None:
    """Let this process have met the vote and its places."""
    intake.known_vote(vote.pk)
    for place in (town.town.west, town.town.east):
        intake.place_code(place.pk)


def opened(town: Voting) -> Vote:
    vote = running(town)
    known(vote, town)
    return vote


def token_of(vote: Vote, person: Person, channel: str = "web") -> BallotToken:
    now = dt.datetime.now(dt.UTC)
    return right.hand_out(vote.case.number, at=now, person=person.pk, channel=channel)


def signed_in(person: Person) -> str:
    """The key of a sign-in."""
    client = Client()
    client.force_login(person)
    return client.cookies["sessionid"].value


def form(vote: Vote, person: Person, choice: Any = ("a",), session: str = "") -> Sent:
    fields = {
        "csrfmiddlewaretoken": CSRF,
        "token": token_of(vote, person).sign(keys.token_key()),
        "choice": json.dumps({"lamps": choice}),
        "key": "0123456789abcdef" * 2,
    }
    cookie = f"sessionid={session or signed_in(person)}; csrftoken={CSRF}"
    headers = {"host": "testserver", "content-type": FORM, "cookie": cookie}
    return Sent(f"/en/votes/{vote.case.number}/ballot/cast/", fields, headers)


async def pages(scope: Scope, receive: Receive, send: Send) -> None:
    """The pages: they give back all that they were given."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": LEFT, "headers": []})
    await send({"type": "http.response.body", "body": body})


async def post(router: Router, sent: Sent, body: bytes | None = None) -> Answer:
    """One form and its answer; it comes in two parts."""
    whole = sent.body if body is None else body
    parts = [whole[:40], whole[40:]]
    found: list[Message] = []

    async def receive() -> Message:
        await asyncio.sleep(0)
        return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

    async def send(message: Message) -> None:
        found.append(message)

    headers = {"content-length": str(len(whole))} | sent.headers
    await router(scope_of(sent.way, "POST", headers), receive, send)
    told = [(k.decode(), v.decode()) for k, v in found[0]["headers"]]
    return Answer(found[0]["status"], told, b"".join(m.get("body", b"") for m in found[1:]))


def through(
    *asked: Callable[[Router], Coroutine[Any, Any, Answer]],
    change: Callable[[page_door.PageDoor], object] = lambda door: None,
) -> list[Answer]:
    """What is answered to all of them, sent at once."""
    page_door.build.cache_clear()
    door = page_door.build()
    change(door)
    router = Router(pages, 10_000_000, native=page_door.doors())

    async def all_of() -> list[Answer]:
        try:
            return await asyncio.gather(*(one(router) for one in asked))
        finally:
            await door.end()
            page_door.build.cache_clear()

    return asyncio.run(all_of())


def sent(*forms: Sent, **more: Any) -> list[Answer]:
    """What is answered to these forms, sent at once."""
    return through(*(lambda router, one=one: post(router, one) for one in forms), **more)
