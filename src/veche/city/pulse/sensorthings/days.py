"""The days of readings, looked at one after another.

The newest readings of a whole city stand on its last day. PostgreSQL would sort all the days to
find them; so a page that is ordered by time is looked for on one day, then on two more, on four …
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from django.db import connection

from veche.city.pulse.sensorthings.expressions import Key, Path

_DAYS = (
    "SELECT substr(c.relname, 15) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
    " WHERE i.inhparent = 'pulse_reading'::regclass"
    " AND c.relname ~ '^pulse_reading_[0-9]{8}$' ORDER BY 1"
)
_DAY = dt.timedelta(days=1)


def by_time(keys: Sequence[Key]) -> bool:
    """Whether readings are to come in the order of their times."""
    return bool(keys) and keys[0].of == Path(("phenomenonTime",))


def windows(*, falling: bool) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """All the days there are, in spans that grow, the newest first where it falls."""
    with connection.cursor() as cursor:
        cursor.execute(_DAYS)
        days = [dt.datetime.strptime(text, "%Y%m%d").replace(tzinfo=dt.UTC)
                for (text,) in cursor.fetchall()]  # fmt: skip
    if falling:
        days.reverse()
    many = 1
    while days:
        some, days = days[:many], days[many:]
        yield min(some), max(some) + _DAY
        many *= 2
