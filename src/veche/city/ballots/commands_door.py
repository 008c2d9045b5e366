"""``veche ballots door``: the door for ballots as a process of its own."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from typing import Any

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def add_door(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb to ``veche ballots``."""
    parser = verbs.add_parser(
        "door", help="take ballots at /cast in a process of its own, behind the city's web server"
    )
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument(
        "--port", type=int, default=8001, help="the port to listen on; 0: a free one"
    )
    parser.add_argument("--socket", metavar="PATH", help="listen on a socket of this name instead")
    parser.add_argument(
        "--shared", action="store_true", help="other doors may listen on the same port"
    )
    parser.set_defaults(run=run_door)


def run_door(args: argparse.Namespace) -> int:
    """Take ballots until told to stop."""
    if os.environ.get("VECHE_DEMO") == "1" and args.host not in LOOPBACK:
        print("A demo's door is for this machine only; name a city's database.", file=sys.stderr)
        return 1
    import uvloop
    from django.db import connections

    connections.close_all()
    where: dict[str, Any] = {"host": args.host, "port": args.port, "reuse_port": args.shared}
    if args.socket:
        where = {"path": args.socket}
    uvloop.run(serve(where))
    return 0


async def serve(where: Mapping[str, Any]) -> None:
    """Listen there until SIGTERM or SIGINT; what was asked by then is answered.

    Raises:
        OSError: it cannot be listened there.
    """
    from veche.city.ballots import door as doors
    from veche.listening import Listener

    door = doors.build()
    listener = Listener({b"/cast": door.hear}, longest=doors.LARGEST)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    port = await listener.begin(**where)
    at = where.get("path") or f"http://{where['host']}:{port}/cast"
    print(f"The door for ballots listens at {at}", flush=True)
    await stop.wait()
    await listener.end()
    await door.end()
