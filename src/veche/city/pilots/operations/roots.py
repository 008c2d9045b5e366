"""Whose signatures the city accepts: a keeper of the city's rules says, with a reason."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Q

from veche.city.pilots.engines.certificates import Fault, read_root
from veche.city.pilots.models import TrustedRoot
from veche.city.pilots.operations.refusals_agreements import (
    AuthorityExpired,
    NotACertificate,
    NotAnAuthority,
    NotTrusted,
    TrustedAlready,
)
from veche.core.journal.operations import record
from veche.core.organisations.access import check_keeps_rules
from veche.operation import operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.people.models import Person

LEAST, MOST = 3, 500


def trusted(at: dt.datetime) -> list[bytes]:
    """The authorities that the city trusts at a moment, DER."""
    now = Q(since__lte=at) & (Q(until__isnull=True) | Q(until__gt=at))
    pems = TrustedRoot.objects.filter(now).values_list("certificate", flat=True)
    return [read_root(one.encode()).der for one in pems]


@operation
def trust(*, by: Person | None, at: dt.datetime, data: bytes, because: str) -> TrustedRoot:
    """Accept signatures whose certificates come from this authority, from now on. ``data`` is its
    certificate, PEM or DER.

    Raises:
        veche.core.organisations.access.NotARuleKeeper: the person sets no rules of the city.
        NotACertificate, NotAnAuthority, AuthorityExpired: what was sent is not that.
        TrustedAlready: it is on the list.
        veche.texts.TextLength: the reason is missing or too long.
    """
    check_keeps_rules(by, at)
    try:
        root = read_root(data)
    except Fault as fault:
        raise (NotAnAuthority if fault.code == "not-authority" else NotACertificate) from fault
    if root.not_after < at:
        raise AuthorityExpired
    because = sized(because, LEAST, MOST)
    rows = TrustedRoot.objects.select_for_update()
    found = rows.filter(fingerprint=root.fingerprint).first()
    if found is None:
        found = TrustedRoot(
            name=root.name[:200], certificate=root.pem, fingerprint=root.fingerprint
        )
    elif found.until is None or found.until > at:
        raise TrustedAlready
    found.since, found.until, found.because = at, None, because
    try:
        with transaction.atomic():
            found.save()
    except IntegrityError as twice:  # sent twice at the same moment
        raise TrustedAlready from twice
    record(
        kind="pilots.root-trusted",
        by=by,
        at=at,
        subject=f"root:{found.fingerprint[:16]}",
        public={"name": found.name, "fingerprint": found.fingerprint, "because": because},
    )
    return found


@operation
def distrust(*, by: Person | None, at: dt.datetime, root: TrustedRoot, because: str) -> TrustedRoot:
    """No longer accept signatures of an authority. What was signed before stays written, but a
    trial whose agreement rests on it cannot begin.

    Raises:
        veche.core.organisations.access.NotARuleKeeper: the person sets no rules of the city.
        NotTrusted: it is not trusted now.
        veche.texts.TextLength: the reason is missing or too long.
    """
    check_keeps_rules(by, at)
    because = sized(because, LEAST, MOST)
    root = TrustedRoot.objects.select_for_update().get(pk=root.pk)
    if root.until is not None and root.until <= at:
        raise NotTrusted
    root.until, root.because = at, because
    root.save(update_fields=["until", "because"])
    record(
        kind="pilots.root-distrusted",
        by=by,
        at=at,
        subject=f"root:{root.fingerprint[:16]}",
        public={"name": root.name, "fingerprint": root.fingerprint, "because": because},
    )
    return root
