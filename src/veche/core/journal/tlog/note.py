"""Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint, tlog-cosignature).

A note is a text, an empty line, and lines of signatures. Who may verify is told by a verifier key:
``name+id+key``. Signatures themselves are checked by a function given in (``keys.py`` has it), so
that this file needs nothing but the standard library.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

ED25519 = 0x01
"""Type of an Ed25519 signature over the text."""
COSIGNATURE = 0x04
"""Type of a witness's timestamped Ed25519 cosignature."""
DASH = "— "
LARGEST = 1_000_000
"""Bytes of a note that are looked at."""

Verify = Callable[[bytes, bytes, bytes], bool]
"""``verify(public key, signature, message)``."""


def unpack(text: str) -> bytes:
    """The bytes of base64 in its one spelling.

    Raises:
        ValueError: it is not base64, or another spelling of the same bytes.
    """
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("base64 in another spelling")
    return data


class WrongNote(ValueError):
    """A note that is not one, or not signed as it must be; the sentence says how."""


@dataclass(frozen=True)
class VerifierKey:
    """Who signs (``name``), and the public key by which that is checked."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that point at the key."""
        return key_id(self.name, self.kind, self.public)

    @classmethod
    def read(cls, text: str) -> VerifierKey:
        """A key as it is published.

        Raises:
            WrongNote: it is none, or its id is another key's.
        """
        name, _plus, rest = text.strip().partition("+")
        hint, plus, packed = rest.partition("+")
        try:
            data = unpack(packed)
            told = bytes.fromhex(hint)
        except ValueError as fault:
            raise WrongNote(f"{text.strip()!r} is not a verifier key.") from fault
        if (
            not plus
            or not is_name(name)
            or len(data) != 33
            or data[0] not in (ED25519, COSIGNATURE)
        ):
            raise WrongNote(f"{text.strip()!r} is not a verifier key of a kind known here.")
        key = cls(name, data[0], data[1:])
        if key.id != told:
            raise WrongNote(f"The key of {name} does not match its own number {hint}.")
        return key

    def __str__(self) -> str:
        packed = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{packed}"


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """The first four bytes of SHA-256 over name, a line feed, the type and the public key."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def is_name(name: str) -> bool:
    """Whether a name may sign: not empty, no white space, no plus sign."""
    return bool(name) and "+" not in name and not any(letter.isspace() for letter in name)


@dataclass(frozen=True)
class Signature:
    """One line of a note."""

    name: str
    id: bytes
    data: bytes

    def __str__(self) -> str:
        return f"{DASH}{self.name} {base64.b64encode(self.id + self.data).decode()}\n"


@dataclass(frozen=True)
class Note:
    """A text (it ends with a line feed) and its signatures."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(map(str, self.signatures))

    @classmethod
    def read(cls, data: bytes) -> Note:
        """A note from its bytes.

        Raises:
            WrongNote: it is none.
        """
        if len(data) > LARGEST:
            raise WrongNote("The note is too long to be one.")
        try:
            whole = data.decode("utf-8")
        except UnicodeDecodeError as fault:
            raise WrongNote("The note is not UTF-8 text.") from fault
        if any(ord(letter) < 0x20 and letter != "\n" for letter in whole):
            raise WrongNote("The note holds control characters.")
        text, gap, rest = whole.rpartition("\n\n")
        if not gap or not text or not rest.endswith("\n"):
            raise WrongNote("The note is not a text, an empty line and signatures.")
        lines = rest.split("\n")[:-1]
        return cls(text + "\n", tuple(signature_of(line) for line in lines))

    def checked(self, keys: Iterable[VerifierKey], verify: Verify) -> tuple[VerifierKey, ...]:
        """The keys, among ``keys``, that signed; signatures of others are passed over.

        Raises:
            WrongNote: a signature in the name of a known key is not good.
        """
        known = {(key.name, key.id): key for key in keys}
        found = []
        for one in self.signatures:
            key = known.get((one.name, one.id))
            if key is None or key in found:
                continue
            if not _good(key, one, self.text.encode(), verify):
                raise WrongNote(f"The signature of {one.name} is not good.")
            found.append(key)
        return tuple(found)


def signature_of(line: str) -> Signature:
    """One line of signature. Raises: WrongNote."""
    name, space, packed = line.removeprefix(DASH).partition(" ")
    try:
        data = unpack(packed)
    except ValueError as fault:
        raise WrongNote("A signature is not base64.") from fault
    if not line.startswith(DASH) or not space or not is_name(name) or len(data) < 5:
        raise WrongNote("A line of the note is not a signature.")
    return Signature(name, data[:4], data[4:])


def _good(key: VerifierKey, one: Signature, text: bytes, verify: Verify) -> bool:
    if key.kind == ED25519:
        return len(one.data) == 64 and verify(key.public, one.data, text)
    if len(one.data) != 72:
        return False
    return verify(key.public, one.data[8:], cosigned(one.data[:8], text))


def cosigned(time: bytes, text: bytes) -> bytes:
    """What a witness signs: a header, the time in eight bytes as text, the checkpoint."""
    return b"cosignature/v1\ntime " + str(int.from_bytes(time, "big")).encode() + b"\n" + text


def cosigned_at(one: Signature) -> int:
    """When a witness saw it, in seconds since 1970."""
    return int.from_bytes(one.data[:8], "big")


# --- checkpoints ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Checkpoint:
    """How long a log is and the root of its tree, under the log's name."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def read(cls, text: str) -> Checkpoint:
        """A checkpoint from the text of a note; further lines are passed over.

        Raises:
            WrongNote: it is none.
        """
        lines = text.split("\n")
        if len(lines) < 4 or not lines[0]:
            raise WrongNote("A checkpoint has an origin, a size and a root.")
        origin, size, packed = lines[:3]
        if not re.fullmatch(r"0|[1-9][0-9]{0,18}", size):
            raise WrongNote(f"{size!r} is not the size of a log.")
        try:
            root = unpack(packed)
        except ValueError as fault:
            raise WrongNote("The root of the checkpoint is not base64.") from fault
        if len(root) != 32:
            raise WrongNote("The root of the checkpoint is not 32 bytes long.")
        return cls(origin, int(size), root)
