"""Sealer and sequencer as one process, without Django: ``python -m veche.project.sealer``.

It waits until another sealer ends, and takes over within seconds when one is killed. While the
database is away or the disk is full it says so and tries again; it ends by itself only where a
person must look, because going on would sign what is wrong.
"""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable, Sequence
from types import FrameType
from typing import TYPE_CHECKING

import psycopg

from veche.city.ballots import sequencer as sequencers
from veche.core.journal.folder import BrokenFolder, Folder
from veche.core.journal.sealer import PAUSE, Sealer
from veche.core.journal.signing import SealerFault
from veche.core.journal.tlog.note import WrongNote
from veche.project import home as homes

if TYPE_CHECKING:
    from veche.core.journal.tlog.note import Note, Signature

AGAIN = 3.0
"""Seconds after which what failed from outside is tried again."""
NOTICED = "-c client_connection_check_interval=1000"
"""The database looks each second whether this process still lives: killed in the middle of a batch,
it does not keep the lock until the batch is through."""


def _address(home: homes.Home) -> str:
    url = os.environ.get("DATABASE_URL")
    return url or f"host={home.socket} port={homes.PORT} user=veche dbname=veche"


def _ask() -> Callable[[Note, Folder], Sequence[Signature]] | None:
    """Whom to ask for signatures; who asks nobody does not pay for what speaks to them.

    Raises:
        SealerFault: the policy cannot be read.
    """
    if not os.environ.get("VECHE_LOG_POLICY"):
        return None
    from veche.core.journal.witnesses import named

    try:
        asked = named()
    except (OSError, ValueError) as fault:
        raise SealerFault(f"The policy of witnesses cannot be used: {fault}") from fault
    return asked.ask if asked is not None else None


class _Turns:
    """One try after another, until told to end."""

    def __init__(self) -> None:
        self.ended = False
        self.said = ""

    def end(self, _number: int, _frame: FrameType | None) -> None:
        self.ended = True

    def going(self) -> bool:
        """Whether nobody has told it to end."""
        return not self.ended

    def once(self, home: homes.Home) -> None:
        """Connect, wait for the lock, seal and place until told to end."""
        with psycopg.connect(_address(home), autocommit=True, options=NOTICED) as connection:
            sealer = Sealer(connection, home.sealed, home.keys, ask=_ask())
            while self.going() and not sealer.take():
                time.sleep(PAUSE)
            self.said = ""
            sequencer = sequencers.Sequencer(connection, home.sealed, home.keys)
            placing, seal_again = False, 0.0
            while self.going():
                begun = time.monotonic()
                busy = False
                if begun >= seal_again:
                    busy = sealer.once().records >= sealer.most
                    seal_again = time.monotonic() + (0.0 if busy else PAUSE)
                placing = placing or sequencer.take()
                if placing:
                    busy = sequencer.once().ballots >= sequencer.most or busy
                if not busy:
                    time.sleep(max(0.05, sequencers.PAUSE - (time.monotonic() - begun)))

    def wait(self, sentence: str) -> None:
        """Say what is wrong, once for as long as it is the same, and let time pass."""
        if sentence != self.said:
            logging.error("%s Trying again.", sentence)
        self.said = sentence
        until = time.monotonic() + AGAIN
        while self.going() and time.monotonic() < until:
            time.sleep(0.1)


def run() -> int:
    """Seal until told to end; the exit status is 1 where a person must look."""
    logging.basicConfig(level=logging.WARNING)
    turns = _Turns()
    signal.signal(signal.SIGTERM, turns.end)
    signal.signal(signal.SIGINT, turns.end)
    home = homes.current()
    while turns.going():
        try:
            turns.once(home)
        except (SealerFault, BrokenFolder, WrongNote) as fault:
            logging.error("%s", fault)
            return 1
        except psycopg.OperationalError as fault:
            turns.wait(f"The database is away: {' '.join(str(fault).split())}.")
        except OSError as fault:
            told = f"{fault.strerror} ({fault.filename})" if fault.strerror else str(fault)
            turns.wait(f"The log cannot be written: {told}.")
    return 0


if __name__ == "__main__":
    raise SystemExit(run())
