"""Certificates, and what a signature says of who made it. Pure: no database, no network.

A certificate proves which key signed, and who an authority says holds that key. Whether that person
may bind an organisation, no certificate of this kind says: the page tells so.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

from asn1crypto import pem, x509

LATER = dt.timedelta(minutes=15)
"""How far the clock of a signer may run ahead of ours, or behind."""
LARGEST_CERTIFICATE = 64 * 1024
"""Bytes of a certificate; more is none."""


class Fault(Exception):
    """A signature, or a file that should hold one, is not accepted; ``code`` says why.

    Codes: ``not-pdf``, ``other-text`` (over another text, or a byte was changed), ``no-signature``,
    ``many-signatures``, ``too-large``, ``program`` (a script or a file inside), ``content`` (what
    was added changes what one reads), ``not-whole`` (bytes that no signature covers), ``broken``
    (the signature does not fit its certificate), ``weak`` (an algorithm that can be forged),
    ``untrusted``, ``expired``, ``not-yet``, ``usage`` (the certificate is not for signing),
    ``time`` (it says it was made before there was a text, or later than now), ``attached`` (the
    text stands in it), ``unreadable``, ``no-gost``, ``not-certificate``, ``not-authority``. Of
    lists of revoked certificates: ``large-list``, ``not-list``, ``partial-list``, ``future-list``,
    ``strange-list``, ``forged-list`` (`veche.city.pilots.engines.revocation`).
    """

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True)
class Signed:
    """A signature that was found valid."""

    form: str
    """``pades``, ``cades`` or ``gost``."""
    signer: str
    """The subject of the certificate, as people write it."""
    organisation: str
    """The organisation in the subject; empty: it names none."""
    issuer: str
    serial: str
    fingerprint: str
    """SHA-256 of the certificate."""
    said_at: dt.datetime | None
    """When it was made, as the signature says."""
    chain: tuple[bytes, ...] = ()
    """The certificate and those between it and an authority that is trusted, DER."""


@dataclass(frozen=True)
class Root:
    """The certificate of an authority."""

    name: str
    pem: str
    der: bytes
    fingerprint: str
    """SHA-256 of the DER."""
    not_before: dt.datetime
    not_after: dt.datetime


def loaded(data: bytes) -> x509.Certificate:
    """A certificate from DER or PEM.

    Raises:
        Fault: ``not-certificate``.
    """
    if len(data) > LARGEST_CERTIFICATE:
        raise Fault("not-certificate")
    try:
        if pem.detect(data):
            kind, _headers, data = pem.unarmor(data)
            if kind != "CERTIFICATE":
                raise Fault("not-certificate")
        found = x509.Certificate.load(data, strict=True)
        _ = found.subject.native, found.serial_number, found.not_valid_after, found.ca
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise Fault("not-certificate") from error
    return found


def read_root(data: bytes) -> Root:
    """The certificate of an authority from what somebody uploaded, DER or PEM.

    Raises:
        Fault: ``not-certificate``, or ``not-authority``: it may not issue certificates.
    """
    found = loaded(data)
    if not found.ca:
        raise Fault("not-authority")
    der = found.dump()
    return Root(
        name=words(found.subject),
        pem=pem.armor("CERTIFICATE", der).decode("ascii"),
        der=der,
        fingerprint=hashlib.sha256(der).hexdigest(),
        not_before=found.not_valid_before,
        not_after=found.not_valid_after,
    )


def words(name: x509.Name) -> str:
    """A name as people write it: the common name first, then the organisation and the country."""
    native: dict[str, Any] = dict(name.native)
    order = ("common_name", "organization_name", "organizational_unit_name", "country_name")
    said = [_flat(native[key]) for key in order if native.get(key)]
    return ", ".join(said)[:300] or str(name.human_friendly)[:300]


def organisation_of(certificate: x509.Certificate) -> str:
    """The organisation that a certificate names; empty: none."""
    return _flat(dict(certificate.subject.native).get("organization_name", ""))[:200]


def _flat(value: object) -> str:
    parts = value if isinstance(value, list) else [value]
    text = " / ".join(str(one) for one in parts)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def told(
    form: str,
    certificate: x509.Certificate,
    said_at: dt.datetime | None,
    chain: tuple[bytes, ...] = (),
) -> Signed:
    """What is kept of a valid signature."""
    return Signed(
        form=form,
        signer=words(certificate.subject),
        organisation=organisation_of(certificate),
        issuer=words(certificate.issuer),
        serial=f"{certificate.serial_number:x}"[:80],
        fingerprint=hashlib.sha256(certificate.dump()).hexdigest(),
        said_at=said_at,
        chain=chain,
    )


def check_time(
    certificate: x509.Certificate,
    said_at: dt.datetime | None,
    *,
    since: dt.datetime,
    at: dt.datetime,
) -> None:
    """The certificate is valid when the signature is brought (``at``) and when it says it was made,
    and that lies between the making of the text (``since``) and now.

    Only the moment at which we saw it is sure: what a signature says of its own time is a claim.

    Raises:
        Fault: ``not-yet``, ``expired`` or ``time``.
    """
    for moment in (at, said_at or at):
        if moment + LATER < certificate.not_valid_before:
            raise Fault("not-yet")
        if moment > certificate.not_valid_after:
            raise Fault("expired")
    if said_at is not None and not since - LATER <= said_at <= at + LATER:
        raise Fault("time")


def check_usage(certificate: x509.Certificate) -> None:
    """The certificate is for signing, as far as it says what it is for.

    Raises:
        Fault: ``usage``.
    """
    usage = certificate.key_usage_value
    if usage is not None and not usage.native & {"digital_signature", "non_repudiation"}:
        raise Fault("usage")
    if certificate.ca:
        raise Fault("usage")
