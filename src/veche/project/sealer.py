"""The sealer as a process of its own, without Django: ``python -m veche.project.sealer``.

It waits until another sealer ends, and takes over within seconds when one is killed.
"""

from __future__ import annotations

import logging
import os
import signal
import time
from types import FrameType

import psycopg

from veche.core.journal.sealer import PAUSE, Sealer, SealerFault
from veche.core.journal.witnesses import named
from veche.project import home as homes


def _address(home: homes.Home) -> str:
    url = os.environ.get("DATABASE_URL")
    return url or f"host={home.socket} port={homes.PORT} user=veche dbname=veche"


def run() -> int:
    """Seal until told to end; the exit status is 1 where a person must look."""
    logging.basicConfig(level=logging.WARNING)
    if os.environ.get("VECHE_SUPERVISED"):
        from veche.project.asgi import end_with_parent

        end_with_parent()
    ended = False

    def end(_number: int, _frame: FrameType | None) -> None:
        nonlocal ended
        ended = True

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    home = homes.current()
    asked = named()
    try:
        with psycopg.connect(_address(home), autocommit=True) as connection:
            sealer = Sealer(
                connection,
                home.sealed,
                home.keys,
                ask=asked.ask if asked is not None else None,
            )
            while not ended and not sealer.take():
                time.sleep(PAUSE)
            sealer.run(lambda: not ended)
    except SealerFault as fault:
        logging.error("%s", fault)
        return 1
    except psycopg.OperationalError as fault:
        logging.error("The database went away: %s", " ".join(str(fault).split()))
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(run())
