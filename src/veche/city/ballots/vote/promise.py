"""Promises: the signed word that a ballot was taken and will stand in the count by a moment.

A promise is handed out with the acknowledgement, before the ballot has its place in the log. Should
the ballot be missing later, the promise convicts the city. What was taken in one moment is signed
together: the promises of a batch share one signature over the root of a small Merkle tree, and each
holds the way from its own ballot to that root. Standard library only.
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from veche.core.journal.tlog.merkle import (
    Hash,
    node_hash,
    root_from_inclusion,
    root_of,
)
from veche.core.journal.tlog.note import Note, Signature, VerifierKey, Verify, WrongNote, unpack

PROMISE_HEAD = "veche-promise/1"
PROMISE_TERM = dt.timedelta(hours=1)
"""By when a taken ballot stands in the count; mostly it takes seconds."""
LONGEST_PROMISE = 8_192


class WrongPromise(ValueError):
    """A promise that is not one; the sentence says how."""


@dataclass(frozen=True)
class Promise:
    """The word given for one ballot: ``leaf`` is the hash of its leaf as the log will hold it."""

    vote: str
    leaf: Hash
    index: int
    proof: tuple[Hash, ...]
    note: Note

    @property
    def by(self) -> dt.datetime:
        """By when the ballot stands in the count. Raises: WrongPromise."""
        return self._told()[2]

    def _told(self) -> tuple[int, Hash, dt.datetime]:
        lines = self.note.text.split("\n")
        try:
            head, _name, size, root, by, last = lines
            told = int(size), unpack(root), dt.datetime.fromisoformat(by)
        except ValueError as fault:
            raise WrongPromise("What was signed is no promise.") from fault
        if head != PROMISE_HEAD or last or told[0] < 1 or told[2].tzinfo is None:
            raise WrongPromise("What was signed is no promise.")
        return told

    def __str__(self) -> str:
        steps = "".join(f"{base64.b64encode(step).decode()}\n" for step in self.proof)
        return (
            f"{PROMISE_HEAD}\nvote {self.vote}\nballot {self.leaf.hex()}\nindex {self.index}\n"
            f"{steps}\n{self.note}"
        )

    @classmethod
    def read(cls, data: bytes) -> Promise:
        """A promise from its bytes.

        Raises:
            WrongPromise: it is none.
        """
        head, gap, rest = data.replace(b"\r\n", b"\n").partition(b"\n\n")
        try:
            first, vote, leaf, index, *steps = head.decode("ascii").split("\n")
            if len(data) > LONGEST_PROMISE or not gap or first != PROMISE_HEAD:
                raise ValueError
            found = cls(
                _after("vote ", vote),
                bytes.fromhex(_after("ballot ", leaf)),
                int(_after("index ", index)),
                tuple(unpack(step) for step in steps),
                Note.read(rest),
            )
        except (ValueError, WrongNote) as fault:
            raise WrongPromise("This is no promise for a ballot.") from fault
        found._told()
        return found

    @property
    def given(self) -> dt.datetime:
        """When the word was given, as who gave it says. Raises: WrongPromise."""
        return self.by - PROMISE_TERM

    def kept_by(self, known: Iterable[PromiseKeyTerm], verify: Verify) -> bool:
        """Whether a key gave its word for this very ballot that held when the word was given.

        Raises:
            WrongPromise, WrongNote: as `checked`.
        """
        return self.checked(
            [one.key for one in known if one.until is None or self.given < one.until], verify
        )

    def checked(self, known: Iterable[VerifierKey], verify: Verify) -> bool:
        """Whether one of these keys gave its word for this very ballot.

        Raises:
            WrongPromise: what was signed is no promise.
            WrongNote: a signature in the name of a known key is not good.
        """
        size, root, _by = self._told()
        if root_from_inclusion(self.leaf, self.index, size, self.proof) != root:
            return False
        return bool(self.note.checked(known, verify))


@dataclass(frozen=True)
class PromiseKeyTerm:
    """A key of promises, and until when it held; ``until`` is None while it holds."""

    key: VerifierKey
    until: dt.datetime | None = None

    def __str__(self) -> str:
        if self.until is None:
            return str(self.key)
        return f"{self.key} until {self.until.astimezone(dt.UTC).isoformat(timespec='seconds')}"


def read_promise_keys(text: str) -> list[PromiseKeyTerm]:
    """The published keys of promises: one a line, a withdrawn one followed by ``until MOMENT``.

    Raises:
        WrongNote: a line is none.
    """
    found = []
    for line in text.splitlines():
        words = line.split()
        if not words:
            continue
        until = None
        if len(words) > 1:
            try:
                word, moment = words[1:]
                until = dt.datetime.fromisoformat(moment)
                if word != "until" or until.tzinfo is None:
                    raise ValueError(word)
            except ValueError as fault:
                raise WrongNote(f"{line!r} is no key of promises.") from fault
        found.append(PromiseKeyTerm(VerifierKey.read(words[0]), until))
    return found


def _after(word: str, line: str) -> str:
    if not line.startswith(word):
        raise ValueError(line)
    return line.removeprefix(word)


def promise_all(
    ballots: Sequence[tuple[str, Hash]],
    at: dt.datetime,
    key: VerifierKey,
    sign: Callable[[bytes], bytes],
) -> list[str]:
    """Promises for a batch of ballots (vote, hash of the leaf), signed once by ``sign``."""
    leaves = [leaf for _vote, leaf in ballots]
    by = (at + PROMISE_TERM).astimezone(dt.UTC).isoformat(timespec="seconds")
    root = base64.b64encode(root_of(leaves)).decode()
    text = f"{PROMISE_HEAD}\n{key.name}\n{len(leaves)}\n{root}\n{by}\n"
    note = str(Note(text, (Signature(key.name, key.id, sign(text.encode())),)))
    # The tree of RFC 6962, row by row: a node without a neighbour moves up as it is.
    rows, row = [], leaves
    while len(row) > 1:
        rows.append([base64.b64encode(node).decode() + "\n" for node in row])
        odd = row[-1:] if len(row) & 1 else []
        row = [node_hash(row[n], row[n + 1]) for n in range(0, len(row) - 1, 2)] + odd
    made = []
    for index, (vote, leaf) in enumerate(ballots):
        steps, at_row = "", index
        for texts in rows:
            if at_row ^ 1 < len(texts):
                steps += texts[at_row ^ 1]
            at_row >>= 1
        made.append(
            f"{PROMISE_HEAD}\nvote {vote}\nballot {leaf.hex()}\nindex {index}\n{steps}\n{note}"
        )
    return made
