"""How a certificate is traced back to an authority that the city trusts. Pure, and offline: whether
it was revoked is asked of the lists that the city holds (`veche.city.pilots.engines.standing`)."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import Collection, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from asn1crypto import x509
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureStatus
from pyhanko_certvalidator import ValidationContext

from veche.city.pilots.engines.certificates import Fault

T = TypeVar("T")
# What is wrong with a file is told to whoever sent it; pyHanko would also write it in the log.
logging.getLogger("pyhanko").setLevel(logging.ERROR)
STRONG = frozenset({"sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512"})
"""Digests that nobody is known to forge."""
LEAST_RSA = 2048
"""Bits of an RSA key."""
USAGE = KeyUsageConstraints(
    key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False
)


def context(roots: Collection[bytes], others: Iterable[x509.Certificate], at: dt.datetime) -> Any:
    """What pyHanko asks to judge certificates at a moment: the trusted roots and the others that
    came with the signature."""
    return ValidationContext(
        trust_roots=[x509.Certificate.load(der) for der in roots],
        other_certs=list(others),
        moment=at,
        best_signature_time=at,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )


def check_strong(certificate: x509.Certificate, digest: str) -> None:
    """The digest and the key are such that nobody can forge them.

    Raises:
        Fault: ``weak``.
    """
    if digest not in STRONG:
        raise Fault("weak")
    key = certificate.public_key
    if key.algorithm == "rsa" and key.bit_size < LEAST_RSA:
        raise Fault("weak")


def check_status(status: SignatureStatus) -> None:
    """What pyHanko found, in our words.

    Raises:
        Fault: ``other-text``, ``broken`` or ``untrusted``.
    """
    if not status.intact:
        raise Fault("other-text")
    if not status.valid:
        raise Fault("broken")
    if not status.trusted:
        raise Fault("untrusted")


def wait(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine, wherever we are called from: a thread with a running loop must
    not wait for another one."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()
