"""A ballot cast from its page, taken without Django's stack where nothing is unusual.

On the evening of a vote most of what a city is sent is this one form. Here it is taken in the turn
of the loop that read it: protection against forged forms by Django's own check, sign-in, person and
entry by one look for all who cast at the same time (`page_reader`), the ballot by the statement of
the native door (`door_writer`). Whatever is not plainly in order (an ended sign-in, a forged form,
staff, a refused ballot, a vote this process has not met) is handed to the pages as it came: they
judge again, say why, and keep what was chosen. What was written before is then the same ballot.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any, NamedTuple

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.security import SecurityMiddleware
from django.urls import reverse
from django.utils import translation

from veche.city.ballots import keys
from veche.city.ballots.counting.kinds import WrongBallot
from veche.city.ballots.door import database_of, learn_key
from veche.city.ballots.door_writer import Away, Sending, Writer
from veche.city.ballots.intake import KNOWN, Taken, key_of
from veche.city.ballots.page_reader import Asked, Reader
from veche.city.ballots.tokens import BallotToken, WrongToken, read_token
from veche.city.ballots.views import ballot, booth
from veche.city.ballots.vote.choice import LONGEST_CHOICE
from veche.core.journal.tlog.merkle import leaf_hash
from veche.native import Message, Receive, Scope, Send, header

LARGEST = 3 * LONGEST_CHOICE + 4096
"""Bytes of a form that are read here: of a choice every letter may be spelled with three."""
_ADDRESS = re.compile(r"/([a-z-]{2,10})/votes/([\w-]{1,40})/ballot/cast/")
_FORM = (b"application/x-www-form-urlencoded", b"application/x-www-form-urlencoded; charset=utf-8")


class _Check(CsrfViewMiddleware):
    """Django's check, which says why it refuses instead of answering."""

    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


def _nothing(_request: HttpRequest) -> HttpResponse:
    """What a middleware stands before where only what it adds is wanted."""
    return HttpResponse()


class Way(NamedTuple):
    """Where a form was sent to."""

    language: str
    number: str


class PageDoor:
    """The casting of pages in one web process."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self.writer = writer
        self.reader = reader
        self.taken = 0
        """Ballots that needed no page; tests and measurements read it."""
        self._key = keys.token_key()
        self._check = _Check(_nothing)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> Receive | None:
        """Take a ballot; what the pages are to read where it was not answered."""
        way = way_of(scope["path"])
        length = header(scope, b"content-length")
        if (
            way is None
            or scope["method"] != "POST"
            or header(scope, b"content-type").lower() not in _FORM
            or not length.isdigit()
            or int(length) > LARGEST
            or scope["query_string"]
        ):
            return receive
        read: list[Message] = []
        size = 0
        while size <= LARGEST and (not read or read[-1].get("more_body", False)):
            read.append(await receive())
            size += len(read[-1].get("body", b""))
        body = b"".join(message.get("body", b"") for message in read)
        answer = None
        if read[-1]["type"] == "http.request" and size == int(length):
            answer = await self.cast(ASGIRequest(scope, BytesIO(body)), way)
        if answer is None:
            return _again(read, receive)
        self.taken += 1
        await send({
            "type": "http.response.start", "status": answer.status_code, "headers": _lines(answer)
        })  # fmt: skip
        await send({"type": "http.response.body", "body": answer.content})
        return None

    async def cast(self, request: HttpRequest, way: Way) -> HttpResponse | None:
        """Take the ballot of a form: the way to its receipt; None where the pages must look."""
        session = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
        if not (session.isascii() and session.isalnum()):
            return None
        try:
            request.get_host()
            if self._check.process_view(request, ballot.cast, (), {}) is not None:
                return None
            form = request.POST
            token = read_token(form.get("token", "")[:400], self._key)
            found = _sending(token, way.number, form)
            if found is None or not await self.reader.write(Asked(session, token.entry)):
                return None
            sending, leaf = found
            outcome, promise = await self.writer.write(sending)
        except (WrongToken, WrongBallot, Away, SuspiciousOperation, BadRequest):
            return None
        if outcome != "taken":
            return None
        taken = Taken(token, way.number, sending.choice, leaf, sending.leaf.hex(), promise)
        response = booth.taken(request, _receipt(*way), taken)
        for name, value in _protections(request.is_secure()):
            response.headers[name] = value
        response.headers["Content-Language"] = way.language
        return response

    async def end(self) -> None:
        """Let the connections go; for tests and measurements."""
        await self.writer.end()
        await self.reader.end()


def way_of(path: str) -> Way | None:
    """Where a form was sent to; None where it is no ballot of a page."""
    found = _ADDRESS.fullmatch(path)
    if found is None or found[1] not in _languages():
        return None
    return Way(found[1], found[2])


@functools.cache
def _languages() -> frozenset[str]:
    return frozenset(code for code, _name in settings.LANGUAGES)


def _sending(
    token: BallotToken, number: str, form: Mapping[str, str]
) -> tuple[Sending, str] | None:
    """A ballot as it is written, and its leaf; None where something of it is not known here.

    Raises:
        WrongBallot: it does not keep to the configuration.
    """
    known, place = KNOWN.vote(token.vote), KNOWN.places.get(token.territory)
    choice = form.get("choice", "")
    if (
        known is None
        or place is None
        or known.number != number
        or token.channel != booth.WEB
        or len(choice) > LONGEST_CHOICE
    ):
        return None
    spelled = known.spelled(choice)
    leaf = known.leaf(token, place, spelled)
    named = booth.key_in(form) or key_of(spelled)
    return Sending(token, spelled, named, number, leaf_hash(leaf)), leaf.decode()


@functools.lru_cache(maxsize=256)
def _receipt(language: str, number: str) -> str:
    with translation.override(language):
        return reverse("votes:receipt", args=[number])


@functools.cache
def _protections(secure: bool) -> tuple[tuple[str, str], ...]:
    """The headers by which every page is protected; they are the same for each answer here."""
    scope: Scope = {"method": "POST", "path": "/", "headers": []}
    scope["scheme"] = "https" if secure else "http"
    request, response = ASGIRequest(scope, BytesIO()), HttpResponse()
    before = set(response.headers)
    if secure and settings.SECURE_PROXY_SSL_HEADER:
        name, value = settings.SECURE_PROXY_SSL_HEADER
        request.META[name] = value
    for middleware in (CSPMiddleware, SecurityMiddleware, XFrameOptionsMiddleware):
        middleware(_nothing).process_response(request, response)
    more = [(name, value) for name, value in response.items() if name not in before]
    return (
        *more,
        ("Vary", "Cookie"),
        ("Cache-Control", "private, no-cache"),
        ("Content-Length", "0"),
    )


def _lines(response: HttpResponse) -> list[tuple[bytes, bytes]]:
    """The head of an answer as it is sent."""
    lines = [
        (name.lower().encode("ascii"), value.encode("latin-1")) for name, value in response.items()
    ]
    lines += [
        (b"set-cookie", morsel.OutputString().encode("ascii"))
        for morsel in response.cookies.values()
    ]
    return lines


def _again(read: list[Message], receive: Receive) -> Receive:
    """What was read, to be read once more."""

    async def receive_again() -> Message:
        return read.pop(0) if read else await receive()

    return receive_again


@functools.cache
def build() -> PageDoor:
    """The casting of pages in this process, over this program's database."""
    from django.db import connection

    database = database_of(connection.settings_dict)
    return PageDoor(Writer(database, told=learn_key), Reader(database))


def doors() -> Mapping[str, Callable[[str], PageDoor | None]]:
    """Asked for what is posted below the pages of each language."""
    return {
        f"POST {language}": lambda path: build() if way_of(path) else None
        for language in _languages()
    }
