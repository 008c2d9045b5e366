"""kill -9 of a real process at the two borders: before the notice, and at the mail server."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings
from django.db import connection, transaction
from tests.cast import START, small_town
from tests.mail_server import MailServer as Server
from tests.mail_server import free_port

from veche.city.problems import operations as problems
from veche.core.notices import operations
from veche.core.notices.models import Letter, Notice
from veche.core.notices.operations import Wanted, send_letters
from veche.core.notices.operations.letters import write_waiting
from veche.core.notices.tasks import announce_waiting
from veche.core.people.operations import add_person

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = dt.timedelta(minutes=1)
READERS = 8
PRELUDE = """
import datetime as dt, django
django.setup()
at = dt.datetime.fromisoformat({at!r})
"""
SEND = PRELUDE + "from veche.core.notices.operations import send_letters\nsend_letters(at=at)\n"
ANNOUNCE = PRELUDE + "from veche.core.notices.tasks import announce_waiting\nannounce_waiting(at)\n"


def process(script: str, at: dt.datetime, port: int = 0) -> subprocess.Popen[bytes]:
    """Another process of this program, on the test's database."""
    known = connection.settings_dict
    query = urlencode({"host": known["HOST"]})
    name = quote(str(known["NAME"]))
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgresql://{known['USER']}@/{name}?{query}",
        "EMAIL_URL": f"smtp://127.0.0.1:{port}" if port else "",
        "VECHE_HOME": str(settings.HOME.path),
    }
    return subprocess.Popen([sys.executable, "-c", script.format(at=at.isoformat())],
                            env=environment)  # fmt: skip


@contextlib.contextmanager
def mail_server(server: Server) -> Iterator[Server]:
    """The server, listening."""
    server.port = free_port()
    controller = Controller(server, hostname=server.host, port=server.port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


class Killing(Server):
    """Kills the sender while it has one letter in hand, before or after it was taken."""

    victim: subprocess.Popen[bytes] | None = None
    after = 3
    taken = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Take the letter; with the third the sender is no more before it hears of it."""
        now = len(self.letters) == self.after and self.victim is not None
        answer = "250 OK"
        if not now or self.taken:
            answer = await super().handle_DATA(server, session, envelope)
        if now:
            assert self.victim is not None
            os.kill(self.victim.pid, signal.SIGKILL)
            self.victim = None
        return answer


@pytest.mark.parametrize("taken", [True, False])
def test_a_sender_killed_with_a_letter_in_hand(settings: Any, taken: bool) -> None:
    town = small_town()
    case = town.report().case
    for n in range(READERS):
        person = add_person(by=None, at=START, name=f"P{n}", email=f"p{n}@example.org")
        operations.follow(by=person, at=START, case=case)
    problems.accept(by=town.moderator, at=START, case=case)
    assert write_waiting(by=None, at=START) == READERS + 1
    server = Killing()
    server.taken = taken
    with mail_server(server):
        sender = process(SEND, START, server.port)
        server.victim = sender
        assert sender.wait(60) == -signal.SIGKILL
        assert Letter.objects.filter(state="sending").count() == 1
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.host, server.port
        run = send_letters(at=START + MINUTE)
        assert run.again == 1
        assert send_letters(at=START + 2 * MINUTE).sent == 0
    count: Counter[str] = Counter(server.to)
    assert len(count) == READERS + 1  # nobody was forgotten
    twice = [to for to, times in count.items() if times > 1]
    assert len(twice) == (1 if taken else 0)  # one at most, and only what the server had taken
    for to in twice:
        names = {
            str(letter["Message-ID"])
            for letter, address in zip(server.letters, server.to, strict=True)
            if address == to
        }
        assert len(names) == 1  # known as a copy


def waits(condition: Callable[[], bool], seconds: float = 30.0) -> bool:
    """Whether something becomes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_a_worker_killed_between_the_commit_and_the_notice() -> None:
    town = small_town()
    operations.subscribe(by=town.neighbour, at=START, wanted=Wanted(territory=town.west.pk))
    problems.accept(by=town.moderator, at=START, case=town.report().case)
    with transaction.atomic(), connection.cursor() as cursor:
        # The worker is held in the middle of its transaction: it waits for the reader's row.
        cursor.execute("SELECT id FROM notices_reader FOR UPDATE")
        worker = process(ANNOUNCE, START)

        def held() -> bool:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            return bool(cursor.fetchone()[0])

        assert waits(held)
        worker.kill()
        worker.wait(30)
    around = Notice.objects.filter(person=town.neighbour)
    assert waits(lambda: announce_waiting(START) == 0)
    assert list(around.values_list("kind", flat=True)) == ["problems.new"]
    announce_waiting(START + MINUTE)
    assert around.count() == 1
