"""The logs of votes as files: signed by the city's log keys, each under its own name."""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from pathlib import Path

from veche.city.ballots import sequencer_sql as sql
from veche.core.journal.folder import KEYS, WITHHELD, BrokenFolder, Folder
from veche.core.journal.signing import Connection, Signing, signed
from veche.core.journal.tlog.merkle import leaf_hash
from veche.core.journal.tlog.note import Checkpoint
from veche.core.journal.tlog.report import read_keys
from veche.core.journal.tlog.tiles import Edge

VOTES = "votes"
"""The folder of the logs of votes, within that of the city's log, and the word in their names."""
SIGNED_EVERY = 4.0
"""Seconds that a placed ballot waits at most for a checkpoint that speaks of it."""
MOST_EDGES = 200
ENDED = re.compile(r'\{.*"type":"(closed|annulled-vote)"[,}]')
"""The leaves after which nothing is withheld any more."""


def vote_folder(folder: Path, number: str) -> Path:
    """Where the log of one vote lies, under the city's."""
    return folder / VOTES / number


class VoteLogs:
    """Signs and publishes what was placed."""

    def __init__(self, connection: Connection, folder: Path, signing: Signing) -> None:
        self.connection = connection
        self.folder = folder
        self.signing = signing
        self._due: dict[int, float] = {}
        self._edges: OrderedDict[int, tuple[Folder, str, Edge]] = OrderedDict()

    def name(self, number: str) -> str:
        """The name of the log of a vote; the keys have been read."""
        return f"{self.signing.name}/{VOTES}/{number}"

    def begin(self) -> None:
        """Look which logs were placed in and not published."""
        self._edges.clear()
        with self.connection.transaction():
            rows = self.connection.execute(sql.UNPUBLISHED).fetchall()
        self._due = {int(row[0]): 0.0 for row in rows}

    def wait(self, vote: int, *, urgent: bool) -> None:
        """Something was placed; what is ``urgent`` is signed at once."""
        now = time.monotonic()
        self._due.setdefault(vote, now + SIGNED_EVERY)
        if urgent:
            self._due[vote] = now

    def due(self, *, at_once: bool = False) -> list[int]:
        """The votes whose log is to be signed now."""
        now = time.monotonic()
        return [vote for vote, when in self._due.items() if at_once or when <= now]

    def seal(self, vote: int) -> None:
        """Sign what was placed, keep the signature, then publish.

        Raises:
            SealerFault: there is no key to sign with.
            BrokenFolder: files and database do not belong together.
        """
        folder, number, edge = self._edge(vote)
        try:
            with self.connection.transaction():
                self.signing.read(self.connection)
                rows = self.connection.execute(sql.KEPT, [vote]).fetchall()
                leaves = [
                    leaf.encode()
                    for place, kept in rows
                    for at, leaf in enumerate(kept.split("\n"), start=place)
                    if at >= edge.size
                ]
                if leaves:
                    files = edge.grow(leaves, [leaf_hash(leaf) for leaf in leaves])
                    told = Checkpoint(self.name(number), edge.size, edge.frontier.root())
                    signers = self.signing.under(told.origin)
                    note = signed(told, signers)
                    self.connection.execute(sql.SIGN, [vote, told.size, told.root, str(note)])
                    key = str(signers[0].key)
                    self.connection.execute(sql.VERIFIER, [key, vote, key])
            if leaves:
                self._tell_keys(folder, [str(one.key) for one in signers], edge.size - len(leaves))
                folder.publish(files, str(note))
            if any(ENDED.match(leaf) for _place, kept in rows for leaf in kept.split("\n")):
                (folder.path / WITHHELD).unlink(missing_ok=True)
            with self.connection.transaction():
                self.connection.execute(sql.PUBLISHED, [vote, edge.size])
        except BaseException:
            # What grew in memory may not be what the database knows.
            self._edges.pop(vote, None)
            raise
        self._due.pop(vote, None)

    def _edge(self, vote: int) -> tuple[Folder, str, Edge]:
        if vote in self._edges:
            self._edges.move_to_end(vote)
            return self._edges[vote]
        with self.connection.transaction():
            row = self.connection.execute(sql.NUMBER, [vote]).fetchone()
        assert row is not None
        number = str(row[0])
        folder = Folder(vote_folder(self.folder, number))
        if not row[1] and not folder.path.exists():
            # The count is not live, and who reads the ballots can count them: told at the close.
            folder.put(WITHHELD, b"")
        folder.tidy()
        edge = folder.edge()
        self._catch_up(vote, folder, edge)
        self._edges[vote] = (folder, number, edge)
        if len(self._edges) > MOST_EDGES:
            self._edges.popitem(last=False)
        return self._edges[vote]

    def _catch_up(self, vote: int, folder: Folder, edge: Edge) -> None:
        """Publish what was signed and kept, but not published when the last one ended."""
        with self.connection.transaction():
            row = self.connection.execute(sql.SIGNED, [vote]).fetchone()
            size = int(row[0]) if row else 0
            if edge.size > size:
                raise BrokenFolder(
                    f"{folder.path}: {edge.size} leaves are published and the database knows of"
                    f" {size}: the database is older than the log. Restore a later copy of it"
                )
            held = self.connection.execute(sql.SIGNED_AT, [vote, edge.size]).fetchone()
            if edge.size and (held is None or bytes(held[0]) != edge.frontier.root()):
                raise BrokenFolder(f"{folder.path}: it is not the log that the database knows")
            rows = self.connection.execute(sql.KEPT, [vote]).fetchall()
        if row is None or edge.size == size:
            return
        missing = [
            leaf.encode()
            for place, kept in rows
            for at, leaf in enumerate(kept.split("\n"), start=place)
            if edge.size <= at < size
        ]
        files = edge.grow(missing, [leaf_hash(leaf) for leaf in missing])
        if edge.size != size or edge.frontier.root() != bytes(row[1]):
            raise BrokenFolder(f"{folder.path}: what was placed does not give the signed root")
        with self.connection.transaction():
            self.signing.read(self.connection)
        name = Checkpoint.read(str(row[2])).origin
        keys = [str(one.key) for one in self.signing.under(name)]
        self._tell_keys(folder, keys, edge.size - len(missing))
        folder.publish(files, str(row[2]))

    @staticmethod
    def _tell_keys(folder: Folder, active: list[str], size: int) -> None:
        """Publish which keys sign this log; a key that signs no longer stands up to ``size``."""
        try:
            known = read_keys(folder.fetch(KEYS).decode())
        except FileNotFoundError:
            known = []
        lines = []
        for one in known:
            key = str(one.key)
            if key in active:
                lines.append(f"{key} active 0")
            else:
                until = size if one.until is None else one.until
                lines.append(f"{key} retired 0 {until}")
        listed = {str(one.key) for one in known}
        lines += [f"{key} active 0" for key in active if key not in listed]
        told = "".join(f"{line}\n" for line in lines).encode()
        folder.path.mkdir(parents=True, exist_ok=True)
        if not (folder.path / KEYS).exists() or folder.fetch(KEYS) != told:
            folder.put(KEYS, told)
