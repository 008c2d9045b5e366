"""The web process: granian over the router; ``python -m veche.project.web HOST PORT``: alone."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

CONNECTIONS = 1_024
"""Connections a process answers at the same time: open live pages are among them. The server's own
number is 128 where it runs in this process, and the rest would wait unanswered."""


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
        backpressure=CONNECTIONS,
    ).serve()


def run_alone(host: str, port: int) -> None:
    """Serve in this very process until told to stop.

    Nobody starts it again when it dies: the demo's supervisor does.
    """
    from granian.constants import Interfaces
    from granian.server.embed import Server

    from veche.project import asgi

    os.environ["VECHE_BIND"] = host
    application = asgi.build()

    async def serve() -> None:
        server = Server(
            application,
            address=host,
            port=port,
            interface=Interfaces.ASGINL,
            log_enabled=bool(os.environ.get("VECHE_LOG")),
            websockets=False,
            backlog=CONNECTIONS,
            backpressure=CONNECTIONS,
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, server.stop)
        await server.serve()

    asyncio.run(serve())


if __name__ == "__main__":
    run_alone(sys.argv[1], int(sys.argv[2]))
