"""What tests of the sealed log share: records to seal, a sealer, the log as published."""

from __future__ import annotations

import datetime as dt
from typing import Any

import psycopg
from django.conf import settings as django_settings
from django.db import connection

from veche.core.journal.folder import Folder
from veche.core.journal.models import Leaf
from veche.core.journal.operations import record
from veche.core.journal.sealer import Sealer
from veche.core.journal.tlog import merkle
from veche.core.journal.tlog.tiles import entries_of, tile_path
from veche.operation import operation

AT = dt.datetime(2026, 11, 16, 6, 0, tzinfo=dt.UTC)


@operation
def write(*, by: None, at: dt.datetime, number: int) -> None:
    for n in range(number):
        record(kind="test.written", by=by, at=at, subject=f"x:{n}", personal={"name": f"Ann {n}"})


class opened:
    """A sealer with a connection of its own, as its process has one."""

    def __init__(self, **more: Any) -> None:
        self.more = more

    def __enter__(self) -> Sealer:
        wanted = connection.get_connection_params()
        known = {name: wanted[name] for name in ("dbname", "user", "host", "port")}
        self.connection = psycopg.connect(**known, autocommit=True)
        return Sealer(
            self.connection, django_settings.LOG_FOLDER, django_settings.KEY_FOLDER, **self.more
        )

    def __exit__(self, *_fault: object) -> None:
        self.connection.close()


def sealed() -> list[bytes]:
    """The entries of the published log, checked against its checkpoint."""
    folder = Folder(django_settings.LOG_FOLDER)
    told = folder.checkpoint()
    assert told is not None
    found: list[bytes] = []
    while len(found) < told.size:
        width = min(256, told.size - len(found))
        path = tile_path("entries", len(found) // 256, width)
        found += entries_of(folder.fetch(path), width)
    assert merkle.root_of(map(merkle.leaf_hash, found)) == told.root
    return found


def digests() -> list[bytes]:
    """What should be in the log, in the order of places."""
    return [
        bytes(digest)
        for digest in Leaf.objects.order_by("place").values_list("record__digest", flat=True)
    ]


class Killed(BaseException):
    """The process ended here."""
