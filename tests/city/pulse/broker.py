"""A broker of MQTT for a test: Debian's mosquitto, on a free port of this machine."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")

_SETTINGS = """\
listener {port} 127.0.0.1
allow_anonymous true
max_queued_messages 0
max_inflight_messages {inflight}
persistence false
"""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


@contextlib.contextmanager
def broker(folder: Path, inflight: int = 0) -> Iterator[int]:
    """The port of a broker that runs for as long as the block; it hands out so many messages that
    nobody has acknowledged, 0: any number."""
    assert MOSQUITTO
    port = free_port()
    settings = folder / "mosquitto.conf"
    settings.write_text(_SETTINGS.format(port=port, inflight=inflight))
    process = subprocess.Popen(
        [MOSQUITTO, "-c", str(settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _turn in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(10)
