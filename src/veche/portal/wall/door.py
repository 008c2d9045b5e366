"""What the live door asks of the database, in a thread of its own with one connection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import close_old_connections, connection

from veche import clock
from veche.city.dispatch.procedure import OPEN
from veche.portal.wall.fragments import pieces
from veche.portal.wall.snapshot import take
from veche.portal.wall.walls import WALLS

_MARKS = """
SELECT coalesce((SELECT max(id) FROM pulse_alarmchange), 0),
    (SELECT concat_ws(' ', count(*), sum(seq), max(id)) FROM cases_case
        WHERE procedure = 'incident' AND state = ANY(%s)),
    coalesce((SELECT max(id) FROM dispatch_incidententry), 0),
    coalesce((SELECT max(id) FROM dispatch_modeact), 0),
    coalesce((SELECT max(id) FROM dispatch_alert), 0),
    (SELECT ahead::text FROM journal_cityclock),
    (SELECT coalesce(array_agg(id), '{}') FROM dispatch_screen WHERE until IS NOT NULL)
"""


@dataclass(frozen=True)
class Marks:
    """What tells that something else is to be shown."""

    mark: tuple[object, ...]
    withdrawn: frozenset[int]
    """Screens that show nothing any more."""


def marks() -> Marks:
    """Ask whether anything has changed; one statement by indexes, whatever the city's past."""
    close_old_connections()
    with connection.cursor() as cursor:
        cursor.execute(_MARKS, [list(OPEN)])
        *mark, withdrawn = cursor.fetchone()
    return Marks(tuple(mark), frozenset(withdrawn))


def make(wall: str, languages: Iterable[str]) -> Mapping[str, dict[str, str]]:
    """The pieces of a wall as it is now, in each of these languages; read once for all."""
    shown = take(WALLS[wall], clock.now())
    return {language: pieces(shown, language) for language in languages}


def close() -> None:
    """Give the connection of this thread back."""
    connection.close()
