"""The sealer as a process: killed with SIGKILL at random moments, two at once, a full disk."""

from __future__ import annotations

import errno
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.core.journal.killing import Town, address, away

from veche.core.journal import commands
from veche.project import home as homes
from veche.project import sealer as process

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def town(tmp_path: Path, settings: Any) -> Iterator[Town]:
    settings.LOG_FOLDER = tmp_path / "log" / "journal"
    settings.KEY_FOLDER = tmp_path / "keys"
    settings.LOG_NAME = "town.example/log/journal"
    commands.make_key()
    with Town(address(), tmp_path) as found:
        yield found


def test_killed_again_and_again_under_writers(town: Town) -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")  # shown where the test fails
    writer = town.writer(seed)
    try:
        town.kill_often(8, seed)
    finally:
        away(writer)
    last = town.sealer()
    try:
        town.await_all()
    finally:
        away(last)
    assert len(town.seen) > 2, "checkpoints were shown while sealers came and went"
    town.judge()


def test_of_two_the_second_takes_over_within_ten_seconds(town: Town) -> None:
    first = town.sealer()
    second = None
    try:
        holder = town.taken()
        second = town.sealer()
        town.connection.execute("SELECT test_records(10)")
        town.await_all()
        assert town.holder() == holder, "the second waits"
        town.connection.execute("SELECT test_records(10)")
        away(first)
        killed = time.monotonic()
        town.await_all()
        assert time.monotonic() - killed < 10
        assert town.taken() != holder
    finally:
        away(first)
        if second is not None:
            away(second)
    town.judge()


def test_a_full_disk_is_told_of_and_waited_for(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The disk fills while tiles are written, in the database they are signed already."""
    monkeypatch.setenv("DATABASE_URL", town.url)
    monkeypatch.setattr(process, "AGAIN", 0.0)
    town.connection.execute("SELECT test_records(600)")
    real, left = os.fsync, [2]

    def full(handle: int) -> None:
        left[0] -= 1
        if left[0] in range(-6, 0):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "journal")
        real(handle)

    monkeypatch.setattr(os, "fsync", full)
    turns = process._Turns()
    monkeypatch.setattr(process, "_Turns", lambda: turns)
    told: list[str] = []
    wait = turns.wait

    def waits(sentence: str) -> None:
        told.append(sentence)
        assert town.published() == 0, "nothing is shown before all of it is there"
        wait(sentence)

    def going() -> bool:
        return town.published() < town.count("journal_record")

    monkeypatch.setattr(turns, "wait", waits)
    monkeypatch.setattr(turns, "going", going)
    home = homes.Home(town.home)
    monkeypatch.setattr(homes, "current", lambda: home)
    monkeypatch.setattr("veche.core.journal.sealer.PAUSE", 0.0)
    assert process.run() == 0
    assert len(told) > 1
    assert set(told) == {"The log cannot be written: No space left on device (journal)."}
    assert caplog.text.count("No space left") == 1, "said once for as long as it is the same"
    assert not list((home.sealed / ".new").iterdir()), "nothing is left half written"
    town.judge()
