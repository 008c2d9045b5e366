"""The keys of the door: what tokens are signed with, and what promises are signed with.

Tokens are read by this city's own web processes only, so their key is drawn from the secret key all
of them share. Promises are kept by voters and checked by anybody: they are signed by a key pair
that every web process reads from the folder of keys, and whose public part is published.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
from pathlib import Path

from django.conf import settings

from veche.core.journal.tlog import keys
from veche.core.journal.tlog.note import VerifierKey

PROMISE_FILE = "promise.pem"


@functools.cache
def token_key() -> bytes:
    """The key by which ballot tokens are signed and checked."""
    secret = str(settings.SECRET_KEY).encode()
    return hmac.digest(secret, b"veche.ballots.token/1", hashlib.sha256)


def search_digest(said: str) -> str:
    """Stands in the journal for the words somebody was looked for by, in hexadecimal.

    Keyed, so that nobody finds a name by trying names; how the words were typed does not matter.
    """
    words = " ".join(sorted(said.casefold().split()))
    key = hmac.digest(token_key(), b"veche.ballots.search/1", hashlib.sha256)
    return hmac.digest(key, words.encode(), hashlib.sha256)[:16].hex()


def promise_name(log_name: str) -> str:
    """The name under which promises are signed, beside the city's log of this name."""
    return f"{log_name.rpartition('/')[0] or log_name}/promises"


def promise_signer(folder: Path, name: str) -> keys.Signer:
    """The signer of promises; its key is made where there is none.

    Raises:
        veche.core.journal.tlog.keys.WrongKey: the file holds no key, or others may read it.
        OSError: it cannot be read or made.
    """
    file = folder / PROMISE_FILE
    try:
        private = keys.load(file)
    except FileNotFoundError:
        try:
            private = keys.make(file)
        except FileExistsError:  # another web process was first
            private = keys.load(file)
    return keys.Signer(name, private)


def renew_promise_key(folder: Path, name: str) -> tuple[keys.Signer, Path | None]:
    """Put the key of promises aside and make another; the new signer, and where the old one lies.

    Web processes that run go on with the old one until they are started anew.

    Raises:
        OSError: the old one cannot be moved or the new one not made.
        veche.core.journal.tlog.keys.WrongKey: the file holds no key, or others may read it.
    """
    file, aside = folder / PROMISE_FILE, None
    if file.exists():
        old = keys.Signer(name, keys.load(file))
        aside = folder / f"promise-{old.key.id.hex()}.pem"
        file.rename(aside)
    return promise_signer(folder, name), aside


@functools.cache
def own_signer() -> keys.Signer:
    """The signer of this process. Raises: as `promise_signer`."""
    return promise_signer(settings.KEY_FOLDER, promise_name(settings.LOG_NAME))


def own_verifier() -> VerifierKey:
    """The key by which this process's promises are checked."""
    return own_signer().key
