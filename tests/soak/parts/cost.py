"""CPU of this process and of its database process together."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection

TIMES = 6
"""Calls of a page that are measured together, at most."""
ENOUGH = 0.6
"""Seconds after which a page was measured often enough."""


def backend_seconds() -> float:
    """CPU seconds of the database process of our connection."""
    connection.ensure_connection()
    assert connection.connection is not None
    pid = connection.connection.info.backend_pid
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def spent() -> float:
    """CPU seconds of both processes until now."""
    return time.process_time() + backend_seconds()


def kept_waiting() -> float:
    """Seconds until now in which both processes could have run and others had the processor.

    What lasts is told without them: a sweep is not longer because neighbours are at work.
    """
    connection.ensure_connection()
    assert connection.connection is not None
    pid = connection.connection.info.backend_pid
    waits = (Path(f"/proc/{one}/schedstat").read_text().split()[1] for one in ("self", pid))
    return sum(int(nanoseconds) for nanoseconds in waits) / 1e9


def cpu(act: Callable[[], Any], times: int = TIMES) -> float:
    """Milliseconds of CPU of one call, both processes; the first call is not counted."""
    act()
    begun, calls = spent(), 0
    while calls < times:
        act()
        calls += 1
        if spent() - begun > ENOUGH:
            break
    return (spent() - begun) / calls * 1000


def yardstick() -> float:
    """Milliseconds of CPU of work that is always the same, half Python and half SQL.

    Neighbours on the machine make everything dearer; what a page costs is compared by it.
    """

    def act() -> None:
        sum(len(str(n)) for n in range(60_000))
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM generate_series(1, 60000) n WHERE n::text ~ '7'")

    return min(cpu(act) for _time in range(3))
