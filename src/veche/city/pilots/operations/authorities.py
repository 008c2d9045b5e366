"""Authorities are asked for their lists of revoked certificates, where the city allows it: by the
worker or by a command, never while a page is made.

Where a certificate names a list, that is fetched; where it names only a place that answers about
one certificate (OCSP), that is asked, which tells the authority whose certificate interests us.
What comes is bounded in size and time and reaches public addresses alone.
"""

from __future__ import annotations

import base64
import datetime as dt
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from django.conf import settings

from veche.city.pilots.engines.revocation import MOST_BYTES
from veche.city.pilots.engines.standing import places
from veche.city.pilots.models import Signature
from veche.city.pilots.operations.refusals_revocations import FetchingOff
from veche.city.pilots.operations.revocations import Chain, Taken, chains_of, in_force, take_many
from veche.city.pilots.operations.roots import trusted
from veche.city.pulse.connectors.base import Fault as NoAnswer
from veche.city.pulse.connectors.net import within
from veche.core.journal.models import Record
from veche.core.journal.operations import record
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

EVERY = dt.timedelta(hours=6)
"""How often the worker asks."""
SECONDS = 300.0
"""How long it asks, all authorities together."""
MOST_ASKED = 60
"""Addresses that are asked at a time."""
_OCSP = x509.oid.AuthorityInformationAccessOID.OCSP


def asked(chains: Iterable[Chain], roots: Iterable[bytes]) -> dict[str, Chain]:
    """The addresses that the certificates of some chains name: of a list with nothing beside it, of
    an answer with the certificate that it is about and those above it."""
    found: dict[str, Chain] = {}
    known = [x509.load_der_x509_certificate(der) for der in roots]
    for chain in chains:
        for place, der in enumerate(chain):
            one = x509.load_der_x509_certificate(der)
            lists = [url for url in places(one) if url.lower().startswith(("http://", "https://"))]
            if lists:
                found.setdefault(lists[0], ())
                continue
            rest = chain[place:]
            above = [x509.load_der_x509_certificate(other) for other in rest[1:]] + known
            found.update((url, rest) for url in _questions(one, above))
    return found


def _questions(one: x509.Certificate, above: Iterable[x509.Certificate]) -> Iterator[str]:
    """The address that answers about a certificate, with the question in it (RFC 6960, A.1)."""
    issuer = next((other for other in above if other.subject == one.issuer), None)
    try:
        access = one.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, ValueError):
        return
    at = next(
        (each.access_location.value for each in access if each.access_method == _OCSP
         and isinstance(each.access_location, x509.UniformResourceIdentifier)),
        "",
    )  # fmt: skip
    if issuer is None or not at.lower().startswith(("http://", "https://")):
        return
    # The identifier of the issuer is one of names and keys, not a signature: SHA-1 is what
    # responders know.
    builder = ocsp.OCSPRequestBuilder().add_certificate(one, issuer, hashes.SHA1())
    question = builder.build().public_bytes(Encoding.DER)
    yield f"{at.rstrip('/')}/{quote(base64.b64encode(question).decode(), safe='')}"


def fetch_lists(*, at: dt.datetime, by: Person | None = None) -> Taken:
    """Ask the authorities of all signatures that matter, and take what is new.

    Raises:
        FetchingOff: the city asks nobody.
    """
    if not settings.REVOCATION_FETCH:
        raise FetchingOff
    chains: list[Chain] = []
    for agreement in in_force():
        rows = list(Signature.objects.filter(party__agreement=agreement))
        chains += chains_of(agreement, rows, at).values()
    addresses = asked(chains, trusted(at))
    others = {der for chain in chains for der in chain[1:]}
    fetch, until = within(SECONDS), time.monotonic() + SECONDS
    found: list[tuple[str, bytes, Chain]] = []
    left: list[tuple[str, str]] = []
    for address, about in list(addresses.items())[:MOST_ASKED]:
        if time.monotonic() > until:
            break
        try:
            found.append((address, fetch(address, None, MOST_BYTES), about))
        except NoAnswer as fault:
            left.append((address, str(fault)))
    done = take_many(by=by, at=at, found=found, others=others)
    return replace(done, left=(*left, *done.left))


@operation
def ask_authorities(*, by: Person | None, at: dt.datetime) -> None:
    """Queue the asking of all authorities."""
    from veche.city.pilots.tasks import fetch_revocations

    fetch_revocations.defer()
    record(kind="pilots.authorities-asked", by=by, at=at, subject="pilots", public={})


def sweep_revocations(*, at: dt.datetime) -> None:
    """The timer: every six hours where the city asks at all."""
    if not settings.REVOCATION_FETCH:
        return
    last = Record.objects.filter(kind="pilots.authorities-asked").order_by("-id").first()
    if last is None or not dt.timedelta() <= at - last.at < EVERY:
        ask_authorities(by=None, at=at)
