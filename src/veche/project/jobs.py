"""The worker process, and the list of jobs that failed."""

from __future__ import annotations

import datetime as dt
import json
import os
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from procrastinate import PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.settings import settings as procrastinate_settings
from procrastinate.contrib.django.utils import connector_params

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
        working.run_worker(
            wait=wait,
            concurrency=CONCURRENCY,
            # A job that failed too often stays, for the operator to see and to try again.
            delete_jobs="successful",
            fetch_job_polling_interval=1.0 if settings.DEMO else 5.0,
            shutdown_graceful_timeout=5.0,
            install_signal_handlers=wait,
        )


@dataclass(frozen=True)
class FailedJob:
    """A job that failed as often as it may; it stays until somebody tries it again."""

    id: int
    name: str
    arguments: dict[str, Any]
    tries: int


def _arguments(known: Any) -> dict[str, Any]:
    """Django's cursors hand out JSON as text."""
    return dict(json.loads(known) if isinstance(known, str) else known)


def failed_jobs() -> list[FailedJob]:
    """Every job that waits for the operator, the oldest first."""
    return [
        FailedJob(job.id or 0, job.task_name, _arguments(job.task_kwargs), job.attempts)
        for job in sorted(app.job_manager.list_jobs(status="failed"), key=lambda job: job.id or 0)
    ]


def try_again(job: int, *, at: dt.datetime) -> None:
    """Queue a failed job once more; one failure brings it back to the list."""
    app.job_manager.retry_job_by_id(job, retry_at=at)
