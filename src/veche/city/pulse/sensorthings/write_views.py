"""Writing: entities made, changed and removed by the systems whose they are."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse

from veche.city.pulse.models import Reading
from veche.city.pulse.operations import corrections, things
from veche.city.pulse.operations.arrays import take_arrays
from veche.city.pulse.operations.entities import MODELS
from veche.city.pulse.sensorthings import batch
from veche.city.pulse.sensorthings import write_words as words
from veche.city.pulse.sensorthings.access import KeyHolder, writer
from veche.city.pulse.sensorthings.addresses import Address, address
from veche.city.pulse.sensorthings.answers import answered, base_of, refused
from veche.city.pulse.sensorthings.bodies import object_of, read_json
from veche.city.pulse.sensorthings.data_array import arrays, links
from veche.city.pulse.sensorthings.documents import entity_document
from veche.city.pulse.sensorthings.entities import KINDS
from veche.city.pulse.sensorthings.patches import sent, stepped
from veche.errors import Refused

MEGABYTES = 5
"""What Django reads of one body; the native door takes more at once."""


def write(request: HttpRequest, rest: str, at: dt.datetime) -> HttpResponse:
    """Answer a request that writes."""
    try:
        if rest.strip("/") == "$batch":
            # What is read in it needs no key; what is written asks for one by itself.
            if request.method != "POST":
                raise words.NotSo
            return batch.answer(request, body_of(request), at)
        return written(request, rest, writer(request), at)
    except Refused as refusal:
        answer = refused(refusal)
        if refusal.status == 401:
            answer["WWW-Authenticate"] = 'Basic realm="SensorThings"'
        if refusal.status == 405:
            answer["Allow"] = "GET, HEAD, POST, PATCH, PUT, DELETE"
        return answer


def body_of(request: HttpRequest, *, unread: str = "") -> Any:
    """What was sent, as JSON; ``unread`` as `read_json` has it.

    Raises:
        words.TooMuch, words.Unreadable: it is too long, or no JSON.
    """
    try:
        body = request.body
    except RequestDataTooBig as fault:
        raise words.TooMuch(most=MEGABYTES) from fault
    return read_json(body, unread=unread)


def written(request: HttpRequest, rest: str, holder: KeyHolder, at: dt.datetime) -> HttpResponse:
    """What the system behind a key asks for.

    Raises:
        Refused: it is not done; the sentence says why.
    """
    name = rest.strip("/")
    if name == "CreateObservations":
        if request.method != "POST":
            raise words.NotSo
        return create_observations(request, holder, at)
    where = address(rest)
    if request.method == "POST":
        if where.number is not None:
            raise words.NotSo
        return _make(request, where, holder, at)
    if where.number is None:
        raise words.NotSo
    if request.method == "DELETE":
        return _remove(where, holder, at)
    if request.method in ("PATCH", "PUT"):
        return _change(request, where, where.number, holder, at)
    raise words.NotSo


def create_observations(request: HttpRequest, holder: KeyHolder, at: dt.datetime) -> HttpResponse:
    """The DataArray extension."""
    if holder.off:
        raise words.SourceOff
    given = arrays(body_of(request, unread="dataArray"))
    parsed, taken = take_arrays(by=None, at=at, source=holder.source, given=given)
    found = links(parsed, taken.numbers, dict(taken.rejected), base_of(request))
    return answered(found, 201)


def _make(request: HttpRequest, where: Address, holder: KeyHolder, at: dt.datetime) -> HttpResponse:
    made = things.make(
        by=None,
        at=at,
        source=holder.source,
        kind=where.kind,
        document=object_of(body_of(request)),
        parent=where.parent,
    )
    if made.number is None:
        raise corrections.refused(made.refused)
    base = base_of(request)
    link = f"{base}/{KINDS[where.kind].plural}({made.number})"
    if where.kind == "Observation":
        answer = answered({"@iot.id": made.number, "@iot.selfLink": link}, 201)
    else:
        answer = answered(_document(where.kind, made.number, base), 201)
    answer["Location"] = link
    return answer


def _change(
    request: HttpRequest, where: Address, number: int, holder: KeyHolder, at: dt.datetime
) -> HttpResponse:
    sent_body = body_of(request)
    whole = request.method == "PUT"
    if request.content_type == "application/json-patch+json" or isinstance(sent_body, list):
        if whole:
            raise words.NotSo
        patched, whole = stepped(where.kind, sent_body), True
    else:
        patched = sent(object_of(sent_body))
    if where.kind == "Observation":
        number = corrections.change_reading(
            by=None, at=at, source=holder.source, number=number, patched=patched, whole=whole
        )
    else:
        number = things.change(
            by=None,
            at=at,
            source=holder.source,
            kind=where.kind,
            number=number,
            patched=patched,
            whole=whole,
        )
    base = base_of(request)
    answer = answered(_document(where.kind, number, base))
    if number != where.number:
        answer["Location"] = f"{base}/{KINDS[where.kind].plural}({number})"
    return answer


def _remove(where: Address, holder: KeyHolder, at: dt.datetime) -> HttpResponse:
    assert where.number is not None
    if where.kind == "Observation":
        corrections.remove_reading(by=None, at=at, source=holder.source, number=where.number)
    else:
        things.remove(by=None, at=at, source=holder.source, kind=where.kind, number=where.number)
    return HttpResponse(status=200)


def _document(kind: str, number: int, base: str) -> dict[str, Any]:
    """An entity as it is now."""
    if kind == "Observation":
        since, until = corrections.day_of(number)
        reading = Reading.objects.get(pk=number, at__gte=since, at__lt=until)
        return entity_document(kind, reading, base)
    return entity_document(kind, MODELS[kind]._default_manager.get(pk=number), base)
