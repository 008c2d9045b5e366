"""Several requests in one ($batch, the JSON form of SensorThings 1.1).

Requests of one ``atomicityGroup`` are done together or not at all. A request may name what an
earlier one made by ``$id``: in its address and in its links.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import unquote

from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict

from veche.city.pulse.sensorthings import write_words as words
from veche.city.pulse.sensorthings.answers import TooMuch, answered, base_of, refused
from veche.city.pulse.sensorthings.bodies import entities, object_of
from veche.city.pulse.sensorthings.entities import ROOT, VERSION
from veche.errors import Refused

MOST = 1_000
"""Requests in one."""
LONGEST = 20.0
"""Seconds after which no further request of a batch is begun: one question may take five, and
nobody's thousand may keep everybody else waiting."""
_METHODS = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE"})


@dataclass(frozen=True)
class Inner:
    """One request of a batch."""

    name: str
    """Its id, by which the answer and later requests call it."""
    group: str
    """Its atomicity group; empty: it stands alone."""
    method: str
    url: str
    body: Any
    kind: str


class _Undone(Exception):
    """One of a group was refused: nothing of the group is done."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


def answer(request: HttpRequest, document: object, at: dt.datetime) -> HttpResponse:
    """Answer all requests of a batch, in their order.

    Raises:
        veche.errors.Invalid: the batch itself cannot be read.
    """
    inner = _read(document)
    made: dict[str, tuple[str, int]] = {}
    told: list[dict[str, Any]] = []
    until = time.monotonic() + LONGEST
    for group, together in groupby(inner, key=lambda one: one.group):
        parts = list(together)
        if group:
            told += _together(request, parts, made, at, until)
        else:
            told += [_one(request, part, made, at, until) for part in parts]
    return answered({"responses": told})


def _read(document: object) -> list[Inner]:
    requests = entities(object_of(document).get("requests"), "requests")
    if len(requests) > MOST:
        raise words.TooDeep
    found = []
    for one in requests:
        name, method, url = one.get("id"), one.get("method"), one.get("url")
        if not isinstance(name, (str, int)) or not isinstance(url, str):
            raise words.Missing(name="id" if isinstance(url, str) else "url")
        if not isinstance(method, str) or method.upper() not in _METHODS:
            raise words.NotThat(name="method", kind=words.TEXT)
        headers = object_of(one.get("headers") or {}, "headers")
        kinds = [str(v) for n, v in headers.items() if n.lower() == "content-type"]
        found.append(
            Inner(
                str(name),
                str(one.get("atomicityGroup") or ""),
                method.upper(),
                url,
                one.get("body"),
                kinds[0] if kinds else "application/json",
            )
        )
    return found


def _together(
    request: HttpRequest,
    parts: list[Inner],
    made: dict[str, tuple[str, int]],
    at: dt.datetime,
    until: float,
) -> list[dict[str, Any]]:
    """A group: when one is refused, all are undone, and the others say so."""
    told: list[dict[str, Any]] = []
    before = dict(made)
    try:
        with transaction.atomic():
            for part in parts:
                told.append(_one(request, part, made, at, until))
                if told[-1]["status"] >= 400:
                    raise _Undone(part.name)
    except _Undone as fault:
        made.clear()
        made.update(before)
        failed = told[-1]
        undone = refused(words.Undone(name=fault.name))
        return [failed if part.name == fault.name else _said(part, undone) for part in parts]
    return told


def _one(
    request: HttpRequest,
    part: Inner,
    made: dict[str, tuple[str, int]],
    at: dt.datetime,
    until: float,
) -> dict[str, Any]:
    """One request's answer, a refusal among them."""
    try:
        if time.monotonic() > until:
            raise TooMuch(what=f"a batch of more than {LONGEST:.0f} seconds")
        inner = _inner(request, part, made)
        found = _asked(inner, _rest(part.url, made), at)
    except Refused as refusal:
        found = refused(refusal)
    if found.status_code == 201 and "Location" in found:
        rest = found["Location"].removeprefix(f"{base_of(request)}/")
        name, _bracket, number = rest.rstrip(")").partition("(")
        made[part.name] = name, int(number)
    return _said(part, found)


def _asked(inner: HttpRequest, rest: str, at: dt.datetime) -> HttpResponse:
    from veche.city.pulse.sensorthings import read_views, write_views

    if inner.method == "GET":
        return read_views.read(inner, rest, at)
    if "$batch" in rest:
        raise words.NotSo
    return write_views.write(inner, rest, at)


def _said(part: Inner, found: HttpResponse) -> dict[str, Any]:
    told: dict[str, Any] = {"id": part.name, "status": found.status_code}
    if "Location" in found:
        told["location"] = found["Location"]
    if found.content:
        json_kind = "json" in found.get("Content-Type", "")
        told["body"] = json.loads(found.content) if json_kind else found.content.decode()
    return told


def _inner(request: HttpRequest, part: Inner, made: Mapping[str, tuple[str, int]]) -> HttpRequest:
    """The request as if it had come alone, by the same caller."""
    inner = HttpRequest()
    inner.META = dict(request.META) | {"CONTENT_TYPE": part.kind}
    inner.META.pop("HTTP_ACCEPT_ENCODING", None)
    inner.method = part.method
    inner.content_type = part.kind.partition(";")[0].strip()
    inner.content_params = {}
    inner.COOKIES = request.COOKIES
    for name in ("user", "session", "asker"):
        if hasattr(request, name):
            setattr(inner, name, getattr(request, name))
    query = part.url.partition("?")[2]
    inner.GET = QueryDict(query)
    inner.META["QUERY_STRING"] = query
    body = part.body
    if body is not None:
        body = _linked(body, made)
    # Django keeps what it has read of a body under this name.
    inner._body = b"" if body is None else json.dumps(body).encode()
    return inner


def _linked(part: Any, made: Mapping[str, tuple[str, int]]) -> Any:
    """The document with ``{"@iot.id": "$name"}`` leading to what was made under that name."""
    if isinstance(part, dict):
        return {
            name: made[value[1:]][1]
            if name == "@iot.id"
            and isinstance(value, str)
            and value.startswith("$")
            and value[1:] in made
            else _linked(value, made)
            for name, value in part.items()
        }
    if isinstance(part, list):
        return [_linked(value, made) for value in part]
    return part


def _rest(url: str, made: Mapping[str, tuple[str, int]]) -> str:
    """The address after the version: absolute, from the root or relative, or by ``$id``.

    Raises:
        words.NoSuch: it names what no earlier request has made.
    """
    path = unquote(url.partition("?")[0])
    for root in (f"{ROOT}/", f"/{VERSION}/"):
        if root in path:
            path = path.partition(root)[2]
            break
    path = path.lstrip("/")
    if path.startswith("$") and not path.startswith("$batch"):
        name, slash, more = path[1:].partition("/")
        if name not in made:
            raise words.NoSuch(what=f"${name}")
        plural, number = made[name]
        path = f"{plural}({number}){slash}{more}"
    return path
