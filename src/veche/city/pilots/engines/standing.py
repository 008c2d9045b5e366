"""What lists of revoked certificates say of a certificate and of those above it. Pure.

What a list says stays true after it ran out: who is named in it is revoked. Who is not named is
found good by a list in force alone.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from asn1crypto import x509 as asn1
from cryptography import x509

from veche.city.pilots.engines.certificates import LATER

LONGEST_CHAIN = 6
"""Certificates between a signer and an authority that the city trusts."""


@dataclass(frozen=True)
class Told:
    """What an authority said, checked: a list, or an answer about one certificate."""

    kind: str
    """``list`` or ``answer``."""
    issuer: str
    """The authority, as people write it."""
    name: str
    """SHA-256 of its name in canonical form."""
    key: str
    """Identifier of its key, hexadecimal; empty: it names none."""
    part: str
    """Digest of what part of its certificates a list is about; of an answer the number of the
    certificate, hexadecimal; empty: the one list of all."""
    issued_at: dt.datetime
    next_at: dt.datetime | None
    der: bytes
    count: int = 0
    since: dt.datetime | None = None
    """Of an answer: since when the certificate is revoked."""

    @property
    def digest(self) -> str:
        """SHA-256 of it."""
        return hashlib.sha256(self.der).hexdigest()


@dataclass(frozen=True)
class Standing:
    """What is known of a certificate, and of those between it and the authority.

    ``code``: ``good``; ``old``, no list names it but the newest had run out; ``unknown``, of one of
    them there is no list; ``revoked`` before the moment asked about; ``later``, after it.
    """

    code: str
    list_at: dt.datetime | None = None
    """When the list was issued; of several the oldest."""
    since: dt.datetime | None = None


UNKNOWN = Standing("unknown")


def name_of(name: asn1.Name) -> str:
    """SHA-256 of a name in canonical form: the same for every way to write it."""
    return hashlib.sha256(str(name.hashable).encode()).hexdigest()


def chain_of(
    leaf: asn1.Certificate, others: Iterable[asn1.Certificate], roots: Collection[bytes]
) -> tuple[bytes, ...]:
    """The certificate and those between it and an authority that is trusted, DER, without that."""
    known, chain = list(others), [leaf]
    trusted = [asn1.Certificate.load(der) for der in roots]
    while len(chain) < LONGEST_CHAIN:
        last = chain[-1]
        if any(issued_by(one, last) for one in trusted):
            break
        above = next((one for one in known if one.ca and issued_by(one, last)), None)
        if above is None or above in chain:
            break
        chain.append(above)
    return tuple(one.dump() for one in chain)


def issued_by(above: asn1.Certificate, below: asn1.Certificate) -> bool:
    """Whether one names the other as who issued it: by name, and by key where both tell it."""
    if above.subject != below.issuer:
        return False
    own, said = above.key_identifier, below.authority_key_identifier
    return own is None or said is None or own == said


def urls(names: Iterable[x509.GeneralName] | None) -> list[str]:
    """The addresses among names."""
    return [one.value for one in names or () if isinstance(one, x509.UniformResourceIdentifier)]


def wanted(chain: Sequence[bytes]) -> set[str]:
    """The names (`Told.name`) of whose lists speak of a chain."""
    return {name_of(asn1.Certificate.load(der).issuer) for der in chain}


def standing(chain: Sequence[bytes], told: Iterable[Told], at: dt.datetime) -> Standing:
    """What lists and answers say of a chain (the signer's certificate first) at a moment."""
    known = list(told)
    found = [_one(der, known, at) for der in chain] or [UNKNOWN]
    worst = ("revoked", "later", "unknown", "old", "good")
    code = min((one.code for one in found), key=worst.index)
    said = [one for one in found if one.code == code]
    ends = [one.since for one in said if one.since is not None]
    dates = [one.list_at for one in (said if code != "good" else found) if one.list_at is not None]
    return Standing(code, min(dates, default=None), min(ends, default=None))


def _one(der: bytes, told: Sequence[Told], at: dt.datetime) -> Standing:
    """What is said of one certificate."""
    certificate = x509.load_der_x509_certificate(der)
    parsed = asn1.Certificate.load(der)
    name, key = name_of(parsed.issuer), (parsed.authority_key_identifier or b"").hex()
    good: list[Told] = []
    for one in told:
        if one.name != name or (one.key and key and one.key != key):
            continue
        if one.kind == "answer":
            if one.part != f"{parsed.serial_number:x}":
                continue
            since = one.since
        else:
            crl = x509.load_der_x509_crl(one.der)
            since = _since(crl, certificate.serial_number)
            if since is None and not _about(crl, certificate):
                continue
        if since is not None:
            return Standing("revoked" if since <= at + LATER else "later", one.issued_at, since)
        good.append(one)
    if not good:
        return UNKNOWN
    newest = max(good, key=lambda one: one.issued_at)
    over = newest.next_at is not None and newest.next_at < at
    return Standing("old" if over else "good", newest.issued_at)


def _since(crl: x509.CertificateRevocationList, serial: int) -> dt.datetime | None:
    """Since when a list names a certificate: the day of the revocation, or from which its key is
    held to be lost, if that is earlier."""
    entry = crl.get_revoked_certificate_by_serial_number(serial)
    if entry is None:
        return None
    since = entry.revocation_date_utc
    for extension in entry.extensions:
        if isinstance(extension.value, x509.InvalidityDate):
            since = min(since, extension.value.invalidity_date_utc)
    return since


def _about(crl: x509.CertificateRevocationList, certificate: x509.Certificate) -> bool:
    """Whether a list that does not name a certificate would name it if it were revoked: it may be
    about authorities only, or about a part of all."""
    try:
        scope = crl.extensions.get_extension_for_class(x509.IssuingDistributionPoint).value
    except x509.ExtensionNotFound:
        return True
    try:
        basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
        authority = bool(basic.ca)
    except x509.ExtensionNotFound:
        authority = False
    if (scope.only_contains_ca_certs and not authority) or (
        scope.only_contains_user_certs and authority
    ):
        return False
    part = set(urls(scope.full_name))
    return not part or bool(part & set(places(certificate)))


def places(certificate: x509.Certificate) -> list[str]:
    """Where a certificate says that its authority publishes its list."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    return [url for one in found for url in urls(one.full_name)]
