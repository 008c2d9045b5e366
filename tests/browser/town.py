"""A demo town of our own: started on a fresh home and a free port, stopped afterwards."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

UP = re.compile(r"The town is up: (http://127\.0\.0\.1:\d+)/")
PATIENCE = 400.0
"""Seconds the first start may take on a busy machine."""
OURS = ("VECHE_", "DATABASE_URL", "DJANGO_")


@dataclass
class Town:
    """A running demo: where it answers, where it keeps what is its own, its supervisor."""

    address: str
    home: Path
    supervisor: subprocess.Popen[str]


@contextlib.contextmanager
def running() -> Iterator[Town]:
    """Start the very command a reader of the README starts, and end it in the end.

    Raises:
        RuntimeError: the town did not come up; the text holds what the command said.
    """
    # Not pytest's folder: the database server runs as another user, who must reach its home.
    home = Path(tempfile.mkdtemp(prefix="veche-town-", dir="/tmp"))
    home.chmod(0o711)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(OURS)}
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
