"""Signing keys of a log: made, kept outside of the database, read again.

Source: RFC 8032 (Ed25519); a key lies in a file of its own as PKCS #8, readable by its owner only.
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from veche.core.journal.tlog.note import (
    COSIGNATURE,
    ED25519,
    Checkpoint,
    Note,
    Signature,
    VerifierKey,
    cosigned,
)
from veche.core.journal.tlog.signatures import verify

__all__ = ["Signer", "WrongKey", "load", "make", "verify"]


class WrongKey(ValueError):
    """A key file that cannot be used; the sentence says why."""


class Signer:
    """A private key under a name."""

    def __init__(self, name: str, private: Ed25519PrivateKey, kind: int = ED25519) -> None:
        self.private = private
        self.key = VerifierKey(name, kind, private.public_key().public_bytes_raw())

    def sign(self, checkpoint: Checkpoint) -> Signature:
        """The log's signature. The same text is always signed the same: Ed25519 draws nothing."""
        return self.sign_text(checkpoint.text)

    def sign_text(self, text: str) -> Signature:
        """A signature of the text of any note."""
        return Signature(self.key.name, self.key.id, self.private.sign(text.encode()))

    def cosign(self, checkpoint: Checkpoint, time: int) -> Signature:
        """A witness's signature at ``time`` (seconds since 1970)."""
        assert self.key.kind == COSIGNATURE
        packed = time.to_bytes(8, "big")
        made = self.private.sign(cosigned(packed, checkpoint.text.encode()))
        return Signature(self.key.name, self.key.id, packed + made)

    def note(self, checkpoint: Checkpoint, *others: Signature) -> Note:
        """The checkpoint signed, with further signatures after ours."""
        return Note(checkpoint.text, (self.sign(checkpoint), *others))


def make(path: Path) -> Ed25519PrivateKey:
    """Make a key and keep it in a new file that only its owner reads.

    Raises:
        FileExistsError: a key is there already; it is never written over.
    """
    private = Ed25519PrivateKey.generate()
    packed = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(packed)
        file.flush()
        os.fsync(file.fileno())
    return private


def load(path: Path) -> Ed25519PrivateKey:
    """Read a key.

    Raises:
        WrongKey: it is not an Ed25519 key, or others than its owner may read it.
        OSError: it cannot be read.
    """
    if path.stat().st_mode & 0o077:
        raise WrongKey(f"{path}: others than its owner may read this key (chmod 600).")
    try:
        found = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as fault:
        raise WrongKey(f"{path}: this is not a private key.") from fault
    if not isinstance(found, Ed25519PrivateKey):
        raise WrongKey(f"{path}: this is not an Ed25519 key.")
    return found
