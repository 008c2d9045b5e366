"""kill -9 of a sender of letters, again and again: nobody is forgotten, and copies are known.

A mail server of our own takes two thousand letters; a sender is killed a second or so after its
first letter, wherever it stands, and another begins.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlencode

from django.db import connection

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from aiosmtpd.controller import Controller

from tests.mail_server import MailServer, free_port

READERS = 2_000
PATIENCE = 600.0
ALIVE = (0.1, 1.5)
"""Seconds between the first letter of a sender and its end: a machine that is slow to start a
program changes nothing."""
SEND = """
import datetime as dt, django
django.setup()
from veche.core.notices.operations import send_letters
send_letters(at=dt.datetime.fromisoformat({at!r}))
"""


def soak(report: Callable[..., None]) -> None:
    """Kill senders until every letter is out."""
    name = connection.settings_dict["NAME"]
    connection.settings_dict.setdefault("TEST", {})["NAME"] = f"soak_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        from veche.project.cli import sync

        sync()
        _kill_senders(report)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def _kill_senders(report: Callable[..., None]) -> None:
    from tests.cast import START, small_town
    from veche.city.problems import operations as problems
    from veche.core.notices import operations
    from veche.core.notices.models import Letter
    from veche.core.notices.operations import write_waiting
    from veche.core.people.models import Level, Person
    from veche.core.people.operations import add_people

    town = small_town()
    case = town.report().case
    people = [
        Person(name=f"P{n}", email=f"p{n}@example.org", level=Level.EMAIL) for n in range(READERS)
    ]
    for person in add_people(by=None, at=START, people=people):
        operations.follow(by=person, at=START, case=case)
    problems.accept(by=town.moderator, at=START, case=case)
    made = write_waiting(by=None, at=START)
    server = MailServer(port=free_port())
    controller = Controller(server, hostname=server.host, port=server.port)
    controller.start()
    rng, kills, began = random.Random(9), 0, time.monotonic()
    try:
        while time.monotonic() - began < PATIENCE:
            if not Letter.objects.filter(state__in=("waiting", "sending")).exists():
                break
            # A letter whose line broke waits some minutes, so the city's clock runs on.
            sender = _sender(server.port, START + kills * dt.timedelta(hours=5))
            kills += _killed(sender, server, rng.uniform(*ALIVE))
    finally:
        controller.stop()
    count = Counter(server.to)
    names = {str(letter["Message-ID"]) for letter in server.letters}
    report("letters written", made, "", at_least=READERS)
    report("senders killed", kills, "", at_least=3)
    report("readers forgotten", made - len(count), "", at_most=0)
    report("letters that came twice", len(server.to) - len(count), "", at_most=kills)
    report("names beyond one a letter", len(names) - made, "", at_most=0)


def _killed(sender: subprocess.Popen[bytes], server: MailServer, seconds: float) -> bool:
    """Kill a sender some moments after its first letter; False where it ended by itself."""
    already, begun = len(server.to), time.monotonic()
    while sender.poll() is None and len(server.to) == already:
        if time.monotonic() - begun > PATIENCE / 5:  # it hangs before its first letter
            break
        time.sleep(0.02)
    try:
        sender.wait(seconds)
    except subprocess.TimeoutExpired:
        sender.kill()
        sender.wait()
        return True
    return False


def _sender(port: int, at: dt.datetime) -> subprocess.Popen[bytes]:
    """A sender of its own."""
    known = connection.settings_dict
    query = urlencode({"host": known["HOST"]})
    url = f"postgresql://{known['USER']}@/{quote(str(known['NAME']))}?{query}"
    environment = {**os.environ, "DATABASE_URL": url, "EMAIL_URL": f"smtp://127.0.0.1:{port}"}
    environment.pop("VECHE_DEMO", None)
    return subprocess.Popen([sys.executable, "-c", SEND.format(at=at.isoformat())], env=environment)
