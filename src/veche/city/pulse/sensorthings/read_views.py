"""Reading: the landing page, sets, entities, properties, links."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DataError, OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse

from veche.city.pulse.models import SourceKey, Stream
from veche.city.pulse.operations.looks import note_look
from veche.city.pulse.sensorthings import access, forms, landing
from veche.city.pulse.sensorthings.answers import BadQuery, NotThere, TooMuch, answered, base_of
from veche.city.pulse.sensorthings.documents import value_of
from veche.city.pulse.sensorthings.entities import KINDS, SETS, Field, Kind
from veche.city.pulse.sensorthings.fetch import Parent, Reader, Row, following
from veche.city.pulse.sensorthings.options import Asked, asked

LONGEST = 12
"""Steps of one address."""
SECONDS = 5
"""A query that takes longer is refused."""
_STEP = re.compile(r"([A-Za-z]+)\((\d{1,19})\)")
_BIGGEST = 2**63


def read(request: HttpRequest, rest: str, at: dt.datetime) -> HttpResponse:
    """Answer a GET.

    Raises:
        NotThere: the address leads nowhere.
        BadQuery, TooMuch: it cannot be asked so.
    """
    base = base_of(request)
    rest = rest.strip("/")
    if not rest:
        return answered(landing.page(base))
    caller = access.caller(request)
    query = asked(request.GET)
    reader = Reader(base, at, allowed(caller))
    with _bounded():
        answer = _walked(reader, rest, query)
    _looked(reader, caller, rest)
    return answer


def _looked(reader: Reader, caller: access.Caller, rest: str) -> None:
    """Write down what a person or a system has read that is not everybody's."""
    if caller.person is None and caller.holder is None:
        return
    sources = set(reader.sources)
    if reader.streams:
        of_streams = Stream.objects.filter(pk__in=reader.streams)
        sources.update(of_streams.values_list("source_id", flat=True).distinct())
    if sources:
        key = SourceKey.objects.get(pk=caller.holder.key) if caller.holder else None
        note_look(
            by=caller.person, at=reader.now, sources=sources, what=f"SensorThings/{rest}", key=key
        )


def allowed(caller: access.Caller) -> list[int] | None:
    """The sources that may be read; None: all."""
    if caller.reads is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM pulse_source WHERE public")
        return sorted({number for (number,) in cursor.fetchall()} | caller.reads)


@contextmanager
def _bounded() -> Iterator[None]:
    """Give a question so much of the database's time and no more; say no instead of breaking."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT set_config('statement_timeout', %s, true),"
                    " set_config('jit', 'off', true)",
                    [str(SECONDS * 1000)],
                )
            yield
    except DataError as fault:
        raise BadQuery(what=str(fault).partition("\n")[0][:200]) from fault
    except OperationalError as fault:
        state = getattr(fault.__cause__, "sqlstate", None) or ""
        if state == "57014":
            what = f"it took longer than {SECONDS} seconds; filter more, or ask for less"
            raise TooMuch(what=what) from fault
        if state.startswith("54"):
            raise TooMuch(what="the query is too complicated") from fault
        raise


def _walked(reader: Reader, rest: str, query: Asked) -> HttpResponse:
    """Follow the address step by step and answer for what stands at its end."""
    steps = rest.split("/")
    if len(steps) > LONGEST:
        raise NotThere(what=rest[:200])
    kind, row, parent = _first(reader, steps[0], rest)
    for n, step in enumerate(steps[1:], 1):
        last = n == len(steps) - 1
        if step == "$ref" and last:
            return _references(reader, kind, row, parent, rest, query)
        if row is None:
            raise NotThere(what=rest[:200])
        name, number = _named(step)
        link = kind.link(name)
        if link is None:
            return _property(kind, row, steps[n:], rest)
        ends = None
        if link.there == "stream_id":
            ends = (row["phenomenon_from"], row["phenomenon_until"])
        parent = Parent(kind, link, row["id"], ends)
        target = KINDS[link.target]
        if link.many:
            kind = target
            row = None if number is None else _found(reader.one(kind, number, parent), rest)
        elif number is not None:
            raise NotThere(what=rest[:200])
        else:
            behind = row[link.here]
            kind = target
            row = reader.one(kind, behind) if behind is not None else None
            if row is None:
                if not last:
                    raise NotThere(what=rest[:200])
                return HttpResponse(status=204)
    if row is not None:
        if query.form == "GeoJSON":
            document = reader.documents(kind, [row], query.options)
            return answered(forms.geojson(kind, [row], document)["features"][0])
        return answered(reader.documents(kind, [row], query.options)[0])
    return _set(reader, kind, parent, rest, query)


def _first(reader: Reader, step: str, rest: str) -> tuple[Kind, Row | None, Parent | None]:
    name, number = _named(step)
    kind = SETS.get(name)
    if kind is None:
        raise NotThere(what=rest[:200])
    return kind, None if number is None else _found(reader.one(kind, number), rest), None


def _named(step: str) -> tuple[str, int | None]:
    match = _STEP.fullmatch(step)
    if match is None:
        return step, None
    number = int(match[2])
    # No number is as large: what is asked for is not there.
    return match[1], number if number < _BIGGEST else -1


def _found(row: Row | None, rest: str) -> Row:
    if row is None:
        raise NotThere(what=rest[:200])
    return row


def _set(
    reader: Reader, kind: Kind, parent: Parent | None, rest: str, query: Asked
) -> HttpResponse:
    options = query.options
    most = forms.MOST_ROWS if query.form in ("dataArray", "CSV") else 1_000
    page = reader.page(kind, options, parent, query.token, most)
    if query.form == "CSV":
        response = forms.table(kind, page.rows, options)
        response["Access-Control-Allow-Origin"] = "*"
        return response
    document: dict[str, Any] = {}
    if options.count:
        document["@iot.count"] = reader.count(kind, options, parent)
    if page.next:
        document["@iot.nextLink"] = following(f"{reader.base}/{rest}", options.raw, page.next)
    if query.form == "dataArray":
        document["value"] = forms.data_array(kind, page.rows, options, reader.base)
    elif query.form == "GeoJSON":
        told = reader.documents(kind, page.rows, options)
        document = forms.geojson(kind, page.rows, told) | document
    else:
        document["value"] = reader.documents(kind, page.rows, options)
    return answered(document)


def _references(
    reader: Reader, kind: Kind, row: Row | None, parent: Parent | None, rest: str, query: Asked
) -> HttpResponse:
    """Addresses only."""
    if row is not None:
        return answered({"@iot.selfLink": f"{reader.base}/{kind.plural}({row['id']})"})
    page = reader.page(kind, query.options, parent, query.token)
    document: dict[str, Any] = {}
    if query.options.count:
        document["@iot.count"] = reader.count(kind, query.options, parent)
    if page.next:
        address = f"{reader.base}/{rest}"
        document["@iot.nextLink"] = following(address, query.options.raw, page.next)
    document["value"] = [
        {"@iot.selfLink": f"{reader.base}/{kind.plural}({one['id']})"} for one in page.rows
    ]
    return answered(document)


def _property(kind: Kind, row: Row, steps: list[str], rest: str) -> HttpResponse:
    """A property, or a part of its JSON, as JSON or as it is."""
    found: Field | None = kind.field(steps[0])
    bare = steps[-1] == "$value"
    inner = steps[1:-1] if bare else steps[1:]
    if found is None:
        raise NotThere(what=rest[:200])
    value = value_of(found, row)
    for step in inner:
        value = _inside(value, step, rest)
    if value is None:
        return HttpResponse(status=204)
    if bare:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        return HttpResponse(text, content_type="text/plain; charset=utf-8")
    return answered({inner[-1] if inner else found.name: value})


def _inside(value: Any, step: str, rest: str) -> Any:
    if isinstance(value, dict) and step in value:
        return value[step]
    if isinstance(value, list) and step.isascii() and step.isdigit() and int(step) < len(value):
        return value[int(step)]
    raise NotThere(what=rest[:200])
