"""The keys that sign logs now, read from the database's list and the folder of private keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg

from veche.core.journal.tlog import keys
from veche.core.journal.tlog.note import Checkpoint, Note, VerifierKey

Connection = psycopg.Connection[tuple[Any, ...]]
KNOWN = "SELECT verifier, state, since_size, until_size FROM journal_logkey ORDER BY id FOR SHARE"


class SealerFault(Exception):
    """The log cannot go on without a person; the sentence says what to do."""


class Signing:
    """The active keys of the city's log, and their private parts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.signers: list[keys.Signer] = []
        self.known: list[tuple[Any, ...]] = []
        """Every key as the database lists it: verifier key, state, from and to which size."""

    @property
    def name(self) -> str:
        """The name of the city's log, under which all its keys sign."""
        return self.signers[0].key.name

    def read(self, connection: Connection) -> bool:
        """Read the keys within a transaction; whether they are others than before.

        Held until the transaction ends: a key cannot be ended between being read and being signed
        with.

        Raises:
            SealerFault: there is no key to sign with, or its file cannot be used.
        """
        known = connection.execute(KNOWN).fetchall()
        active = [row[0] for row in known if row[1] == "active"]
        if not active:
            raise SealerFault("There is no key to sign the log with: veche journal key make")
        if known == self.known:
            return False
        signers = [self._signer(VerifierKey.read(verifier)) for verifier in active]
        if len({one.key.name for one in signers}) != 1:
            raise SealerFault("All keys of a log bear the log's name.")
        self.signers, self.known = signers, known
        return True

    def _signer(self, public: VerifierKey) -> keys.Signer:
        try:
            private = keys.load(key_file(self.folder, public))
        except (OSError, keys.WrongKey) as fault:
            raise SealerFault(f"The key {public.id.hex()} cannot be read: {fault}") from fault
        found = keys.Signer(public.name, private)
        if found.key != public:
            raise SealerFault(f"The file of the key {public.id.hex()} holds another key.")
        return found

    def under(self, name: str) -> list[keys.Signer]:
        """The same private keys, signing for another log of the city."""
        return [keys.Signer(name, one.private) for one in self.signers]


def signed(told: Checkpoint, signers: list[keys.Signer]) -> Note:
    """A checkpoint with the signatures of all signers."""
    return Note(told.text, tuple(one.sign(told) for one in signers))


def key_file(folder: Path, key: VerifierKey) -> Path:
    """Where the private part of a key lies."""
    return folder / f"log-{key.id.hex()}.pem"
