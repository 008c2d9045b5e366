"""What must agree with a log while it is walked: older checkpoints, and receipts."""

from __future__ import annotations

from collections.abc import Callable

from veche.core.journal.tlog.merkle import Hash, leaf_hash
from veche.core.journal.tlog.note import Checkpoint, Note, Verify, WrongNote
from veche.core.journal.tlog.receipt import Receipt, WrongReceipt
from veche.core.journal.tlog.report import LogKey, LogReport


class Marks:
    """Roots that must be those of the log at some size, and entries that must stand in it."""

    def __init__(
        self, keys: list[LogKey], verify: Verify | None, told: Checkpoint, report: LogReport
    ) -> None:
        self.keys = keys
        self.verify = verify
        self.told = told
        self.report = report
        self.roots: dict[int, list[tuple[Hash, str]]] = {}
        self.leaves: dict[int, list[tuple[Hash, str]]] = {}

    def add_older(self, data: bytes) -> None:
        """An older checkpoint must be the beginning of this log."""
        try:
            note = Note.read(data)
            older = Checkpoint.read(note.text)
        except WrongNote as fault:
            self.report.tell(f"The older checkpoint cannot be read: {fault}")
            return
        if not self._signed(note, older, "older checkpoint"):
            return
        if older.size > self.told.size:
            self.report.tell(
                f"The log is shorter than it was: the older checkpoint has {older.size:,} entries,"
                f" this one {self.told.size:,}. An old checkpoint is shown, or entries were taken"
                " away."
            )
            return
        self.roots.setdefault(older.size, []).append(
            (
                older.root,
                f"The history is forked: the older checkpoint of {older.size:,} entries is not the"
                " beginning of this log.",
            )
        )

    def add_receipt(self, data: bytes) -> None:
        """A receipt's entry must stand in this log at its place."""
        try:
            receipt = Receipt.read(data)
            note = receipt.checkpoint
            its = Checkpoint.read(note.text)
        except (WrongReceipt, WrongNote) as fault:
            self.report.tell(f"The receipt cannot be read: {fault}")
            return
        if not self._signed(note, its, "receipt"):
            return
        if not receipt.holds(receipt.extra):
            self.report.tell(
                "The receipt does not hold: its entry does not lead to the root of its checkpoint."
            )
            return
        if its.size > self.told.size:
            self.report.tell(
                f"The receipt is of a longer log ({its.size:,} entries) than this one"
                f" ({self.told.size:,}): an old checkpoint is shown, or entries were taken away."
            )
            return
        forked = f"The receipt is of another history: its {its.size:,} entries are not this log's."
        self.roots.setdefault(its.size, []).append((its.root, forked))
        self.leaves.setdefault(receipt.index, []).append(
            (
                leaf_hash(receipt.extra),
                f"The entry of the receipt does not stand at place {receipt.index:,} of this log.",
            )
        )

    def _signed(self, note: Note, its: Checkpoint, what: str) -> bool:
        if its.origin != self.told.origin:
            self.report.tell(f"The {what} is of another log: {its.origin}.")
            return False
        if self.verify is None:
            return True
        try:
            signed = note.checked([one.key for one in self.keys], self.verify)
        except WrongNote as fault:
            self.report.tell(f"The {what} is forged: {fault}")
            return False
        good = [
            one
            for one in self.keys
            if one.key in signed
            and one.key.name == its.origin
            and (one.until is None or its.size <= one.until)
        ]
        if not good:
            self.report.tell(f"The {what} is not signed by a key of this log that still stands.")
            return False
        return True

    def within(self, begin: int, width: int) -> bool:
        """Whether anything is to be compared in this part of the log."""
        return any(begin < size <= begin + width for size in self.roots) or any(
            begin <= place < begin + width for place in self.leaves
        )

    def at(self, place: int, leaf: Hash) -> None:
        """The walk has come to a leaf."""
        for wanted, sentence in self.leaves.pop(place, ()):
            if wanted != leaf:
                self.report.tell(sentence)

    def grown(self, size: int, root: Callable[[], Hash]) -> None:
        """The walk has come to a size."""
        for wanted, sentence in self.roots.pop(size, ()):
            if wanted != root():
                self.report.tell(sentence)

    def judge(self) -> None:
        """After the walk: what it never came to."""
        for found in (*self.roots.values(), *self.leaves.values()):
            for _wanted, sentence in found:
                self.report.tell(sentence)
