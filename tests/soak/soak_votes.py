"""kill -9 of web, sealer and sequencer, worker and PostgreSQL while people vote.

No acknowledged ballot is lost or counted twice, what was promised stands in the log, and the
published vote is counted again by its own file. Everything runs in a home and a cluster of its own.
``SOAK_BALLOTS`` and ``SOAK_KILLS`` make it longer.
"""

from __future__ import annotations

import contextlib
import csv
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.soak.parts.votes import crowded
from veche import clock
from veche.city.ballots import keys as door_keys
from veche.city.ballots import load
from veche.city.ballots.models import Vote
from veche.city.ballots.operations import course
from veche.city.ballots.publishing import publish_vote_files
from veche.city.ballots.queries.placed import waits
from veche.city.ballots.tokens import BallotToken
from veche.city.ballots.vote.promise import Promise
from veche.core.journal import commands
from veche.core.journal.tlog import keys
from veche.core.journal.tlog.merkle import leaf_hash
from veche.project import home as homes
from veche.project import postgres

BALLOTS = int(os.environ.get("SOAK_BALLOTS", "10000"))
KILLS = int(os.environ.get("SOAK_KILLS", "20"))
CALM = 3.0
"""Seconds between two kills, about."""
VOTERS = 6
AGAIN_EVERY = 10
"""Every so manieth person votes a second time, otherwise."""
TURNS = ("web", "sealer", "database", "worker")
PATIENCE = 240.0


@dataclass
class Town:
    """The processes of a city with one vote."""

    home: homes.Home
    port: int
    environment: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    cluster: postgres.Cluster | None = None
    ended: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    starts: int = 0

    def words(self, name: str) -> list[str]:
        """The command of a process."""
        return {
            "web": ["veche.project.web", "127.0.0.1", str(self.port), "1"],
            "sealer": ["veche.project.sealer"],
            "worker": ["veche", "worker"],
        }[name]

    def look_after(self) -> None:
        """Start again what has died, until told to end."""
        while not self.ended.wait(0.1):
            with self.lock:
                if not postgres.is_up(self.home):
                    before, self.cluster = self.cluster, None
                    if before is not None:
                        before.release()
                    with contextlib.suppress(postgres.ClusterFault):
                        self.cluster = postgres.ensure(self.home)
                for name in ("web", "sealer", "worker"):
                    process = self.processes.get(name)
                    if process is None or process.poll() is not None:
                        self.starts += 1
                        self.processes[name] = subprocess.Popen(
                            [sys.executable, "-m", *self.words(name)],
                            env=self.environment,
                            stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL,
                            start_new_session=True,
                        )

    def kill(self, name: str) -> None:
        """End a process, with all it has started, at once."""
        with contextlib.suppress(OSError, ValueError, ProcessLookupError):
            if name == "database":
                file = self.home.data / "postmaster.pid"
                os.kill(int(file.read_text().split()[0]), signal.SIGKILL)
            else:
                os.killpg(self.processes[name].pid, signal.SIGKILL)

    def end(self) -> None:
        """End everything but the database."""
        self.ended.set()
        for process in self.processes.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@dataclass
class Crowd:
    """People who vote, and what they were told."""

    port: int
    left: list[tuple[BallotToken, str]]
    pause: float
    given: dict[tuple[str, int], tuple[str, str]] = field(default_factory=dict)
    """Code and revision → option and promise, of what was acknowledged."""
    refused: list[str] = field(default_factory=list)
    repeats: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def vote(self) -> None:
        """Cast one ballot after another; the same is sent until it is answered."""
        key = door_keys.token_key()
        line: http.client.HTTPConnection | None = None
        while True:
            with self.lock:
                if not self.left:
                    return
                token, option = self.left.pop()
            body = json.dumps({"token": token.sign(key), "choice": {"place": [option]}})
            until = time.monotonic() + PATIENCE
            while time.monotonic() < until:
                line = line or http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
                try:
                    line.request("POST", "/cast", body, {"Content-Type": "application/json"})
                    answer = line.getresponse()
                    data = answer.read()
                except (OSError, http.client.HTTPException):
                    line.close()
                    line = None
                    self.repeats += 1
                    time.sleep(0.2)
                    continue
                if answer.status == 200:
                    promise = json.loads(data)["promise"]
                    self.given[token.code.hex(), token.revision] = option, promise
                    break
                if answer.status < 500:
                    self.refused.append(data.decode()[:300])
                    break
                self.repeats += 1
                time.sleep(0.2)
            time.sleep(self.pause)


def soak(report: Callable[..., None]) -> None:
    """Kill each process in turn while people vote; then count again."""
    with tempfile.TemporaryDirectory(prefix="v", dir="/tmp") as made, _own(Path(made)) as town:
        at = clock.now()
        vote, tokens = crowded(BALLOTS, at)
        crowd = Crowd(town.port, _ballots(tokens), KILLS * CALM * VOTERS / len(tokens))
        keeper = threading.Thread(target=town.look_after)
        keeper.start()
        people = [threading.Thread(target=crowd.vote) for _n in range(VOTERS)]
        for one in people:
            one.start()
        kills = _kills(town, people)
        for one in people:
            one.join(PATIENCE)
        _settle(vote)
        town.end()
        keeper.join()
        report("processes killed", kills, "", at_least=KILLS)
        report("sent again after no answer", crowd.repeats)
        report("ballots acknowledged", len(crowd.given), "", at_least=BALLOTS)
        report("ballots refused", len(crowd.refused), "", at_most=0)
        _judge(report, vote, crowd, Path(made) / "published")


@contextlib.contextmanager
def _own(made: Path) -> Iterator[Town]:
    """A home and a cluster of its own, with an empty database; this process looks at it too."""
    made.chmod(0o711)
    home = homes.Home(made / "home")
    homes.make_way(home.path)
    before = dict(connection.settings_dict)
    folders = settings.LOG_FOLDER, settings.KEY_FOLDER
    cluster = postgres.ensure(home)
    connection.close()
    told = postgres.parameters(home)
    connection.settings_dict |= {"HOST": told["host"], "PORT": told["port"]}
    settings.LOG_FOLDER, settings.KEY_FOLDER = home.sealed, home.keys
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    town: Town | None = None
    try:
        with load.scratch("soak_votes"):
            commands.make_key()
            town = Town(home, port, load.environment(str(home.path)), cluster=cluster)
            yield town
            connection.close()
    finally:
        if town is not None:
            town.end()
            cluster = town.cluster or cluster
        connection.close()
        connection.settings_dict |= before
        settings.LOG_FOLDER, settings.KEY_FOLDER = folders
        cluster.stop()


def _ballots(tokens: list[BallotToken]) -> list[tuple[BallotToken, str]]:
    """What people send, last first: some vote twice, and the second one counts."""
    first = [(token, load.OPTIONS[n % 3]) for n, token in enumerate(tokens)]
    second = [
        (token._replace(revision=2), load.OPTIONS[(n + 1) % 3])
        for n, token in enumerate(tokens)
        if n % AGAIN_EVERY == 0
    ]
    return second[::-1] + first[::-1]


def _kills(town: Town, people: list[threading.Thread]) -> int:
    draw = random.Random()
    number = 0
    time.sleep(4 * CALM)
    while any(one.is_alive() for one in people) or number < KILLS:
        town.kill(TURNS[number % 4] if number < 4 else draw.choice(TURNS))
        number += 1
        if number >= KILLS:
            return number
        time.sleep(CALM * (0.5 + draw.random()))
    return number


def _settle(vote: Vote) -> None:
    """Wait until everything is placed and published, close, and wait again."""
    _wait(vote)
    course.close_in_time(by=None, at=clock.now(), case=vote.case)
    _wait(vote)


def _wait(vote: Vote) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            connection.close()
            if not waits(vote):
                return
        except OperationalError:
            pass
        time.sleep(0.5)
    raise AssertionError("what was cast is not placed")


def _judge(report: Callable[..., None], vote: Vote, crowd: Crowd, folder: Path) -> None:
    """What was acknowledged stands, once; what was promised is in the log; the file agrees."""
    vote = Vote.objects.select_related("case").get(pk=vote.pk)
    publish_vote_files(vote, folder)
    run = subprocess.run(
        [sys.executable, folder / "verify.py", folder], capture_output=True, text=True, check=False
    )
    report("differences a stranger finds", run.returncode, "", at_most=0)
    if run.returncode:
        print(run.stdout)
    with (folder / "ballots.csv").open(encoding="utf-8", newline="") as table:
        rows: list[dict[str, Any]] = list(csv.DictReader(table))
    stands = {(row["code"], int(row["revision"])): row for row in rows}
    last: dict[str, int] = {}
    for code, revision in crowd.given:
        last[code] = max(revision, last.get(code, 0))
    lost = sum(
        json.loads(stands[key]["choice"]) != {"place": [option]} if key in stands else True
        for key, (option, _promise) in crowd.given.items()
    )
    counted = {(row["code"], int(row["revision"])) for row in rows if row["counts"] == "yes"}
    report("acknowledged and lost", lost, "", at_most=0)
    report("in the log twice", len(rows) - len(stands), "", at_most=0)
    report("counted otherwise than cast last", len(counted ^ set(last.items())), "", at_most=0)
    with (folder / "ballots.ndjson").open("rb") as lines:
        leaves = {leaf_hash(line.removesuffix(b"\n")) for line in lines}
    key = door_keys.promise_signer(settings.KEY_FOLDER, door_keys.promise_name(settings.LOG_NAME))
    broken = 0
    for _option, text in crowd.given.values():
        promise = Promise.read(text.encode())
        broken += promise.leaf not in leaves or not promise.checked([key.key], keys.verify)
    report("promises broken", broken, "", at_most=0)
