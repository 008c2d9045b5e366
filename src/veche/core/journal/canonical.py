"""Canonical JSON (RFC 8785) and salted digests of journal records."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


class NotCanonical(ValueError):
    """A value that has no single spelling here: a float, or a key that is not text."""


def canonical(value: Any) -> bytes:
    """RFC 8785 bytes of a value made of text, integers, booleans, None, lists and mappings.

    Floating-point numbers are refused rather than spelled: figures here are integers or ratios.
    Keys are ordered by UTF-16 code units, as the RFC asks.

    Raises:
        NotCanonical: for floats, integers past 2**53 and keys that are not text.
    """
    return json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":")).encode()


def _ordered(value: Any) -> Any:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        if abs(value) > 2**53:
            raise NotCanonical(f"integer past 2**53: {value}")
        return value
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise NotCanonical("keys must be text")
        return {key: _ordered(value[key]) for key in sorted(value, key=_utf16)}
    if isinstance(value, list | tuple):
        return [_ordered(item) for item in value]
    raise NotCanonical(f"{type(value).__name__} has no canonical spelling here")


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be", "surrogatepass")


def salted_digest(salt: bytes, record: Mapping[str, Any]) -> bytes:
    """SHA-256 over the salt and the canonical record; 32 bytes.

    The salt is kept in the row that can be erased: once it is gone nobody can test guesses about
    the personal part against the digest, and the digest still stands in the log.
    """
    return hashlib.sha256(salt + canonical(record)).digest()
