"""Receipts: the proof that one entry is in a log, checked offline (C2SP tlog-proof)."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from veche.core.journal.tlog.merkle import Hash, leaf_hash, root_from_inclusion
from veche.core.journal.tlog.note import Checkpoint, Note, WrongNote, unpack

HEAD = "c2sp.org/tlog-proof@v1"
LONGEST = 63
"""Hashes of a proof: a tree has at most 2**63 leaves."""


class WrongReceipt(ValueError):
    """A receipt that is not one; the sentence says how."""


@dataclass(frozen=True)
class Receipt:
    """An entry's place in a log, the way from it to the root, and the checkpoint with the root.

    ``extra`` is what the application adds: here the entry itself, so that the file is whole.
    """

    index: int
    proof: tuple[Hash, ...]
    checkpoint: Note
    extra: bytes = b""

    def __str__(self) -> str:
        lines = [HEAD]
        if self.extra:
            lines.append("extra " + base64.b64encode(self.extra).decode())
        lines.append(f"index {self.index}")
        lines += [base64.b64encode(step).decode() for step in self.proof]
        return "\n".join(lines) + "\n\n" + str(self.checkpoint)

    @classmethod
    def read(cls, data: bytes) -> Receipt:
        """A receipt from its bytes.

        Raises:
            WrongReceipt: it is none.
        """
        head, gap, rest = data.partition(b"\n\n")
        try:
            lines = head.decode("ascii").split("\n")
        except UnicodeDecodeError as fault:
            raise WrongReceipt("This is not a receipt of a log.") from fault
        if not gap or lines[0] != HEAD:
            raise WrongReceipt("This is not a receipt of a log.")
        extra = b""
        lines = lines[1:]
        if lines and lines[0].startswith("extra "):
            extra = _unpack(lines[0].removeprefix("extra "))
            lines = lines[1:]
        word = lines[0].removeprefix("index ") if lines else ""
        if not lines or lines[0] == word or not re.fullmatch(r"0|[1-9][0-9]{0,18}", word):
            raise WrongReceipt("The receipt does not say at which place the entry stands.")
        if len(lines) - 1 > LONGEST:
            raise WrongReceipt("The proof is longer than any log needs.")
        proof = tuple(_unpack(line) for line in lines[1:])
        if any(len(step) != 32 for step in proof):
            raise WrongReceipt("A hash of the proof is not 32 bytes long.")
        try:
            return cls(int(word), proof, Note.read(rest), extra)
        except WrongNote as fault:
            raise WrongReceipt(str(fault)) from fault

    def holds(self, entry: bytes) -> bool:
        """Whether the way from ``entry`` leads to the root of the checkpoint.

        Raises:
            WrongNote: the note within is no checkpoint.
        """
        told = Checkpoint.read(self.checkpoint.text)
        found = root_from_inclusion(leaf_hash(entry), self.index, told.size, self.proof)
        return found == told.root


def _unpack(text: str) -> bytes:
    try:
        return unpack(text)
    except ValueError as fault:
        raise WrongReceipt("The receipt holds a line that is not base64.") from fault
