"""Keep a database server for as long as somebody uses it, then stop it.

Run as a script by `veche.project.postgres`, with the standard library only:
``keeper.py USE_LOCK LOG UID -- postgres …``. Every command that uses the cluster holds a shared
lock on USE_LOCK, which the kernel gives back even after kill -9; when the keeper can have the file
for itself, nobody is left and the server is stopped. If the keeper itself dies, the server is told
by the kernel. So no command has to outlive another, and no server is ever left behind.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

LOOK = 0.2
"""Seconds between two looks at the lock."""
PATIENCE = 60.0
"""Seconds a shutdown in order may take before the server is stopped at once."""


def _end_with_parent() -> None:  # pragma: no cover - runs in the child
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGINT)


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.send_signal(signal.SIGINT)
    try:
        child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGQUIT)
        child.wait(PATIENCE)


def main(words: list[str]) -> int:
    """Run the server until nobody uses it; 1 when it ended by itself."""
    lock, log, uid = words[0], words[1], int(words[2])
    command = words[4:]
    user: dict[str, Any] = {"user": uid, "group": uid, "extra_groups": []}
    with Path(lock).open("a") as use, Path(log).open("ab") as out:
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd="/",
            preexec_fn=_end_with_parent, **(user if os.geteuid() == 0 else {}),
        )  # fmt: skip
        signal.signal(signal.SIGTERM, lambda *_: child.send_signal(signal.SIGINT))
        while child.poll() is None:
            try:
                fcntl.flock(use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(LOOK)
                continue
            _stop(child)
            return 0
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
