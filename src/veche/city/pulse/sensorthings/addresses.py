"""Where something is written: the set, the entity, or the set behind an entity's link."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db import connection

from veche.city.pulse.sensorthings import write_words as words
from veche.city.pulse.sensorthings.bodies import LARGEST_NUMBER
from veche.city.pulse.sensorthings.entities import KINDS, SETS, Link

_PART = re.compile(r"([A-Za-z]+)(?:\(([0-9]{1,19})\))?")
LONGEST = 12
"""Steps of one address."""


@dataclass(frozen=True)
class Address:
    """What an address names."""

    kind: str
    number: int | None
    """The entity's; None: the set."""
    parent: tuple[str, int, str] | None = None
    """Kind and number of the entity behind whose link the set stands, and the link's name."""


def address(rest: str) -> Address:
    """What the part of the address after the version names.

    Raises:
        words.NoSuch: nothing; or what it leads through is not there.
    """
    parts = rest.strip("/").split("/")
    if len(parts) > LONGEST:
        raise words.NoSuch(what=rest[:200])
    kind, number = _part(parts[0], rest)
    if kind not in SETS:
        raise words.NoSuch(what=rest[:200])
    found = Address(SETS[kind].name, number)
    for part in parts[1:]:
        name, number = _part(part, rest)
        link = KINDS[found.kind].link(name)
        if found.number is None or link is None or (number is not None and not link.many):
            raise words.NoSuch(what=rest[:200])
        if link.many and number is None:
            found = Address(link.target, None, (found.kind, found.number, name))
        else:
            found = Address(link.target, _through(found, link, number, rest))
    return found


def _part(text: str, rest: str) -> tuple[str, int | None]:
    match = _PART.fullmatch(text)
    if match is None:
        raise words.NoSuch(what=rest[:200])
    number = int(match[2]) if match[2] else None
    if number is not None and number > LARGEST_NUMBER:
        raise words.NoSuch(what=rest[:200])
    return match[1], number


def _through(found: Address, link: Link, number: int | None, rest: str) -> int:
    """The number of the entity behind a link: the only one, or one that must be among many.

    Raises:
        words.NoSuch: it is not there.
    """
    kind, target = KINDS[found.kind], KINDS[link.target]
    if link.here:
        query, values = f"SELECT {link.here} FROM {kind.table} WHERE id = %s", [found.number]
    elif link.there:
        query = f"SELECT id FROM {target.table} WHERE id = %s AND {link.there} = %s"
        values = [number, found.number]
    else:
        assert link.via is not None
        table, here, there = link.via
        query = f"SELECT {there} FROM {table} WHERE {there} = %s AND {here} = %s"
        values = [number, found.number]
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        row = cursor.fetchone()
    if row is None or row[0] is None:
        raise words.NoSuch(what=rest[:200])
    return int(row[0])
