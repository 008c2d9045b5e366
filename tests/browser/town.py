"""A demo town of our own: started on a fresh home and a free port, stopped afterwards.

`running` is the demo as a reader of the README starts it. `small` is started by the same command on
a home where the town is loaded already, with a short past: what walks need, in a third of the time.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, TypeAlias

UP = re.compile(r"The town is up: (http://127\.0\.0\.1:\d+)/")
PATIENCE = 400.0
"""Seconds the first start may take on a busy machine."""
Letter: TypeAlias = "EmailMessage[Any, Any]"
OURS = ("VECHE_", "DATABASE_URL", "DJANGO_")


@dataclass
class Town:
    """A running demo: where it answers, where it keeps what is its own, its supervisor."""

    address: str
    home: Path
    supervisor: subprocess.Popen[str]


@contextlib.contextmanager
def running(home: Path | None = None) -> Iterator[Town]:
    """Start the very command a reader of the README starts, and end it in the end: on a fresh
    home, or on one that was prepared.

    Raises:
        RuntimeError: the town did not come up; the text holds what the command said.
    """
    home = home or _new_home()
    environment = _outside()
    supervisor = subprocess.Popen(
        [sys.executable, "-m", "veche", "demo", "--no-browser", "--port", "0"],
        env=environment | {"VECHE_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    said: list[str] = []
    found: list[str] = []
    up = threading.Event()

    def listen() -> None:
        assert supervisor.stdout is not None
        for line in supervisor.stdout:
            said.append(line)
            if match := UP.search(line):
                found.append(match[1])
                up.set()
        up.set()

    threading.Thread(target=listen, daemon=True).start()
    try:
        up.wait(PATIENCE)
        if not found:
            raise RuntimeError("The town did not come up:\n" + "".join(said))
        yield Town(found[0], home, supervisor)
    finally:
        supervisor.send_signal(signal.SIGTERM)
        try:
            supervisor.wait(60)
        except subprocess.TimeoutExpired:
            supervisor.kill()
            supervisor.wait()
        shutil.rmtree(home, ignore_errors=True)


@dataclass(frozen=True)
class Small:
    """The small town: where it answers, its home, and the matters that stand ready."""

    address: str
    home: Path
    stage: dict[str, dict[str, str]]
    """Walk: language: number."""

    def letter(self, to: str, holding: str = "", *, patience: float = 20.0) -> Letter:
        """The last letter sent to an address whose words hold ``holding``; the worker is waited
        for.

        Raises:
            AssertionError: none came.
        """
        until = time.monotonic() + patience
        while True:
            for one in reversed(self._letters(to)):
                if holding in words_of(one):
                    return one
            assert time.monotonic() < until, f"no letter to {to} with {holding!r}"
            time.sleep(0.1)

    def _letters(self, to: str) -> list[Letter]:
        found: list[Letter] = []
        files = (self.home / "mail").glob("*")
        for file in sorted(files, key=lambda one: one.stat().st_mtime_ns):
            for whole in file.read_text(errors="replace").split("-" * 79 + "\n"):
                one = message_from_string(whole.strip(), policy=default)
                if one["To"] == to:
                    found.append(one)
        return found


def words_of(letter: Letter) -> str:
    """What a letter says in plain words."""
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def standing(address: str, home: Path) -> Small:
    """A small town that is up."""
    from tests.browser.small import STAGE

    return Small(address, home, json.loads((home / STAGE).read_text()))


@contextlib.contextmanager
def small() -> Iterator[Small]:
    """Prepare the small town, start the demo on its home, end it in the end.

    Raises:
        RuntimeError: it did not come up.
    """
    from veche.project import postgres
    from veche.project.home import Home

    home = Home(_new_home())
    cluster = postgres.ensure(home, safe=False)
    try:
        subprocess.run(
            [sys.executable, "-m", "tests.browser.small"],
            env=_outside() | {"VECHE_HOME": str(home.path), "VECHE_DEMO": "1"},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        with running(home.path) as town:
            # By name: a passkey belongs to a name and not to a number.
            yield standing(town.address.replace("127.0.0.1", "localhost"), home.path)
    finally:
        cluster.release()
        cluster.stop()
        shutil.rmtree(home.path, ignore_errors=True)


def _new_home() -> Path:
    # Not pytest's folder: the database server runs as another user, who must reach its home.
    home = Path(tempfile.mkdtemp(prefix="veche-town-", dir="/tmp"))
    home.chmod(0o711)
    return home


def _outside() -> dict[str, str]:
    """The environment without what the tests have set for themselves."""
    return {k: v for k, v in os.environ.items() if not k.startswith(OURS)}
