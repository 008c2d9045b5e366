"""What connectors prove themselves with, sealed by the city's key: never written in the clear."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from veche.errors import Refused

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


class SealBroken(Refused):
    """The city's key is another than when it was sealed."""

    code = "seal-broken"
    sentence = _("The secrets of this source cannot be opened any more. Write them again.")


def _box() -> Fernet:
    from cryptography.fernet import Fernet

    key = hashlib.sha256(b"source:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def seal(secrets: Mapping[str, str]) -> bytes | None:
    """Secrets as they are kept; nothing where there are none."""
    kept = {name: value for name, value in secrets.items() if value}
    return _box().encrypt(json.dumps(kept).encode()) if kept else None


def opened(sealed: bytes | memoryview | None) -> dict[str, str]:
    """The secrets that were sealed.

    Raises:
        SealBroken: the city's key is another one now.
    """
    from cryptography.fernet import InvalidToken

    if not sealed:
        return {}
    try:
        found = json.loads(_box().decrypt(bytes(sealed)))
    except InvalidToken as fault:
        raise SealBroken from fault
    return {str(name): str(value) for name, value in found.items()}
