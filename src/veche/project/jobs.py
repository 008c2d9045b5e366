"""The worker process, and the list of jobs that failed."""

from __future__ import annotations

import os

from django.conf import settings
from procrastinate.contrib.django import app


def work(*, wait: bool = True) -> None:
    """Do queued and timed jobs until told to stop; with ``wait=False`` until none is left."""
    if os.environ.get("VECHE_SUPERVISED"):
        from veche.project.asgi import end_with_parent

        end_with_parent()
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
    with app.replace_connector(connector) as working:
        working.run_worker(
            wait=wait,
            concurrency=4,
            # A job that failed too often stays, for the operator to see and to try again.
            delete_jobs="successful",
            fetch_job_polling_interval=1.0 if settings.DEMO else 5.0,
            shutdown_graceful_timeout=5.0,
            install_signal_handlers=wait,
        )
