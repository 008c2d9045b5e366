"""The worker process: what is queued and timed, and what a killed worker left."""

from __future__ import annotations

import asyncio
import logging
import os
import time

from django.conf import settings
from procrastinate import App, PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.settings import settings as procrastinate_settings
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException

from veche.core.jobs.rules import HEARTBEAT, PATIENCE
from veche.jobs import TRIES

logger = logging.getLogger(__name__)

CONCURRENCY = 2
"""Jobs at the same time; each has a thread and a connection of its own."""


def work(*, wait: bool = True) -> None:
    """Do queued and timed jobs until told to stop; with ``wait=False`` until none is left."""
    if os.environ.get("VECHE_SUPERVISED"):
        from veche.project.asgi import end_with_parent

        end_with_parent()
    # Waiting takes one connection, asking and noting another; more would only be kept open.
    alias = procrastinate_settings.DATABASE_ALIAS
    connector = PsycopgConnector(kwargs=connector_params(alias), min_size=1, max_size=4)
    with app.replace_connector(connector) as working:
        asyncio.run(_work(working, wait))


async def _work(working: App, wait: bool) -> None:
    async with working.open_async():
        await take_up(working)
        watching = asyncio.create_task(_watch(working))
        try:
            await working.run_worker_async(
                wait=wait,
                concurrency=CONCURRENCY,
                # A job that failed too often stays, for the operator to see and to try again.
                delete_jobs="successful",
                fetch_job_polling_interval=1.0 if settings.DEMO else 5.0,
                shutdown_graceful_timeout=5.0,
                update_heartbeat_interval=HEARTBEAT,
                stalled_worker_timeout=PATIENCE,
                install_signal_handlers=wait,
            )
        finally:
            watching.cancel()


_LEFT = """
SELECT j.id FROM procrastinate_jobs j WHERE j.status = 'doing' AND NOT EXISTS (
    SELECT FROM procrastinate_workers w
    WHERE w.id = j.worker_id AND w.last_heartbeat > now() - make_interval(secs => %(patience)s))
"""
# Timed work that is queued again meanwhile need not be done twice, and may not be queued twice.
_DROP = f"""
DELETE FROM procrastinate_jobs WHERE id IN ({_LEFT}) AND status = 'doing' AND EXISTS (
    SELECT FROM procrastinate_jobs o
    WHERE o.status = 'todo' AND o.queueing_lock = procrastinate_jobs.queueing_lock)
RETURNING id, task_name, 'dropped' AS became
"""
_TAKE_UP = f"""
UPDATE procrastinate_jobs SET
    status = (CASE WHEN attempts + 1 < %(tries)s THEN 'todo' ELSE 'failed' END)
        ::procrastinate_job_status,
    attempts = attempts + 1, scheduled_at = NULL, worker_id = NULL
WHERE id IN ({_LEFT} FOR UPDATE SKIP LOCKED) AND status = 'doing'
RETURNING id, task_name, status::text AS became
"""


async def take_up(working: App) -> int:
    """Queue again what workers that are no more had in hand; returns how many jobs.

    A worker that has given no sign of life for `PATIENCE` seconds counts as gone. What it had
    begun is rolled back with its connection, what it had committed the job finds done: jobs are
    written so that doing one twice does it once. A job in whose hands workers die again and again
    ends on the list of failed work like one that fails.
    """
    rows = [
        row
        for statement in (_DROP, _TAKE_UP)
        for row in await working.connector.execute_query_all_async(
            query=statement, patience=PATIENCE, tries=TRIES
        )
    ]
    for row in rows:
        logger.warning("left by a worker: job %(id)s, %(task_name)s: %(became)s", row)
    return len(rows)


async def _watch(working: App) -> None:
    """Look every `HEARTBEAT` seconds whether another worker has left something."""
    while True:
        asleep = time.time()
        await asyncio.sleep(HEARTBEAT)
        if time.time() - asleep > 2 * HEARTBEAT:
            continue  # this machine slept: its own sign of life is as old as that of the others
        try:
            await take_up(working)
        except ConnectorException:
            # The database was away, or the same work was queued this moment: look again later.
            logger.exception("taking up what a worker left")
