"""The language of push services: VAPID keys of this city, and one knock."""

from __future__ import annotations

import base64
import logging
import os
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

logger = logging.getLogger(__name__)
PATIENCE = 10
"""Seconds a push service may take."""
KEPT_SECONDS = 24 * 3600
"""How long a push service keeps a knock for a device that is off."""


@dataclass(frozen=True)
class Answer:
    """What a push service said."""

    taken: bool
    gone: bool = False
    """The browser has given its address up (404 or 410)."""


def _key_file() -> Path:
    return settings.HOME.path / "vapid.pem"


@lru_cache(maxsize=4)
def _private_key(file: Path) -> str:
    """The city's private key as PEM, made once in the home, readable by its owner only."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    try:
        return file.read_text()
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    fresh = file.with_name(f"{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(pem)
    try:
        os.link(fresh, file)  # fails when another process was first: then theirs counts
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return file.read_text()


def public_key() -> str:
    """The city's public key as browsers want it."""
    from cryptography.hazmat.primitives import serialization

    key = serialization.load_pem_private_key(_private_key(_key_file()).encode(), None)
    point = key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def keys_fit(p256dh: str, auth: str) -> bool:
    """Whether these are a browser's public key and its secret."""
    try:
        point, secret = _bytes(p256dh), _bytes(auth)
    except ValueError:
        return False
    return len(point) == 65 and point[0] == 4 and len(secret) == 16


def _bytes(text: str) -> bytes:
    if len(text) > 120 or not text.isascii():
        raise ValueError(text[:20])
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def send(endpoint: str, p256dh: str, auth: str, payload: bytes) -> Answer:
    """Encrypt and hand one message over; nothing is followed elsewhere."""
    from py_vapid import Vapid02
    from pywebpush import WebPusher
    from requests import RequestException, Session

    parts = urlsplit(endpoint)
    vapid = Vapid02.from_pem(_private_key(_key_file()).encode())
    headers = vapid.sign(
        {"aud": f"{parts.scheme}://{parts.netloc}", "sub": f"mailto:{settings.DEFAULT_FROM_EMAIL}"}
    )
    session = Session()
    session.max_redirects = 0
    session.trust_env = False
    try:
        pusher = WebPusher(
            {"endpoint": endpoint, "keys": {"p256dh": p256dh, "auth": auth}},
            requests_session=session,
        )
        answer = pusher.send(
            payload, headers=headers, ttl=KEPT_SECONDS, timeout=PATIENCE,
            content_encoding="aes128gcm",
        )  # fmt: skip
    except (RequestException, OSError, ValueError) as fault:
        logger.info("push: %s", type(fault).__name__)
        return Answer(taken=False)
    finally:
        session.close()
    status = int(getattr(answer, "status_code", 0))
    return Answer(taken=200 <= status < 300, gone=status in (404, 410))
