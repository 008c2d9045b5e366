"""What the worker does for indicators."""

from __future__ import annotations

from django.db import connection

from veche import clock
from veche.jobs import job


@job
def reckon_touched() -> None:
    """Reckon the indicators of which readings came, right after they came."""
    from veche.city.pulse.operations import reckoning

    at = clock.now()
    chosen = reckoning.touched(at)
    if chosen:
        reckoning.reckon(by=None, at=at, indicators=chosen)


_WAITS = """
SELECT EXISTS (SELECT FROM procrastinate_jobs WHERE task_name = %s AND status = 'todo')
"""


def ask_to_reckon() -> None:
    """Queue a reckoning in the running transaction, unless one waits already: readings that come
    in hundreds of batches a second are reckoned together."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITS, [reckon_touched.name])
        if cursor.fetchone()[0]:
            return
    reckon_touched.defer()
