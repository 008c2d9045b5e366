"""kill -9 of every process in turn, while residents report: what was acknowledged is there.

A real demo on a fresh home. Residents are threads that fill the form over HTTP; one that gets no
answer sends the same form again, as a browser would. In the end every number that a resident was
given must stand in the database, and no form may have made two problems.
"""

from __future__ import annotations

import contextlib
import http.client
import http.cookiejar
import os
import re
import signal
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.browser import town as towns
from tests.browser.town import Town, running
from veche.project import home as homes
from veche.project import postgres

RESIDENTS = 4
START = 900.0
"""Seconds the town may take to load: how fast that goes is measured elsewhere."""
CALM = 2.5
"""Seconds of calm before a kill."""
BACK = 20.0
"""Seconds within which the town must answer again after a kill."""
LAST = 45.0
"""Seconds after the last kill within which every resident must be answered."""
TURNS = ("web", "worker", "database", "answerer", "database", "web")
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
NUMBER = re.compile(r"/problems/([\w-]+)/$")


@dataclass
class Count:
    """What the residents lived through."""

    given: dict[str, str] = field(default_factory=dict)
    """Number of the problem by the form that made it."""
    repeats: int = 0
    slowest: float = 0.0
    away: float = 0.0
    """Seconds the town was longest away after a kill."""
    kills: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def soak(report: Callable[..., None]) -> None:
    """Kill each process in turn under residents who report."""
    count = Count()
    towns.PATIENCE = START
    with running() as town:
        home = homes.Home(town.home)
        category, point = place(home)
        stop = threading.Event()
        residents = [
            threading.Thread(target=resident, args=(town.address, category, point, stop, count))
            for _ in range(RESIDENTS)
        ]
        for one in residents:
            one.start()
        for turn in TURNS:
            time.sleep(CALM)
            kill(town, home, turn, count)
            count.away = max(count.away, away(town.address))
        time.sleep(CALM)
        stop.set()
        for one in residents:
            one.join(LAST)
        waiting = sum(one.is_alive() for one in residents)
        missing, twice = compared(home, count.given)
    report("processes killed", len(count.kills), "", at_least=len(TURNS))
    report("reports acknowledged", len(count.given), "", at_least=20)
    report("forms sent again after no answer", count.repeats)
    report("town away after a kill, longest", count.away, "s", at_most=BACK)
    report("longest wait of a resident", count.slowest, "s", at_most=45)
    report("residents never answered", waiting, "", at_most=0)
    report("acknowledged and missing", missing, "", at_most=0)
    report("problems made twice by one form", twice, "", at_most=0)


def away(address: str) -> float:
    """Seconds until the form is answered again, at most `BACK` and the patience of one try."""
    began = time.monotonic()
    while time.monotonic() - began < BACK:
        with contextlib.suppress(urllib.error.URLError, OSError, http.client.HTTPException):
            with urllib.request.urlopen(f"{address}/en/problems/report/", timeout=10) as answer:
                answer.read()
            break
        time.sleep(0.1)
    return time.monotonic() - began


def resident(
    address: str, category: str, point: tuple[float, float], stop: threading.Event, count: Count
) -> None:
    """Report, one problem after another; the same form is sent until it is answered."""
    while not stop.is_set():
        form = str(uuid.uuid4())
        began = time.monotonic()
        while True:
            number = sent(address, category, point, form)
            if number:
                break
            with count.lock:
                count.repeats += 1
            time.sleep(0.3)
        with count.lock:
            count.given[form] = number
            count.slowest = max(count.slowest, time.monotonic() - began)


def sent(address: str, category: str, point: tuple[float, float], form: str) -> str:
    """The number a form was given; empty when there was no answer or a fault."""
    opener = urllib.request.build_opener(
        urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    )
    page = f"{address}/en/problems/report/"
    try:
        with opener.open(page, timeout=10) as answer:
            token = TOKEN.search(answer.read().decode())
        if token is None:
            return ""
        fields = {
            "csrfmiddlewaretoken": token[1],
            "submission": form,
            "key": form.replace("-", ""),
            "category": category,
            "longitude": str(point[0]),
            "latitude": str(point[1]),
            "address": "By the bridge",
            "text": "The railing is broken and leans over the water.",
            "not_urgent": "on",
            "do": "send",
        }
        body = urllib.parse.urlencode(fields).encode()
        with opener.open(urllib.request.Request(page, body), timeout=20) as answer:
            found = NUMBER.search(answer.url)
            return found[1] if found and found[1] != "report" else ""
    except (urllib.error.URLError, OSError, http.client.HTTPException):
        return ""


@contextlib.contextmanager
def database(home: homes.Home) -> Iterator[psycopg.Connection[Any]]:
    """The demo's database."""
    with psycopg.connect(**postgres.parameters(home)) as connection:
        yield connection


def place(home: homes.Home) -> tuple[str, tuple[float, float]]:
    """A category without questions that visitors may use, and a point in the town."""
    with database(home) as connection:
        row = connection.execute(
            "SELECT k.code, p.longitude, p.latitude FROM problems_problem p"
            " JOIN problems_category k ON k.id = p.category_id"
            " WHERE k.active AND k.anonymous_allowed AND NOT k.imported"
            " AND NOT jsonb_path_exists(k.questions, '$[*] ? (@.required == true)')"
            " ORDER BY k.code, p.case_id LIMIT 1"
        ).fetchone()
    assert row is not None
    return str(row[0]), (float(row[1]), float(row[2]))


def compared(home: homes.Home, given: dict[str, str]) -> tuple[int, int]:
    """How many acknowledged reports are missing; how many forms made two problems."""
    with database(home) as connection:
        rows = connection.execute(
            "SELECT p.submission::text, c.number FROM problems_problem p"
            " JOIN cases_case c ON c.id = p.case_id WHERE p.submission = ANY(%s::uuid[])",
            [list(given)],
        ).fetchall()
    stored = set(rows)
    missing = sum((form, number) not in stored for form, number in given.items())
    return missing, len(rows) - len({form for form, _number in rows})


# --- killing ----------------------------------------------------------------------------------


def kill(town: Town, home: homes.Home, turn: str, count: Count) -> None:
    """End one process of the demo at once; nothing is told to it."""
    pid = {
        "web": lambda: child(town.supervisor.pid, "veche.project.web"),
        "worker": lambda: child(town.supervisor.pid, "worker"),
        "answerer": lambda: answerer(town),
        "database": lambda: postmaster(home),
    }[turn]()
    if pid is None:
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
        count.kills.append(turn)


def children(pid: int) -> list[int]:
    """The processes this one has started."""
    found: list[int] = []
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += map(int, listed.read_text().split())
    return found


def child(pid: int, word: str) -> int | None:
    """The child whose command holds a word."""
    for one in children(pid):
        with contextlib.suppress(OSError):
            if word.encode() in Path(f"/proc/{one}/cmdline").read_bytes():
                return one
    return None


def answerer(town: Town) -> int | None:
    """The process of the web server that answers: a child of the web process."""
    web = child(town.supervisor.pid, "veche.project.web")
    below = children(web) if web else []
    return below[-1] if below else web


def postmaster(home: homes.Home) -> int | None:
    """The database server."""
    try:
        return int((home.data / "postmaster.pid").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None
