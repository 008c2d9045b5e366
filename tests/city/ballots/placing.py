"""A sequencer for tests, and the log of a vote as it was published."""

from __future__ import annotations

from typing import Any

import psycopg
from django.conf import settings as django_settings
from django.db import connection

from veche.city.ballots.models import Sum, Vote
from veche.city.ballots.sequencer import Sequencer
from veche.city.ballots.sequencer_log import vote_folder
from veche.core.journal.folder import Folder
from veche.core.journal.tlog import merkle
from veche.core.journal.tlog.tiles import entries_of, tile_path


def sequencer(**more: Any) -> Sequencer:
    """A sequencer on the test's own connection."""
    connection.ensure_connection()
    return Sequencer(
        connection.connection, django_settings.LOG_FOLDER, django_settings.KEY_FOLDER, **more
    )


class apart:
    """A sequencer with a connection of its own, as its process has one."""

    def __init__(self, **more: Any) -> None:
        self.more = more

    def __enter__(self) -> Sequencer:
        wanted = connection.get_connection_params()
        known = {name: wanted[name] for name in ("dbname", "user", "host", "port")}
        self.connection = psycopg.connect(**known, autocommit=True)
        return Sequencer(
            self.connection, django_settings.LOG_FOLDER, django_settings.KEY_FOLDER, **self.more
        )

    def __exit__(self, *_fault: object) -> None:
        self.connection.close()


def folder_of(vote: Vote) -> Folder:
    """The folder of a vote's log."""
    return Folder(vote_folder(django_settings.LOG_FOLDER, str(vote.config["vote"])))


def leaves_of(vote: Vote) -> list[str]:
    """The leaves of a published log, held against its checkpoint."""
    folder = folder_of(vote)
    told = folder.checkpoint()
    assert told is not None
    found: list[bytes] = []
    while len(found) < told.size:
        width = min(256, told.size - len(found))
        path = tile_path("entries", len(found) // 256, width)
        found += entries_of(folder.fetch(path), width)
    assert merkle.root_of(map(merkle.leaf_hash, found)) == told.root
    return [leaf.decode() for leaf in found]


def sums(vote: Vote) -> dict[tuple[str, str, str], int]:
    """What is counted: choice, place and channel → number."""
    rows = Sum.objects.filter(vote=vote, number__gt=0).values_list(
        "choice", "territory__code", "channel", "number"
    )
    return {(choice, place, way): number for choice, place, way, number in rows}
