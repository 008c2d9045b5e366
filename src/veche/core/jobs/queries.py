"""Reading the queue: what failed, what waits, which workers are at work.

The tables are those of procrastinate. What a job was given is not read: it may hold addresses and
codes that no administrator needs to see.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection

from veche.core.jobs.rules import PATIENCE


@dataclass(frozen=True)
class FailedJob:
    """A job that failed as often as it may; it stays until somebody tries it again."""

    id: int
    name: str
    tries: int
    at: dt.datetime | None
    """When it failed last, by the clock of the database."""


_FAILED = """
SELECT j.id, j.task_name, j.attempts, e.at FROM procrastinate_jobs j
LEFT JOIN LATERAL (SELECT max(at) AS at FROM procrastinate_events WHERE job_id = j.id) e ON true
WHERE j.status = 'failed' ORDER BY j.id LIMIT %s
"""


def failed_jobs(most: int = 500) -> list[FailedJob]:
    """The jobs that wait for an administrator, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_FAILED, [most])
        return [FailedJob(*row) for row in cursor.fetchall()]


@dataclass(frozen=True)
class Queue:
    """How the queue stands."""

    waiting: int
    doing: int
    failed: int
    workers: int
    """Worker processes that have said within `PATIENCE` that they are alive."""


_QUEUE = """
SELECT count(*) FILTER (WHERE status = 'todo'), count(*) FILTER (WHERE status = 'doing'),
    count(*) FILTER (WHERE status = 'failed'),
    (SELECT count(*) FROM procrastinate_workers
        WHERE last_heartbeat > now() - make_interval(secs => %s))
FROM procrastinate_jobs WHERE status IN ('todo', 'doing', 'failed')
"""


def queue() -> Queue:
    """How many jobs wait, are being done and have failed, and how many workers there are."""
    with connection.cursor() as cursor:
        cursor.execute(_QUEUE, [PATIENCE])
        return Queue(*cursor.fetchone())
