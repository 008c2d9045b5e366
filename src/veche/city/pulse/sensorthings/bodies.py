"""What systems send, read strictly: JSON that a database can keep, times with a zone, links.

No Django model is touched here: the doors and the tests share it.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from typing import Any

from veche.city.pulse.sensorthings import write_words as words

DEEPEST = 40
"""Levels of JSON in JSON."""
LARGEST_NUMBER = 2**63 - 1
_FIRST, _LAST = dt.datetime(1900, 1, 1, tzinfo=dt.UTC), dt.datetime(2200, 1, 1, tzinfo=dt.UTC)


def _no_constant(name: str) -> float:
    raise ValueError(name)


def read_json(body: bytes, *, unread: str = "") -> Any:
    """What a body says. What stands under the name ``unread`` is looked through by whoever reads
    it (see `look_through`), where it holds no text that PostgreSQL could not keep.

    Raises:
        words.Unreadable: it is no JSON, or holds NaN, or what PostgreSQL cannot keep.
    """
    try:
        found = json.loads(body.decode(), parse_constant=_no_constant)
        _check(found, body, unread)
    except (ValueError, RecursionError) as fault:
        raise words.Unreadable from fault
    return found


def look_through(part: Any) -> None:
    """Look through what `read_json` left unread.

    Raises:
        words.Unreadable: it holds a number without end, or more levels than are read.
    """
    try:
        _check_part(part, DEEPEST, texts=False)
    except ValueError as fault:
        raise words.Unreadable from fault


def _check(found: Any, body: bytes, unread: str) -> None:
    """Look through a document; most hold nothing that must be looked for in every part.

    Raises:
        ValueError: it holds the character zero, half a pair of characters, a number without end,
            or more levels than are read.
    """
    suspicious = b"\\u0000" in body or b"\\ud" in body or b"\\uD" in body or b"\x00" in body
    _check_part(found, DEEPEST, texts=suspicious, unread="" if suspicious else unread)


def _check_part(part: Any, left: int, *, texts: bool, unread: str = "") -> None:
    if isinstance(part, dict):
        if not left:
            raise ValueError("too deep")
        for name, value in part.items():
            if texts:
                _check_text(name)
            if name != unread or not unread:
                _check_part(value, left - 1, texts=texts, unread=unread)
    elif isinstance(part, list):
        if not left:
            raise ValueError("too deep")
        for value in part:
            _check_part(value, left - 1, texts=texts, unread=unread)
    elif isinstance(part, float):
        if not math.isfinite(part):
            raise ValueError("endless")
    elif texts and isinstance(part, str):
        _check_text(part)


def _check_text(text: str) -> None:
    if "\x00" in text:
        raise ValueError("zero")
    text.encode()  # half a pair of characters: UnicodeEncodeError is a ValueError


def object_of(found: Any, name: str = "body") -> dict[str, Any]:
    """What must be a JSON object.

    Raises:
        words.NotThat: it is none.
    """
    if not isinstance(found, dict):
        raise words.NotThat(name=name, kind=words.OBJECT)
    return found


def moment(value: object, name: str) -> dt.datetime:
    """A time with its zone.

    Raises:
        words.NotThat: it is none, or lies centuries away.
    """
    try:
        if not isinstance(value, str) or len(value) > 40:
            raise ValueError
        found = dt.datetime.fromisoformat(value)
        if found.tzinfo is None or not _FIRST < found < _LAST:
            raise ValueError
    except (ValueError, OverflowError) as fault:
        raise words.NotThat(name=name, kind=words.TIME) from fault
    return found


def span(value: object, name: str) -> tuple[dt.datetime, dt.datetime | None]:
    """A time, or two with a slash between them; the second is empty where there is one.

    Raises:
        words.NotThat: it is neither, or ends before it begins.
    """
    if isinstance(value, str) and "/" in value:
        first, _slash, second = value.partition("/")
        since, until = moment(first, name), moment(second, name)
        if until < since:
            raise words.NotThat(name=name, kind=words.SPAN)
        return since, until
    return moment(value, name), None


def number_of(value: object) -> int | None:
    """The number of an entity in ``{"@iot.id": 1}``; None where it is no such number."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return None
    try:
        found = int(value)
    except ValueError:
        return None
    return found if 0 < found <= LARGEST_NUMBER else None


def is_link(value: object) -> bool:
    """Whether this names an entity by its number, and not a new one."""
    return isinstance(value, dict) and "@iot.id" in value


def linked(value: object, name: str) -> int:
    """The number a link names.

    Raises:
        words.BadLink: it names none.
    """
    found = number_of(value.get("@iot.id")) if isinstance(value, dict) else None
    if found is None:
        raise words.BadLink(name=name, number=str(value)[:80])
    return found


def entities(value: object, name: str) -> list[dict[str, Any]]:
    """A list of entities or links, such as the standard's deep inserts hold.

    Raises:
        words.NotThat: it is no list of objects.
    """
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise words.NotThat(name=name, kind=words.LIST)
    return value
