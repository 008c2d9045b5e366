"""Detached signatures (CMS and CAdES, RFC 5652 and 5126): a small file beside the text.

Those by GOST R 34.10-2012 are judged by OpenSSL (see `veche.city.pilots.engines.gost`), all others
by pyHanko.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import logging
import re
from collections.abc import Collection
from io import BytesIO
from typing import Any

from asn1crypto import cms, pem, x509
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation.generic_cms import (
    async_validate_detached_cms,
    extract_self_reported_ts,
)

from veche.city.pilots.engines import gost
from veche.city.pilots.engines.certificates import Fault, Signed, check_time, check_usage, told
from veche.city.pilots.engines.chains import USAGE, check_status, check_strong, context, wait
from veche.city.pilots.engines.standing import chain_of

MOST_BYTES = 256 * 1024
"""Bytes of a detached signature, with its chain."""
_log = logging.getLogger(__name__)


def check_detached(
    *, text: bytes, data: bytes, roots: Collection[bytes], since: dt.datetime, at: dt.datetime
) -> Signed:
    """Judge a detached signature over ``text``, DER, PEM or base64.

    ``roots`` are the trusted authorities, DER; ``since`` is when the text was made; ``at`` when the
    signature was brought.

    Raises:
        Fault: why it is not accepted.
    """
    if len(data) > MOST_BYTES:
        raise Fault("too-large")
    try:
        return _judged(text, data, roots, since, at)
    except Fault:
        raise
    except Exception as error:  # a hostile file can break a reader of ASN.1 in any way there is
        _log.info("a detached signature could not be judged: %r", error)
        raise Fault("unreadable") from error


def _judged(
    text: bytes, data: bytes, roots: Collection[bytes], since: dt.datetime, at: dt.datetime
) -> Signed:
    der = unarmoured(data)
    content = cms.ContentInfo.load(der, strict=True)
    if content["content_type"].native != "signed_data":
        raise Fault("unreadable")
    signed: Any = content["content"]
    if signed["encap_content_info"]["content"].native is not None:
        raise Fault("attached")
    infos = signed["signer_infos"]
    if len(infos) != 1:
        raise Fault("many-signatures" if len(infos) else "no-signature")
    info = infos[0]
    # Without them a signature over other bytes can be passed off as one over these attributes.
    if not info["signed_attrs"].native:
        raise Fault("unreadable")
    said_at = extract_self_reported_ts(info)
    if gost.is_gost(info["digest_algorithm"]["algorithm"].dotted):
        signer = gost.verify(text=text, der=der, roots=roots, at=at)
        check_usage(signer)
        check_time(signer, said_at, since=since, at=at)
        return told("gost", signer, said_at, chain_of(signer, _others(signed), roots))
    certificates = extract_certificate_info(signed)
    signer = certificates.signer_cert
    check_usage(signer)
    check_strong(signer, info["digest_algorithm"]["algorithm"].native)
    check_time(signer, said_at, since=since, at=at)
    trusted = context(roots, certificates.other_certs, at)
    check_status(
        wait(
            async_validate_detached_cms(
                BytesIO(text), signed, signer_validation_context=trusted, key_usage_settings=USAGE
            )
        )
    )
    return told("cades", signer, said_at, chain_of(signer, certificates.other_certs, roots))


def certificates_in(data: bytes, roots: Collection[bytes]) -> tuple[bytes, ...]:
    """The certificate by which a detached signature says it was made, and those above it, DER;
    nothing is judged. Empty: it cannot be told.
    """
    try:
        signed: Any = cms.ContentInfo.load(unarmoured(data), strict=True)["content"]
        serial = signed["signer_infos"][0]["sid"].chosen["serial_number"].native
        others = _others(signed)
        leaf = next(one for one in others if one.serial_number == serial)
    except (Fault, ValueError, TypeError, KeyError, LookupError, StopIteration):
        return ()
    return chain_of(leaf, others, roots)


def _others(signed: Any) -> list[x509.Certificate]:
    """The certificates that came with a signature."""
    return [one.chosen for one in signed["certificates"] if one.name == "certificate"]


def unarmoured(data: bytes) -> bytes:
    """The DER of a signature that came as DER, PEM or base64.

    Raises:
        Fault: ``unreadable``.
    """
    if data[:1] == b"\x30":
        return data
    try:
        if pem.detect(data):
            return bytes(pem.unarmor(data)[2])
        bare = re.sub(rb"\s", b"", data.removeprefix(b"\xef\xbb\xbf"))
        return base64.b64decode(bare, validate=True)
    except (ValueError, binascii.Error) as error:
        raise Fault("unreadable") from error
