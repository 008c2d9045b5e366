"""Signatures by GOST R 34.10-2012 (RFC 7091, in CMS by RFC 9215 and R 1323565.1.025) are judged by
OpenSSL with its GOST engine, where the server has both; there is no such code of our own."""

from __future__ import annotations

import datetime as dt
import functools
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Collection
from pathlib import Path

from asn1crypto import pem, x509

from veche.city.pilots.engines.certificates import Fault

SECONDS = 20
"""How long OpenSSL may take."""
_DIGESTS = ("1.2.643.7.1.1.2.2", "1.2.643.7.1.1.2.3")
"""GOST R 34.11-2012 of 256 and 512 bits."""
_FAMILY = "1.2.643."


def is_gost(digest: str) -> bool:
    """Whether a digest, by its dotted number, is one of GOST.

    Raises:
        Fault: ``weak``: it is one of 1994, which nobody should trust.
    """
    if digest.startswith(_FAMILY) and digest not in _DIGESTS:
        raise Fault("weak")
    return digest in _DIGESTS


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "OPENSSL_CONF": os.devnull}


def _program() -> str:
    return shutil.which("openssl") or "openssl"


@functools.cache
def available() -> bool:
    """Whether OpenSSL and its GOST engine are here."""
    if shutil.which("openssl") is None:
        return False
    try:
        asked = subprocess.run(
            [_program(), "engine", "gost"],
            env=_environment(), capture_output=True, timeout=SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


def verify(
    *, text: bytes, der: bytes, roots: Collection[bytes], at: dt.datetime
) -> x509.Certificate:
    """The certificate by which a detached signature over ``text`` was made and found valid.

    Raises:
        Fault: ``no-gost``, ``other-text``, ``expired``, ``untrusted``, ``broken``, ``unreadable``.
    """
    if not available():
        raise Fault("no-gost")
    if not roots:
        raise Fault("untrusted")
    with tempfile.TemporaryDirectory(prefix="veche-gost-") as folder:
        place = Path(folder)
        (place / "text").write_bytes(text)
        (place / "signature").write_bytes(der)
        armoured = b"".join(pem.armor("CERTIFICATE", one) for one in roots)
        (place / "roots.pem").write_bytes(armoured)
        command = [
            _program(), "cms", "-verify", "-engine", "gost", "-binary", "-inform", "DER",
            "-in", "signature", "-content", "text", "-CAfile", "roots.pem",
            "-no-CApath", "-no-CAstore", "-purpose", "any", "-attime", str(int(at.timestamp())),
            "-signer", "signer.pem", "-out", os.devnull,
        ]  # fmt: skip
        try:
            done = subprocess.run(
                command,
                cwd=folder, env=_environment(), capture_output=True, timeout=SECONDS, check=False,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Fault("unreadable") from error
        if done.returncode != 0:
            raise Fault(_why(done.stderr.decode("utf-8", "replace")))
        signers = list(pem.unarmor((place / "signer.pem").read_bytes(), multiple=True))
    if len(signers) != 1:
        raise Fault("many-signatures")
    return x509.Certificate.load(signers[0][2])


_ENGINE = """\
openssl_conf = first
[first]
engines = all
[all]
gost = one
[one]
engine_id = gost
default_algorithms = ALL
init = 1
"""
"""How OpenSSL is told to use the engine where a command has no word for it."""


def made_list(der: bytes, authority: x509.Certificate) -> bool:
    """Whether a list of revoked certificates was signed by an authority with a key by GOST; False
    also where this server cannot tell."""
    if not available():
        return False
    with tempfile.TemporaryDirectory(prefix="veche-gost-") as folder:
        place = Path(folder)
        (place / "list").write_bytes(der)
        (place / "conf").write_text(_ENGINE)
        (place / "authority.pem").write_bytes(pem.armor("CERTIFICATE", authority.dump()))
        try:
            done = subprocess.run(
                [_program(), "crl", "-inform", "DER", "-in", "list", "-CAfile", "authority.pem",
                 "-verify", "-noout"],
                cwd=folder, env={**_environment(), "OPENSSL_CONF": str(place / "conf")},
                capture_output=True, timeout=SECONDS, check=False,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired):
            return False
    # It ends with 0 whatever it found.
    return done.returncode == 0 and b"verify OK" in done.stderr + done.stdout


def _why(said: str) -> str:
    """The code of a fault from what OpenSSL said."""
    told = {
        r"digest|verify_content|content verify": "other-text",
        r"expired": "expired",
        r"not yet valid": "not-yet",
        r"certificate verify error|unable to get|self.signed": "untrusted",
        r"signature failure|verification failure|bad signature": "broken",
    }
    lowered = said.lower()
    return next((code for words, code in told.items() if re.search(words, lowered)), "unreadable")
