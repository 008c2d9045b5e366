"""Sealers killed a hundred times while three processes write: nothing lost, nothing signed twice.

Runs on a database of its own beside the one of the home, dropped at the end.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.core.journal.killing import Town, address, away
from veche.core.journal import commands

TIMES = 100
WRITERS = 3
"""Processes that write all the while."""


def soak(report: Callable[..., None]) -> None:
    """Kill, start again, and judge at the end what was ever shown."""
    name = connection.settings_dict["NAME"]
    connection.settings_dict.setdefault("TEST", {})["NAME"] = f"soak_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with tempfile.TemporaryDirectory() as folder:
            settings.KEY_FOLDER = Path(folder) / "keys"
            commands.make_key()
            with Town(address(), Path(folder)) as town:
                _kill(report, town)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def _kill(report: Callable[..., None], town: Town) -> None:
    seed = random.randrange(1 << 32)
    writers = [town.writer(seed + number) for number in range(WRITERS)]
    unpublished = 0
    try:
        for turn in range(TIMES):
            town.kill_often(1, seed + turn)
            unpublished += town.published() < town.signed()
    finally:
        for one in writers:
            away(one)
    last = town.sealer()
    began = time.monotonic()
    try:
        town.await_all(120)
    finally:
        away(last)
    report("sealers killed", TIMES, "", at_least=TIMES)
    report("killed between signing and publishing", unpublished)
    report("seconds of the last one to the end", time.monotonic() - began, "s", at_most=60)
    report("records, each once in the log", town.count("journal_record"))
    report("checkpoints seen by others", len(town.seen))
    faults = town.faults()
    for sentence in faults:
        print(sentence)
    report("faults", len(faults), "", at_most=0)
