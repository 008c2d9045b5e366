"""A load test of the door: a vote of its own in a database of its own, a server, and a crowd.

Nothing of the town is touched: the database is made beside it in the same cluster and dropped at
the end, the server listens on this machine only.
"""

from __future__ import annotations

import datetime as dt
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection

from veche.city.ballots import keys
from veche.city.ballots.models import Vote
from veche.city.ballots.operations import course, making
from veche.city.ballots.tokens import TERM, BallotToken
from veche.core.cases.sync import sync_procedures
from veche.core.organisations.operations import appoint
from veche.core.people.operations import add_person
from veche.core.places.models import Territory
from veche.core.places.operations import add_territory

HOUR = dt.timedelta(hours=1)
OPTIONS = ("north", "south", "none")
# Rows of the load test's own database only; no trigger has to look at what is made up.
_ROLL = """
WITH made AS (
    INSERT INTO ballots_rollentry (vote_id, territory_id, salt, how)
    SELECT %(vote)s, %(place)s, uuid_send(gen_random_uuid()), 'rule'
    FROM generate_series(1, %(number)s) RETURNING id
)
INSERT INTO ballots_voter (entry_id, vote_id, code)
SELECT id, %(vote)s, uuid_send(gen_random_uuid()) FROM made
"""
_OLD = """
INSERT INTO ballots_ballot
    (vote_id, code, revision, territory_id, channel, choice, key, place, annulled)
SELECT 1000000 + n %% %(votes)s, uuid_send(gen_random_uuid()), 1, %(place)s, 'web',
    '{"place":["north"]}', uuid_send(gen_random_uuid()), n, false
FROM generate_series(%(first)s, %(last)s) n
"""
_AT_ONCE = 1_000_000


@dataclass
class Crowded:
    """What a load test saw."""

    votes: int
    connections: int
    seconds: float
    p50_ms: float
    p99_ms: float
    door_cpu_ms: float
    """CPU of the web process for one ballot, in milliseconds."""
    database_cpu_ms: float
    client_cpu_ms: float
    statuses: dict[str, int]
    lost: int
    sample: str

    @property
    def a_second(self) -> float:
        """Ballots a second."""
        return self.votes / self.seconds


@contextmanager
def scratch(name: str) -> Iterator[None]:
    """A database of its own beside the home's, with nothing in it; dropped at the end."""
    before = str(connection.settings_dict["NAME"])
    connection.settings_dict.setdefault("TEST", {})["NAME"] = name
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        sync_procedures()
        yield
    finally:
        with connection.cursor() as cursor:
            # Whoever was cut off in it must not keep it.
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        connection.creation.destroy_test_db(before, verbosity=0)


def make_vote(at: dt.datetime) -> Vote:
    """An open vote of an invented town, with nobody on its roll."""
    long_ago = at - 24 * HOUR
    names = {"en": "Loadham", "ru": "Нагрузино", "zh": "试压镇"}
    outline = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]}
    town = add_territory(
        by=None, at=long_ago, code="loadham", kind=Territory.Kind.CITY, names=names,
        outline=outline, parent=None,
    )  # fmt: skip
    organiser = add_person(by=None, at=long_ago, name="Organiser", email="organiser@example.org")
    appoint(by=None, at=long_ago, person=organiser, role="organiser", territory=town)
    opens = at - HOUR
    config = {
        "format": "veche-vote/1", "title": {"en": "Where the bridge goes"}, "text": {},
        "level": "audited", "opens": opens.isoformat(),
        "closes": (at + 30 * 24 * HOUR).isoformat(),
        "live": {"mode": "live"}, "change": True, "channels": ["web"], "grain": "city",
        "roll": {"territory": "loadham", "level": "resident"},
        "questions": [{
            "code": "place", "kind": "single", "title": {"en": "Where?"}, "rule": {
                "rule": "plurality"
            },
            "options": [{"code": one, "title": {"en": one}} for one in OPTIONS],
        }],
    }  # fmt: skip
    vote = making.draft_vote(by=organiser, at=opens - HOUR, territory=town, config=config)
    making.publish_vote(by=organiser, at=opens - HOUR, case=vote.case)
    course.open_in_time(by=None, at=opens, case=vote.case)
    return Vote.objects.get(pk=vote.pk)


def enrol(vote: Vote, number: int, at: dt.datetime) -> list[BallotToken]:
    """Put so many more onto the roll; their ballots."""
    place = Territory.objects.get(code="loadham")
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(entry_id), 0) FROM ballots_voter")
        before = cursor.fetchone()[0]
        cursor.execute(_ROLL, {"vote": vote.pk, "place": place.pk, "number": number})
        cursor.execute(
            "SELECT entry_id, code FROM ballots_voter WHERE entry_id > %s ORDER BY code", [before]
        )
        rows = cursor.fetchall()
        cursor.execute("ANALYZE ballots_rollentry, ballots_voter")
    until = at + TERM
    return [
        BallotToken(vote.pk, entry, bytes(code), 1, place.pk, "web", until) for entry, code in rows
    ]


def fill(ballots: int, votes: int) -> None:
    """Old ballots in the table, of so many other votes."""
    place = Territory.objects.get(code="loadham").pk
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for first in range(1, ballots + 1, _AT_ONCE):
            last = min(first + _AT_ONCE - 1, ballots)
            told = {"votes": votes, "place": place, "first": first, "last": last}
            cursor.execute(_OLD, told)
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE ballots_ballot")


def requests(tokens: list[BallotToken]) -> list[bytes]:
    """What the crowd sends to the door."""
    key = keys.token_key()
    return [
        request(
            "/cast",
            json.dumps({"token": token.sign(key), "choice": {"place": [OPTIONS[n % 3]]}}).encode(),
            "content-type: application/json",
        )
        for n, token in enumerate(tokens)
    ]


def request(path: str, body: bytes, *headers: str) -> bytes:
    """A POST as it goes over the line."""
    lines = (f"POST {path} HTTP/1.1", "host: localhost", *headers, f"content-length: {len(body)}")
    return "\r\n".join((*lines, "", "")).encode() + body


# --- the server -------------------------------------------------------------------------------


@contextmanager
def server(workers: int = 1) -> Iterator[tuple[int, int]]:
    """A web process over the present database; its port, and the number of the process."""
    with _process("veche.project.web", "127.0.0.1", "{port}", str(workers)) as running:
        yield running


@contextmanager
def door() -> Iterator[tuple[int, int]]:
    """The door's own process over the present database; its port, and the number of the process."""
    with _process("veche.project.cli", "ballots", "door", "--port", "{port}") as running:
        yield running


@contextmanager
def _process(*words: str) -> Iterator[tuple[int, int]]:
    """A Python of ours that listens; in its words ``{port}`` stands for a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", *(word.format(port=port) for word in words)]
        process = subprocess.Popen(
            command, env=environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            _wait(port, process)
            yield port, process.pid
        finally:
            process.terminate()
            process.wait(30)


def environment(home: str) -> dict[str, str]:
    """That of a program over the present database, with a home of its own."""
    return os.environ | {
        "DATABASE_URL": _url(),
        "VECHE_HOME": home,
        "VECHE_SECRET_KEY": str(settings.SECRET_KEY),
        "VECHE_DEMO": "",
    }


def _url() -> str:
    told = connection.settings_dict
    host = urlencode({"host": told["HOST"], "port": told["PORT"], "user": told["USER"]})
    return f"postgresql:///{quote(str(told['NAME']))}?{host}"


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            line.request("GET", "/healthz")
            if line.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise OSError("the process does not begin to answer")


def cpu_of(pid: int) -> float:
    """CPU seconds of a process and of its children."""
    seconds = 0.0
    for one in (pid, *children(pid)):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        seconds += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return seconds


def children(pid: int) -> list[int]:
    """The numbers of all processes below a process."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child), *children(int(child))]
    return found


def database_cpu() -> float:
    """CPU seconds of all processes of the present database that are not ours."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return sum(cpu_of(pid) for (pid,) in cursor.fetchall())


def crowd(port: int, pid: int, sent: list[bytes], connections: int) -> Crowded:
    """Send everything; what was seen."""
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "ballots"
        file.write_bytes(b"\0".join(sent))
        before = cpu_of(pid), database_cpu()
        module = "veche.city.ballots.load_client"
        done = subprocess.run(
            [sys.executable, "-m", module, str(port), str(connections), str(file)],
            capture_output=True,
            check=True,
        )
    after = cpu_of(pid), database_cpu()
    told: dict[str, Any] = json.loads(done.stdout)
    each = 1000 / len(sent)
    return Crowded(
        votes=len(sent),
        connections=connections,
        seconds=told["seconds"],
        p50_ms=told["p50_ms"],
        p99_ms=told["p99_ms"],
        door_cpu_ms=(after[0] - before[0]) * each,
        database_cpu_ms=(after[1] - before[1]) * each,
        client_cpu_ms=told["client_cpu"] * each,
        statuses=told["statuses"],
        lost=told["lost"],
        sample=told["sample"],
    )
