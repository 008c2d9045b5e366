"""What voting costs besides the door: the page's own way, live pages, and whether size matters.

Runs on databases of its own beside the one of the home, dropped at the end. ``VECHE_BENCH_BALLOTS``
says how many old ballots the tables are filled with, a million where it does not.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import psycopg
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.bench.bench_problems import cpu
from tests.city.ballots.doors import ask

from veche import clock
from veche.city.ballots import keys, load, page_door
from veche.city.ballots.door_writer import _CAST, Sending, _arrays
from veche.city.ballots.models import RollEntry, Vote
from veche.city.ballots.tokens import BallotToken
from veche.core.journal import commands
from veche.core.people.models import Person
from veche.core.people.sessions import SessionStore
from veche.project.measure import Report

CASTS, PAGES = 1_500, 500
FILLED = int(os.environ.get("VECHE_BENCH_BALLOTS", "1000000"))
OLD_VOTES = 1_700
BATCH = 32
FORM = "application/x-www-form-urlencoded"
PEER = "meinBerlin: 93 queries, 120 ms"


def bench(report: Report) -> None:
    """Measure everything, one row each."""
    with load.scratch(f"bench_{os.getpid()}"):
        at = clock.now()
        vote = load.make_vote(at)
        _page(report, vote)
        _size(report, vote)
        _live(report, vote)


# --- the page's own way -----------------------------------------------------------------------


def _voters(vote: Vote, number: int) -> list[tuple[BallotToken, str]]:
    """People on the roll with accounts, each with a ballot and a sign-in."""
    tokens = load.enrol(vote, number, clock.now())
    people = Person.objects.bulk_create(
        Person(email=f"{token.entry}@example.org", name=f"Voter {token.entry}") for token in tokens
    )
    entries = [
        RollEntry(pk=token.entry, person=one) for token, one in zip(tokens, people, strict=True)
    ]
    RollEntry.objects.bulk_update(entries, ["person"])
    found = []
    for token, one in zip(tokens, people, strict=True):
        session = SessionStore()
        session[SESSION_KEY] = str(one.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = one.get_session_auth_hash()
        session.create()
        found.append((token, str(session.session_key)))
    return found


def _form(token: BallotToken, csrf: str) -> dict[str, str]:
    return {
        "csrfmiddlewaretoken": csrf,
        "token": token.sign(keys.token_key()),
        "choice": json.dumps({"place": ["north"]}),
        "key": secrets.token_hex(16),
    }


def _page(report: Report, vote: Vote) -> None:
    """Session, protection against forged forms, eligibility, cast, promise, way to the receipt.

    As a city serves it, and by Django's stack, which judges whatever is not plainly in order.
    """
    address = f"/en/votes/{vote.case.number}/ballot/cast/"
    csrf = secrets.token_hex(16)
    voters = iter(_voters(vote, 2 * CASTS + 10))
    client = Client(enforce_csrf_checks=True)

    def cast(_number: int) -> None:
        token, session = next(voters)
        client.cookies = SimpleCookie({"sessionid": session, "csrftoken": csrf})
        answer = client.post(address, urlencode(_form(token, csrf)), content_type=FORM)
        assert answer.status_code == 303, answer.content

    cast(0)
    with CaptureQueriesContext(connection) as captured:
        cast(0)
    sent = [
        (urlencode(_form(token, csrf)).encode(), f"sessionid={session}; csrftoken={csrf}")
        for token, session in (next(voters) for _n in range(3))
    ]
    report("a cast from the page: queries", asyncio.run(_asked(address, sent)), "", at_most=5,
           beside=PEER)  # fmt: skip
    report("  by Django's stack", len(captured), "", at_most=5)
    report("  by Django's stack, both processes", cpu(CASTS // 3, cast), "ms CPU")
    lines = [
        load.request(
            address,
            urlencode(_form(token, csrf)).encode(),
            f"content-type: {FORM}",
            f"cookie: sessionid={session}; csrftoken={csrf}",
        )
        for token, session in voters
    ]
    with load.server(2) as (port, pid):
        load.crowd(port, pid, lines[:200], BATCH)
        seen = load.crowd(port, pid, lines[200:], BATCH)
    assert set(seen.statuses) == {"303"}, (seen.statuses, seen.sample)
    spent = seen.door_cpu_ms + seen.database_cpu_ms
    report("a cast from the page, HTTP and database", spent, "ms CPU", at_most=1.2, beside=PEER)
    report("casts from the page over HTTP", seen.a_second, "a second", at_least=700)
    report("  99 of 100 answered", seen.p99_ms, "ms", at_most=200)


async def _asked(address: str, sent: list[tuple[bytes, str]]) -> float:
    """Statements for each of these casts, one after another, once a process has met the vote."""
    door = page_door.build()
    for body, cookie in sent:
        headers = {
            "host": "localhost",
            "content-type": FORM,
            "content-length": str(len(body)),
            "cookie": cookie,
        }
        answer = await ask(door, address, method="POST", headers=headers, body=body)
        assert answer.status == 303, answer
    await door.end()
    return (door.reader.batches + door.writer.batches) / len(sent)


# --- whether size matters ---------------------------------------------------------------------


def _size(report: Report, vote: Vote) -> None:
    """What a ballot costs the database with few and with many ballots in the tables."""
    load.fill(1_000, 1)
    small = min(_cost(vote) for _ in range(3))
    load.fill(FILLED, OLD_VOTES)
    large = min(_cost(vote) for _ in range(3))
    report("a ballot in the database, 1,000 there", small, "ms CPU")
    name = f"the same, {FILLED:,} of {OLD_VOTES:,} votes"
    report(name, large, "ms CPU")
    report("dearer by", large / small, "times", at_most=1.5)


def _cost(vote: Vote, many: int = 4_000) -> float:
    """Milliseconds of the database's CPU for one ballot of a batch."""
    tokens = load.enrol(vote, many, clock.now())
    sendings = [Sending(one, '{"place":["north"]}', one.code, "", b"") for one in tokens]
    batches = [_arrays(sendings[n : n + BATCH]) for n in range(0, many, BATCH)]
    connection.ensure_connection()
    raw: Any = connection.connection
    cursor = psycopg.RawCursor(raw)
    before = load.cpu_of(raw.info.backend_pid)
    for batch in batches:
        row = cursor.execute(_CAST, batch, prepare=True).fetchone()
        assert row is not None and set(row[0].split(",")) == {"taken"}, row
    return (load.cpu_of(raw.info.backend_pid) - before) / many * 1000


# --- live pages -------------------------------------------------------------------------------


@contextmanager
def _sequencer() -> Iterator[None]:
    """The process that gives ballots their places and counts them."""
    with tempfile.TemporaryDirectory() as home:
        before = settings.KEY_FOLDER
        settings.KEY_FOLDER = Path(home) / "keys"
        commands.make_key()
        settings.KEY_FOLDER = before
        process = subprocess.Popen(
            [sys.executable, "-m", "veche.project.sealer"], env=load.environment(home)
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)


def _live(report: Report, vote: Vote) -> None:
    """Memory of open pages, and how soon a ballot is seen on all of them."""
    tokens = load.enrol(vote, 12, clock.now())
    number = vote.case.number
    with _sequencer(), load.server() as (port, pid):
        asyncio.run(_watch(port, number, load.requests(tokens[:2]), 1))
        before = _memory(pid)
        held: list[float] = []
        old = asyncio.run(
            _watch(
                port, number, load.requests(tokens[2:]), PAGES, lambda: held.append(_memory(pid))
            )
        )
    report(f"memory of {PAGES} open live pages", max(held) - before, "MB", at_most=60)
    report("a ballot is on all of them after, at worst", max(old), "s", at_most=2)
    report("  mostly", sorted(old)[len(old) // 2], "s")


def _memory(pid: int) -> float:
    """Resident megabytes of a web process and its children."""
    total = 0
    for one in (pid, *load.children(pid)):
        for line in Path(f"/proc/{one}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                total += int(line.split()[1])
    return total / 1024


async def _watch(
    port: int, number: str, casts: list[bytes], pages: int, opened: Any = lambda: None
) -> list[float]:
    """Open pages, cast, and the seconds until the last of them has seen each ballot."""
    readers = []
    for _n in range(pages):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        line = f"GET /votes/{number}/live HTTP/1.1\r\nhost: localhost\r\n\r\n"
        writer.write(line.encode())
        readers.append((reader, writer))
    counts = await asyncio.gather(*(_turnout(reader) for reader, _writer in readers))
    waits = []
    for cast in casts:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(cast)
        assert b" 200 " in await reader.readline()
        begun = time.perf_counter()
        seen = await asyncio.gather(*(_turnout(reader) for reader, _writer in readers))
        waits.append(time.perf_counter() - begun)
        assert all(now > was for now, was in zip(seen, counts, strict=True)), (seen, counts)
        counts = seen
        writer.close()
    opened()
    for _reader, writer in readers:
        writer.close()
    return waits


async def _turnout(reader: asyncio.StreamReader) -> int:
    """How many have voted, as the next event says."""
    async with asyncio.timeout(30):
        while True:
            line = await reader.readline()
            assert line, "the line was cut off"
            if line.startswith(b"data: ") and b'"turnout"' in line:
                return int(json.loads(line[6:])["turnout"]["number"])
