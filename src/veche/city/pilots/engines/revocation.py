"""Lists of revoked certificates (CRL, RFC 5280) and answers about one (OCSP, RFC 6960) are taken.

One is taken only where its signature is that of an authority the city trusts, or of one that such
an authority certified; it counts only for certificates of that very name and key
(`veche.city.pilots.engines.standing`). Pure: no database, and nothing is fetched here.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Sequence

from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import pem
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import RevokedError
from pyhanko_certvalidator.revinfo.validate_ocsp import verify_ocsp_response

from veche.city.pilots.engines import gost
from veche.city.pilots.engines.certificates import LATER, Fault, words
from veche.city.pilots.engines.chains import wait
from veche.city.pilots.engines.standing import LONGEST_CHAIN, Told, issued_by, name_of, urls

MOST_BYTES = 32 * 1024 * 1024
"""Bytes of a list; the largest that authorities of whole countries publish hold some millions."""


def read_list(
    data: bytes, *, roots: Collection[bytes], others: Iterable[bytes], at: dt.datetime
) -> Told:
    """A list of revoked certificates, DER or PEM, whose signature fits an authority that is trusted
    (``roots``, DER), or one that such an authority certified and that is among ``others``.

    Raises:
        Fault: ``large-list``; ``not-list``; ``partial-list``, it is about changes, reasons or
            other authorities only; ``future-list``; ``strange-list``, no such authority;
            ``forged-list``, the signature is not that of whom it names.
    """
    if len(data) > MOST_BYTES:
        raise Fault("large-list")
    try:
        if pem.detect(data[:4096]):
            kind, _headers, data = pem.unarmor(data)
            if kind != "X509 CRL":
                raise Fault("not-list")
        crl = x509.load_der_x509_crl(data)
        issuer = asn1.Name.load(crl.issuer.public_bytes())
        key, part = _scope(crl)
        issued_at, next_at, count = crl.last_update_utc, crl.next_update_utc, len(crl)
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise Fault("not-list") from error
    if issued_at > at + LATER:
        raise Fault("future-list")
    made = Told("list", words(issuer), name_of(issuer), key, part, issued_at, next_at, data, count)
    candidates = [one for one in _authorities(roots, others) if one.subject == issuer]
    if not candidates:
        raise Fault("strange-list")
    if not any(_made_by(crl, data, one) for one in candidates):
        raise Fault("forged-list")
    return made


def _scope(crl: x509.CertificateRevocationList) -> tuple[str, str]:
    """The key a list names, and which part of the certificates it is about.

    Raises:
        Fault: ``partial-list``.
    """
    key, part = "", ""
    for extension in crl.extensions:
        value = extension.value
        if isinstance(value, x509.AuthorityKeyIdentifier):
            key = (value.key_identifier or b"").hex()
        elif isinstance(value, x509.DeltaCRLIndicator):
            raise Fault("partial-list")
        elif isinstance(value, x509.IssuingDistributionPoint):
            if (
                value.indirect_crl
                or value.only_some_reasons
                or value.only_contains_attribute_certs
                or value.relative_name is not None
            ):
                raise Fault("partial-list")
            part = _part(urls(value.full_name), value)
        elif extension.critical and isinstance(value, x509.UnrecognizedExtension):
            raise Fault("partial-list")
    return key, part


def _part(urls: Collection[str], value: x509.IssuingDistributionPoint) -> str:
    kind = "user" if value.only_contains_user_certs else ""
    kind = "ca" if value.only_contains_ca_certs else kind
    text = "\n".join([kind, *sorted(urls)])
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def _authorities(roots: Collection[bytes], others: Iterable[bytes]) -> list[asn1.Certificate]:
    """Who may make lists: those who are trusted, and whom they certified, step by step."""
    known = [asn1.Certificate.load(der) for der in roots]
    waiting = [one for one in map(asn1.Certificate.load, others) if one.ca]
    for _step in range(LONGEST_CHAIN):
        new = [one for one in waiting if any(_certified(above, one) for above in known)]
        if not new:
            break
        known += new
        waiting = [one for one in waiting if one not in new]
    return known


def _certified(above: asn1.Certificate, below: asn1.Certificate) -> bool:
    if not issued_by(above, below):
        return False
    try:
        x509.load_der_x509_certificate(below.dump()).verify_directly_issued_by(
            x509.load_der_x509_certificate(above.dump())
        )
    except Exception:  # of another kind for every way in which it does not fit
        return False
    return True


def _made_by(crl: x509.CertificateRevocationList, der: bytes, authority: asn1.Certificate) -> bool:
    """Whether the signature of a list is that of an authority, which may make lists."""
    usage = authority.key_usage_value
    if usage is not None and "crl_sign" not in usage.native:
        return False
    try:
        key = x509.load_der_x509_certificate(authority.dump()).public_key()
        return crl.is_signature_valid(key)  # type: ignore[arg-type]  # others raise TypeError
    except (UnsupportedAlgorithm, ValueError):
        return gost.made_list(der, authority)  # of another family, or of none that is known
    except TypeError:
        return False


def read_answer(data: bytes, *, chain: Sequence[bytes], roots: Collection[bytes],
                at: dt.datetime) -> Told:  # fmt: skip
    """An answer about the first certificate of a chain, whose signature fits its authority.

    Raises:
        Fault: ``not-list``: it is no answer, or one that knows nothing; ``forged-list``.
    """
    leaf = asn1.Certificate.load(chain[0])
    try:
        answer = asn1_ocsp.OCSPResponse.load(data, strict=True)
        if answer["response_status"].native != "successful":
            raise Fault("not-list")
        (one,) = answer.response_data["responses"]
        status = one["cert_status"].name
        issued_at, next_at = one["this_update"].native, one["next_update"].native
        revoked = one["cert_status"].chosen if status == "revoked" else None
        since = revoked["revocation_time"].native if revoked is not None else None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Fault("not-list") from error
    try:
        wait(_verify_answer(answer, [asn1.Certificate.load(der) for der in chain], roots, at))
    except RevokedError:
        if since is None:
            raise Fault("forged-list") from None
    except Exception as error:  # pyHanko has a kind of error for each of many faults
        raise Fault("forged-list") from error
    else:
        if status != "good":
            raise Fault("not-list")
    key = leaf.authority_key_identifier
    return Told(
        "answer", words(leaf.issuer), name_of(leaf.issuer), (key or b"").hex(),
        f"{leaf.serial_number:x}", issued_at, next_at, data, int(since is not None), since,
    )  # fmt: skip


async def _verify_answer(
    answer: asn1_ocsp.OCSPResponse,
    chain: Sequence[asn1.Certificate],
    roots: Collection[bytes],
    at: dt.datetime,
) -> None:
    trusted = [asn1.Certificate.load(der) for der in roots]

    def context(**more: object) -> ValidationContext:
        return ValidationContext(
            trust_roots=trusted, other_certs=list(chain[1:]), moment=at, best_signature_time=at,
            allow_fetching=False, revocation_mode="soft-fail", **more,  # type: ignore[arg-type]
        )  # fmt: skip

    validator = CertificateValidator(chain[0], list(chain[1:]), context())
    path = await validator.async_validate_path()
    await verify_ocsp_response(chain[0], path, context(ocsps=[answer]))
