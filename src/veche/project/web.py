"""The web process: granian over the router; ``python -m veche.project.web HOST PORT``: alone."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
from typing import Any

CONNECTIONS = 1_024
"""Connections a process answers at the same time: open live pages are among them. The server's own
number is 128 where it runs in this process, and the rest would wait unanswered."""


PATIENCE = 10
"""Seconds that what is being answered may take when a city's web process is asked to stop: a long
upload ends, and nothing holds the stop for ever."""
_CLOSE = signal.SIGUSR1
"""What the process that was asked to stop tells those that serve for it, before it stops them."""


def build() -> Any:
    """The application in a process that serves for another, which tells it when lines that stay
    open are to end."""
    from veche.project import asgi
    from veche.streams import close_streams

    signal.signal(_CLOSE, lambda *_: close_streams())
    return asgi.build()


def run(host: str, port: int, workers: int) -> None:
    """Serve until told to stop."""
    from granian.constants import Interfaces
    from granian.server.mp import MPServer

    class Server(MPServer):
        """Pages that stay open end before their process is asked to: it would wait for them."""

        def shutdown(self, exit_code: int = 0) -> None:
            for child in multiprocessing.active_children():
                if child.pid is not None:
                    os.kill(child.pid, _CLOSE)
            super().shutdown(exit_code)  # type: ignore[no-untyped-call]

    os.environ.setdefault("VECHE_POOL", "10")
    os.environ["VECHE_BIND"] = host
    Server(
        "veche.project.web:build",
        address=host,
        port=port,
        workers=workers,
        interface=Interfaces.ASGINL,
        factory=True,
        log_enabled=bool(os.environ.get("VECHE_LOG")),
        respawn_failed_workers=True,
        workers_kill_timeout=PATIENCE,
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
    from veche.streams import close_streams

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

        def stop() -> None:
            close_streams()
            server.stop()  # type: ignore[no-untyped-call]

        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop)
        await server.serve()

    asyncio.run(serve())


if __name__ == "__main__":
    run_alone(sys.argv[1], int(sys.argv[2]))
