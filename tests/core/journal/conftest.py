"""A log of its own for every test that seals."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.core.journal.sealing import opened

from veche.core.journal import commands
from veche.core.journal.sealer import Sealer
from veche.core.journal.tlog.note import VerifierKey


@pytest.fixture
def places(tmp_path: Path, settings: Any) -> None:
    settings.LOG_FOLDER = tmp_path / "log"
    settings.KEY_FOLDER = tmp_path / "keys"
    settings.LOG_NAME = "town.example/log/journal"


@pytest.fixture
def log(places: None) -> VerifierKey:
    return commands.make_key()


@pytest.fixture
def sealer(log: VerifierKey) -> Iterator[Sealer]:
    with opened() as one:
        assert one.take()
        yield one
