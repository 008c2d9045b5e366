"""Ballot tokens: a short-lived right to cast one ballot, checked without asking anybody.

Django finds out who may vote and hands a token out; the door takes the token and the choice, and
never learns who it is. Standard library only: the door stays small.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import hmac
import struct
from typing import NamedTuple

from veche.city.ballots.vote.config import WAYS

_PACKED = struct.Struct(">BQQ16sHIBQ")
_VERSION = 1
_MAC = 16
_USUAL = bytes.maketrans(b"-_+/", b"+/  ")
"""From the letters that may stand in an address; those they stand for are no letters of ours."""
TERM = dt.timedelta(hours=2)
"""How long a token holds: a long ballot is read and thought over."""


class WrongToken(ValueError):
    """A token that was not made here, or was changed."""


class BallotToken(NamedTuple):
    """The right to cast one ballot: ``revision`` of ``code``, from one entry of the roll."""

    vote: int
    entry: int
    code: bytes
    revision: int
    territory: int
    channel: str
    until: dt.datetime

    def sign(self, key: bytes) -> str:
        """The token as it is handed out."""
        packed = _PACKED.pack(
            _VERSION, self.vote, self.entry, self.code, self.revision, self.territory,
            WAYS.index(self.channel), int(self.until.timestamp()),
        )  # fmt: skip
        mac = hmac.digest(key, packed, hashlib.sha256)[:_MAC]
        return base64.urlsafe_b64encode(packed + mac).decode().rstrip("=")


def read_token(text: str | bytes, key: bytes) -> BallotToken:
    """The token of a text.

    Raises:
        WrongToken: it was not signed with this key.
    """
    raw = text.encode("ascii", "replace") if isinstance(text, str) else text
    try:
        data = binascii.a2b_base64(raw.translate(_USUAL) + b"=" * (-len(raw) % 4), strict_mode=True)
    except ValueError as fault:
        raise WrongToken from fault
    packed, mac = data[:-_MAC], data[-_MAC:]
    if len(packed) != _PACKED.size or not hmac.compare_digest(
        mac, hmac.digest(key, packed, hashlib.sha256)[:_MAC]
    ):
        raise WrongToken
    version, vote, entry, code, revision, territory, channel, until = _PACKED.unpack(packed)
    if version != _VERSION or channel >= len(WAYS):
        raise WrongToken
    moment = dt.datetime.fromtimestamp(until, dt.UTC)
    return BallotToken(vote, entry, code, revision, territory, WAYS[channel], moment)
