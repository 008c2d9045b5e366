"""Silence: a source that tells nothing for longer than it may is stale, and that is said once."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import connection

from veche.city.pulse import tasks_sources
from veche.city.pulse.models import Source, SourceTurn
from veche.city.pulse.operations import silence
from veche.core.journal.operations import record_many
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

# The two ways a source turns by itself; “off” is a person's word and stays.
_TURNS = """
    SELECT id, code,
        CASE WHEN seen_at + make_interval(secs => fresh_for) < %(at)s THEN 'stale' ELSE 'fresh' END
            AS state
    FROM pulse_source
    WHERE (state = 'fresh' AND seen_at + make_interval(secs => fresh_for) < %(at)s)
       OR (state IN ('new', 'stale') AND seen_at + make_interval(secs => fresh_for) >= %(at)s)
"""
_TURN = f"""
WITH due AS (SELECT s.id FROM pulse_source s JOIN ({_TURNS}) t USING (id) ORDER BY s.id
             FOR UPDATE OF s),
turned AS (
    UPDATE pulse_source s SET state = t.state FROM ({_TURNS}) t
    WHERE s.id = t.id AND s.id IN (SELECT id FROM due)
    RETURNING s.id, s.code, t.state, s.seen_at
), kept AS (
    INSERT INTO pulse_sourceturn (source_id, state, at, note)
    SELECT id, state, %(at)s, '' FROM turned RETURNING id, source_id
)
SELECT k.id, t.id, t.code, t.state, t.seen_at FROM kept k JOIN turned t ON t.id = k.source_id
ORDER BY t.code
"""


def waits(at: dt.datetime) -> bool:
    """Whether a source has to turn at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS ({_TURNS})", {"at": at})
        return bool(cursor.fetchone()[0])


@operation
def turn_sources(*, by: Person | None, at: dt.datetime) -> list[SourceTurn]:
    """Turn every source that went silent or came back, and tell the officers of their owners.

    One statement for all; one record and one turn for each.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TURN, {"at": at})
        rows = cursor.fetchall()
    record_many(
        kind="pulse.source-turned",
        by=by,
        at=at,
        about=[
            (
                f"source:{code}",
                {"state": state, "seen_at": seen.isoformat() if seen else None},
            )
            for _turn, _source, code, state, seen in rows
        ]
        or [("sources", {})],
    )
    if rows:
        tasks_sources.tell_owners.defer(turns=[row[0] for row in rows])
    turned = SourceTurn.objects.filter(pk__in=[row[0] for row in rows]).select_related("source")
    found = list(turned.order_by("source__code"))
    silence.say(found, at)
    return found


def sweep(*, at: dt.datetime) -> int:
    """The timer: nothing is written while no source turns; returns how many turned."""
    return len(turn_sources(by=None, at=at)) if waits(at) else 0


def is_fresh(source: Source, at: dt.datetime) -> bool:
    """Whether a source tells at this moment, whatever the timer has said so far."""
    if source.state == Source.State.OFF or source.seen_at is None:
        return False
    return source.seen_at + dt.timedelta(seconds=source.fresh_for) >= at
