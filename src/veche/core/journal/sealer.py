"""The sealer: gives records their places in the log and signs how long the log is.

One at a time (a lock of the database; another takes over when it is gone), outside of requests, and
without Django, so that the process stays small. A batch is one transaction: places, root and the
signed checkpoint are kept by the database first and published after. Whatever moment it is killed
at, the next one finds in the database what was signed and publishes exactly that: nothing is signed
twice differently, because what was not committed was never shown to anybody.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from veche.core.journal.folder import CHECKPOINT, ERASED, KEYS, Folder
from veche.core.journal.signing import Connection, SealerFault, Signing, signed
from veche.core.journal.tlog.merkle import leaf_hash
from veche.core.journal.tlog.note import Checkpoint, Note, Signature
from veche.core.journal.tlog.tiles import Edge

LOCK = 0x7665_6C6F_6731
"""The lock of the database that the sealer holds for as long as it lives."""
MOST = 20_000
"""Records in one batch."""
PAUSE = 2.0
"""Seconds between looks at what waits: a record is in a published checkpoint well within ten."""


@dataclass(frozen=True)
class Sealed:
    """What one look did: how many records were sealed, and how long the log is now."""

    records: int
    size: int


class Sealer:
    """Seals the journal into a folder. ``ask`` brings the witnesses' signatures of a checkpoint."""

    def __init__(
        self,
        connection: Connection,
        folder: Path,
        key_folder: Path,
        *,
        ask: Callable[[Note, Folder], Sequence[Signature]] | None = None,
        most: int = MOST,
    ) -> None:
        self.connection = connection
        self.folder = Folder(folder)
        self.signing = Signing(key_folder)
        self.ask = ask
        self.most = most
        self.edge = Edge()
        self._erased = 0

    def take(self) -> bool:
        """Take the lock and bring the folder up to what the database knows; False: another has it.

        Raises:
            SealerFault: files and database do not belong together, or there is no key.
        """
        with self.connection.transaction():
            held = self.connection.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone()
        if not held or not held[0]:
            return False
        self.folder.tidy()
        self.edge = self.folder.edge()
        self._catch_up()
        return True

    def once(self) -> Sealed:
        """Seal what waits, at most one batch.

        Raises:
            SealerFault: there is no key to sign with.
        """
        with self.connection.transaction():
            self._read_keys()
            rows = self.connection.execute(
                "SELECT place, digest FROM journal_seal(%s, %s)", [self.edge.size, self.most]
            ).fetchall()
            if not rows:
                files, note = {}, None
            else:
                entries = [bytes(row[1]) for row in rows]
                if rows[0][0] != self.edge.size or rows[-1][0] != self.edge.size + len(rows) - 1:
                    raise SealerFault("The places given by the database are not the next ones.")
                files = self.edge.grow(entries, [leaf_hash(entry) for entry in entries])
                note = self._sign()
        if note is not None:
            self.folder.publish(files, str(note))
        self._tell_erased()
        self._ask_witnesses()
        return Sealed(len(rows), self.edge.size)

    def run(self, going: Callable[[], bool]) -> None:
        """Seal until told to end."""
        while going():
            if self.once().records < self.most:
                time.sleep(PAUSE)

    def _read_keys(self) -> None:
        if not self.signing.read(self.connection):
            return
        lines = (
            f"{verifier} {state} {since} {'' if until is None else until}".rstrip() + "\n"
            for verifier, state, since, until in self.signing.known
        )
        self.folder.path.mkdir(parents=True, exist_ok=True)
        self.folder.put(KEYS, "".join(lines).encode())

    # --- checkpoints --------------------------------------------------------------------------

    def _sign(self) -> Note:
        """Sign the log as it stands in this transaction, and keep the note with it."""
        told = Checkpoint(self.signing.name, self.edge.size, self.edge.frontier.root())
        note = signed(told, self.signing.signers)
        self.connection.execute(
            "INSERT INTO journal_checkpoint (size, root, note) VALUES (%s, %s, %s)",
            [told.size, told.root, str(note)],
        )
        return note

    def _catch_up(self) -> None:
        """Publish what was signed and kept, but not published when the last sealer ended."""
        with self.connection.transaction():
            row = self.connection.execute(
                "SELECT size, root, note FROM journal_checkpoint ORDER BY size DESC LIMIT 1"
            ).fetchone()
            size = int(row[0]) if row else 0
            if self.edge.size > size:
                raise SealerFault(
                    f"The published log has {self.edge.size} entries and the database knows of"
                    f" {size}: the database is older than the log. Restore a later copy of it; the"
                    " log must not be signed anew."
                )
            held = self.connection.execute(
                "SELECT root FROM journal_checkpoint WHERE size = %s", [self.edge.size]
            ).fetchone()
            if held and bytes(held[0]) != self.edge.frontier.root():
                raise SealerFault("The published log is another than the one the database knows.")
            missing = [
                bytes(found[0])
                for found in self.connection.execute(
                    "SELECT r.digest FROM journal_leaf l"
                    " JOIN journal_record r ON r.id = l.record_id"
                    " WHERE l.place >= %s AND l.place < %s ORDER BY l.place",
                    [self.edge.size, size],
                )
            ]
        if row is None or not missing:
            return
        files = self.edge.grow(missing, [leaf_hash(entry) for entry in missing])
        if self.edge.size != size or self.edge.frontier.root() != bytes(row[1]):
            raise SealerFault("The records do not give the root that was signed: look at the log.")
        self.folder.publish(files, row[2])

    def _tell_erased(self) -> None:
        """Publish which leaves can no longer be opened, when there are more of them."""
        with self.connection.transaction():
            row = self.connection.execute("SELECT count(*) FROM journal_erased").fetchone()
            if row is None or row[0] == self._erased:
                return
            places = self.connection.execute(
                "SELECT l.place FROM journal_erased e JOIN journal_leaf l USING (record_id)"
                " WHERE l.place < %s ORDER BY l.place",
                [self.edge.size],
            ).fetchall()
        self.folder.path.mkdir(parents=True, exist_ok=True)
        self.folder.put(ERASED, "".join(f"{place}\n" for (place,) in places).encode())
        if len(places) == row[0]:
            self._erased = row[0]

    def _ask_witnesses(self) -> None:
        """Publish the checkpoint with the signatures of witnesses; without them it stands too."""
        if self.ask is None or not self.edge.size:
            return
        note = Note.read(self.folder.fetch(CHECKPOINT))
        if Checkpoint.read(note.text).size != self.edge.size:
            return
        own = {(one.key.name, one.key.id) for one in self.signing.signers}
        plain = Note(note.text, tuple(one for one in note.signatures if (one.name, one.id) in own))
        whole = Note(plain.text, (*plain.signatures, *self.ask(plain, self.folder)))
        if len(whole.signatures) > len(note.signatures):
            self.folder.put_checkpoint(str(whole))
