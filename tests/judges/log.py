"""A log for judges: written by the sealer, with all that a stranger would be handed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection

from veche.core.journal import commands
from veche.core.journal.models import Leaf
from veche.core.journal.operations import record
from veche.core.journal.queries import receipt
from veche.core.journal.sealer import Sealer
from veche.operation import operation

AT = dt.datetime(2026, 11, 16, 6, 0, tzinfo=dt.UTC)


@operation
def _write(*, by: None, at: dt.datetime, number: int) -> None:
    for n in range(number):
        record(kind="test.written", by=by, at=at, subject=f"x:{n}", personal={"name": f"Ann {n}"})


@dataclass(frozen=True)
class Handed:
    """Files: the log, its keys as they were told elsewhere, older checkpoints, receipts."""

    log: Path
    keys: Path
    older: tuple[Path, ...]
    receipts: tuple[Path, ...]


def written(folder: Path, numbers: tuple[int, ...]) -> Handed:
    """Seal that many records in each turn; a checkpoint is kept after each but the last."""
    key = commands.make_key()
    keys = folder / "known-keys.txt"
    keys.write_text(f"{key}\n")
    known = connection.get_connection_params()
    older: list[Path] = []
    with psycopg.connect(
        **{name: known[name] for name in ("dbname", "user", "host", "port")}, autocommit=True
    ) as own:
        sealer = Sealer(own, settings.LOG_FOLDER, settings.KEY_FOLDER)
        assert sealer.take()
        for turn, number in enumerate(numbers):
            _write(by=None, at=AT, number=number)
            sealer.once()
            path = folder / f"checkpoint-{turn}"
            path.write_bytes((sealer.folder.path / "checkpoint").read_bytes())
            older.append(path)
        size = sealer.edge.size
    receipts = []
    for place in sorted({0, 1, 255, 256, size // 2, size - 1}):
        path = folder / f"receipt-{place}"
        path.write_text(str(receipt(Leaf.objects.get(place=place).record_id)))
        receipts.append(path)
    return Handed(settings.LOG_FOLDER, keys, tuple(older[:-1]), tuple(receipts))
