"""The web process: granian over the router. ``python -m veche.project.web HOST PORT WORKERS``."""

from __future__ import annotations

import os
import sys


def run(host: str, port: int, workers: int) -> None:
    """Serve until told to stop."""
    from granian import Granian
    from granian.constants import Interfaces

    os.environ.setdefault("VECHE_POOL", "10")
    os.environ["VECHE_BIND"] = host
    Granian(
        "veche.project.asgi:build",
        address=host,
        port=port,
        workers=workers,
        interface=Interfaces.ASGINL,
        factory=True,
        log_enabled=bool(os.environ.get("VECHE_LOG")),
        respawn_failed_workers=True,
        websockets=False,
    ).serve()


if __name__ == "__main__":
    run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
