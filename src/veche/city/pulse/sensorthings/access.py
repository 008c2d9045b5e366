"""Who asks at the door of SensorThings: a system with its key, a person signed in, or anybody.

A system writes with the key of its source, over HTTP's own means: basic (the source's code as the
name, the key as the password) or bearer. A key reaches its own source and what is public; a person
reads by the roles they hold and writes nothing here.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection
from django.http import HttpRequest

from veche.city.pulse.access import readable
from veche.city.pulse.models import Source
from veche.city.pulse.sensorthings.write_words import KeyUnknown, NeedsKey
from veche.core.organisations.middleware import Asker

if TYPE_CHECKING:
    from veche.core.people.models import Person

FIND_KEY = (
    "SELECT k.id, k.source_id, s.code, s.state FROM pulse_sourcekey k"
    " JOIN pulse_source s ON s.id = k.source_id"
    " WHERE k.digest = %s AND k.since <= city_now() AND (k.until IS NULL OR k.until > city_now())"
)


@dataclass(frozen=True)
class KeyHolder:
    """A system that has shown a key that is good."""

    key: int
    """The number of the `SourceKey`."""
    source: int
    code: str
    off: bool
    """Whether its source is switched off: then nothing is taken from it."""


@dataclass(frozen=True)
class Caller:
    """Who asks, and what they may read."""

    person: Person | None = None
    holder: KeyHolder | None = None
    reads: frozenset[int] | None = frozenset()
    """Numbers of sources that may be read besides those that are public; None: all."""

    def may_read(self, source: int, *, public: bool) -> bool:
        """Whether what this source tells may be shown."""
        return public or self.reads is None or source in self.reads


def digest_of(key: str) -> bytes:
    """What is kept of a key."""
    return hashlib.sha256(key.encode()).digest()


def shown(header: str) -> tuple[str, str] | None:
    """Name and key of an ``Authorization`` header; the name is empty with a bearer's.

    Raises:
        KeyUnknown: it is of neither kind, or cannot be read.
    """
    if not header:
        return None
    kind, _space, rest = header.strip().partition(" ")
    if kind.lower() == "bearer":
        return "", rest.strip()
    if kind.lower() != "basic":
        raise KeyUnknown
    try:
        name, _colon, key = base64.b64decode(rest.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError) as fault:
        raise KeyUnknown from fault
    return name, key


def holder_of(row: tuple[int, int, str, str] | None, name: str) -> KeyHolder:
    """The system whose key `FIND_KEY` found.

    Raises:
        KeyUnknown: no key was found, or it is another source's than the name says.
    """
    if row is None or (name and name != row[2]):
        raise KeyUnknown
    return KeyHolder(row[0], row[1], row[2], row[3] == Source.State.OFF)


def key_holder(header: str) -> KeyHolder | None:
    """The system that shows this ``Authorization`` header; None when there is none.

    Raises:
        KeyUnknown: there is one, and it is not good.
    """
    found = shown(header)
    if found is None:
        return None
    name, key = found
    with connection.cursor() as cursor:
        cursor.execute(FIND_KEY, [digest_of(key)])
        return holder_of(cursor.fetchone(), name)


def caller(request: HttpRequest) -> Caller:
    """Who asks.

    Raises:
        KeyUnknown: a key was shown that is not good.
    """
    holder = key_holder(request.headers.get("Authorization", ""))
    if holder is not None:
        return Caller(holder=holder, reads=frozenset({holder.source}))
    asker = getattr(request, "asker", None) or Asker(request)
    person = asker.person if hasattr(request, "user") else None
    return Caller(person=person, reads=readable(asker.holdings) if person else frozenset())


def writer(request: HttpRequest) -> KeyHolder:
    """The system that may write.

    Raises:
        NeedsKey: none was shown.
        KeyUnknown: one was shown that is not good.
    """
    holder = key_holder(request.headers.get("Authorization", ""))
    if holder is None:
        raise NeedsKey
    return holder
