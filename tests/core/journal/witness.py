"""A witness as C2SP tlog-witness describes it, small enough to read: the judge of our asking."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from veche.core.journal.tlog import keys, merkle
from veche.core.journal.tlog.note import COSIGNATURE, Checkpoint, Note, VerifierKey, WrongNote


class Witness:
    """Signs a checkpoint of one log when it is shown that the log merely grew."""

    def __init__(self, name: str, number: int, log: VerifierKey) -> None:
        private = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
        self.signer = keys.Signer(name, private, COSIGNATURE)
        self.log = log
        self.size, self.root = 0, merkle.EMPTY
        self.asked = 0
        self.away = False

    def answer(self, url: str, body: bytes) -> tuple[int, bytes]:
        """What it answers to ``POST /add-checkpoint``."""
        assert url.endswith("/add-checkpoint")
        if self.away:
            raise OSError("nobody answers")
        self.asked += 1
        head, _gap, rest = body.partition(b"\n\n")
        lines = head.decode().split("\n")
        assert lines[0].startswith("old ")
        old, proof = int(lines[0][4:]), [base64.b64decode(line) for line in lines[1:]]
        try:
            note = Note.read(rest)
            if self.log not in note.checked([self.log], keys.verify):
                return 403, b""
        except WrongNote:
            return 403, b""
        told = Checkpoint.read(note.text)
        if old > told.size:
            return 400, b""
        if old != self.size:
            return 409, f"{self.size}\n".encode()
        if not merkle.grew(self.size, self.root, told.size, told.root, proof):
            return 422, b""
        self.size, self.root = told.size, told.root
        return 200, str(self.signer.cosign(told, 1_800_000_000 + self.asked)).encode()
