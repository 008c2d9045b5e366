"""The city's clock: the one place where the present is read.

Only views, the API, tasks and commands call :func:`now`; everything below is given ``at``. In the
demo town the clock runs ahead of the wall by a number of seconds kept in the database (turned by
`veche.core.journal.operations.turn_clock`, never back); SQL asks ``city_now()``, which adds the
same number.
"""

from __future__ import annotations

import datetime as dt
import threading
import time

from django.conf import settings
from django.db import connection

_REMEMBER_SECONDS = 0.5
_lock = threading.Lock()
_known: tuple[float, float] = (-1e9, 0.0)  # (when it was read on the monotonic clock, seconds)


def ahead() -> float:
    """Seconds by which the city's clock runs ahead of the wall; zero outside a demo."""
    global _known
    if not getattr(settings, "DEMO", False):
        return 0.0
    read_at, seconds = _known
    if time.monotonic() - read_at < _REMEMBER_SECONDS:
        return seconds
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM ahead) FROM journal_cityclock")
        row = cursor.fetchone()
    seconds = float(row[0]) if row else 0.0
    with _lock:
        _known = (time.monotonic(), seconds)
    return seconds


def forget() -> None:
    """Read the demo's clock afresh at the next call."""
    global _known
    _known = (-1e9, 0.0)


def now() -> dt.datetime:
    """The present moment of the city, aware, in UTC."""
    return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=ahead())
