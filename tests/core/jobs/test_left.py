"""kill -9 of a worker with a job in its hands: the job is taken up again, and done once."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings
from django.db import connection
from tests.mail_server import MailServer, free_port

from veche.core.jobs.queries import failed_jobs
from veche.core.people.tasks import send_letter
from veche.jobs import TRIES
from veche.project import jobs

pytestmark = pytest.mark.django_db(transaction=True)
WORK = "import django\ndjango.setup()\nfrom veche.project.jobs import work\nwork(wait=False)\n"


class Holding(MailServer):
    """Holds the first letter in its hands until it is told to go on."""

    held: threading.Event
    go_on: threading.Event

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Take no letter while it holds: whoever sends hears nothing."""
        if not self.go_on.is_set():
            self.held.set()
            import asyncio

            while not self.go_on.is_set():
                await asyncio.sleep(0.05)
            server.transport.abort()  # nobody listens any more
            return "451 Gone"
        return await super().handle_DATA(server, session, envelope)


@pytest.fixture
def smtp(settings: Any) -> Iterator[Holding]:
    server = Holding(port=free_port())
    server.held, server.go_on = threading.Event(), threading.Event()
    controller = Controller(server, hostname=server.host, port=server.port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = server.host, server.port
    try:
        yield server
    finally:
        server.go_on.set()
        controller.stop()


def worker(port: int) -> subprocess.Popen[bytes]:
    """Another process of this program that does what is queued, on the test's database."""
    known = connection.settings_dict
    query = urlencode({"host": known["HOST"]})
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgresql://{known['USER']}@/{quote(str(known['NAME']))}?{query}",
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        "VECHE_HOME": str(settings.HOME.path),
    }
    return subprocess.Popen([sys.executable, "-c", WORK], env=environment)


def later(seconds: int) -> None:
    """So many seconds without a sign of life of any worker go by."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_workers"
            " SET last_heartbeat = last_heartbeat - make_interval(secs => %s)", [seconds]
        )  # fmt: skip


def doing(name: str, lock: str | None = None, attempts: int = 0) -> int:
    """A job that a worker which is no more has in its hands."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args,"
            " status, attempts) VALUES ('default', %s, %s, %s, '{}', 'doing', %s) RETURNING id",
            [name, lock, lock, attempts],
        )
        return int(cursor.fetchone()[0])


def state() -> list[str]:
    """How the letters in the queue stand; a worker may be killed in its timed work too."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT status::text FROM procrastinate_jobs WHERE task_name = %s", [send_letter.name]
        )
        return [row[0] for row in cursor.fetchall()]


def test_what_a_killed_worker_had_in_hand_is_done_by_the_next(smtp: Holding) -> None:
    send_letter.defer(prefix="once", email="a@example.org", language="en", words={"code": "123456"})
    victim = worker(smtp.port)
    try:
        assert smtp.held.wait(60)
    finally:
        victim.kill()
        victim.wait(30)
    smtp.go_on.set()
    assert state() == ["doing"]
    jobs.work(wait=False)
    assert smtp.to == []  # for all anybody knows it is alive: nothing is doubled
    later(31)
    jobs.work(wait=False)
    assert smtp.to == ["a@example.org"]
    later(31)
    jobs.work(wait=False)
    assert smtp.to == ["a@example.org"] and state() == []


def test_timed_work_goes_on_after_a_kill(monkeypatch: pytest.MonkeyPatch) -> None:
    from veche.project import tasks

    called: list[float] = []
    monkeypatch.setattr(tasks, "run_timers", lambda: called.append(time.monotonic()))
    left = doing("veche.tick", "veche.tick")
    with connection.cursor() as cursor:
        # Its next time has come and waits for the lock that the dead one holds.
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args,"
            " status) VALUES ('default', 'veche.tick', 'veche.tick', 'veche.tick',"
            """ '{"timestamp": 1}', 'todo')"""
        )
    jobs.work(wait=False)
    assert called  # the lock is free; once more if its minute has come
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE id = %s", [left])
        assert cursor.fetchone() == (0,)


def test_a_job_in_whose_hands_workers_die_is_not_tried_for_ever() -> None:
    number = doing("tests.unknown", attempts=TRIES - 1)
    jobs.work(wait=False)
    assert [(one.id, one.tries) for one in failed_jobs()] == [(number, TRIES)]
