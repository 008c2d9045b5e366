"""Checking Ed25519 signatures (RFC 8032): all that needs more than the standard library."""

from __future__ import annotations

from veche.core.journal.tlog.note import Verify


def verify(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether a signature is good. Raises: ImportError without the package cryptography."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def verifier_of_signatures() -> Verify | None:
    """How signatures are checked here; None where the package cryptography is missing."""
    try:
        import cryptography  # noqa: F401
    except ImportError:
        return None
    return verify
