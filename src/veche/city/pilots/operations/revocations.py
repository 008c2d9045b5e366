"""Lists of revoked certificates are taken, from files or where the city allows it from the
authorities themselves, and the signatures that are kept are looked at by them.

Nothing here is asked for within somebody's visit: a page reads what is held.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection

from veche.city.pilots.engines.certificates import Fault
from veche.city.pilots.engines.standing import UNKNOWN, Standing, Told, standing, wanted
from veche.city.pilots.models import Agreement, RevocationList, Signature, SignatureLook
from veche.city.pilots.operations.refusals_revocations import NotAList, OlderList, SameList
from veche.city.pilots.operations.roots import trusted
from veche.core.journal.operations import record
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

Chain = tuple[bytes, ...]
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('pilots.revocations'))"


@operation
def take_list(
    *,
    by: Person | None,
    at: dt.datetime,
    data: bytes,
    source: str,
    others: Collection[bytes] = (),
    about: Chain = (),
) -> RevocationList:
    """Hold a list of revoked certificates from now on, in the place of an older one; with ``about``
    (a certificate and those above it) an answer about that one. ``others`` are certificates of
    authorities between a trusted one and the list's.

    Raises:
        NotAList: it is none, or nobody whom the city trusts signed it.
        OlderList: a newer one is held.
        SameList: this very one is held.
    """
    from veche.city.pilots.engines import revocation  # slow to load

    roots = trusted(at)
    try:
        told = (
            revocation.read_answer(data, chain=about, roots=roots, at=at)
            if about
            else revocation.read_list(data, roots=roots, others=others, at=at)
        )
    except Fault as fault:
        raise NotAList(why=fault.code) from fault
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)  # two that bring lists at once wait for each other
    place: dict[str, Any] = {
        "kind": told.kind,
        "name": told.name,
        "key": told.key,
        "part": told.part,
    }
    held = RevocationList.objects.filter(**place).only("digest", "issued_at").first()
    if held is not None:
        if held.digest == told.digest:
            raise SameList(issuer=told.issuer)
        if held.issued_at > told.issued_at:
            raise OlderList(issuer=told.issuer, held=f"{held.issued_at:%Y-%m-%d %H:%M} UTC")
    made, _new = RevocationList.objects.update_or_create(
        **place,
        defaults={
            "issuer": told.issuer, "issued_at": told.issued_at, "next_at": told.next_at,
            "since": told.since, "count": told.count, "digest": told.digest, "body": told.der,
            "source": source[:300], "at": at, "by": by,
        },
    )  # fmt: skip
    record(
        kind="pilots.revocations-taken",
        by=by,
        at=at,
        subject=f"revocations:{told.name[:16]}",
        public={
            "issuer": told.issuer, "kind": told.kind, "issued_at": told.issued_at.isoformat(),
            "digest": told.digest, "names": told.count,
        },
    )  # fmt: skip
    return made


def said_of(chain: Chain, at: dt.datetime) -> Standing:
    """What the lists that are held say of a certificate and those above it."""
    if not chain:
        return UNKNOWN
    rows = RevocationList.objects.filter(name__in=wanted(chain))
    return standing(chain, [_told(one) for one in rows], at)


def _told(row: RevocationList) -> Told:
    return Told(
        row.kind, row.issuer, row.name, row.key, row.part, row.issued_at, row.next_at,
        bytes(row.body), row.count, row.since,
    )  # fmt: skip


@inside
def note_look(*, at: dt.datetime, signature: Signature, found: Standing) -> SignatureLook:
    """Keep what was said of the certificate of a signature."""
    return SignatureLook.objects.create(
        signature=signature, standing=found.code, list_at=found.list_at, since=found.since, at=at
    )


def chains_of(agreement: Agreement, rows: Sequence[Signature], at: dt.datetime) -> dict[int, Chain]:
    """The certificates of the signatures of an agreement, each with those above it, by the number
    of the signature."""
    from veche.city.pilots.engines import cades, pades  # slow to load

    roots = trusted(at)
    inside_pdf = (
        pades.certificates_in(bytes(agreement.signed or b""), roots)
        if any(one.form == Signature.Form.PADES for one in rows)
        else {}
    )
    return {
        one.pk: inside_pdf.get(one.fingerprint, ())
        if one.form == Signature.Form.PADES
        else cades.certificates_in(bytes(one.detached or b""), roots)
        for one in rows
    }


def in_force() -> list[Agreement]:
    """The agreements whose signatures matter: those that have not ended, of applications that still
    go on."""
    rows = Agreement.objects.filter(ended_at__isnull=True, application__case__closed_at=None)
    return list(rows.filter(parties__signature__isnull=False).distinct().order_by("pk"))


@operation
def look_again(*, by: Person | None, at: dt.datetime) -> dict[str, int]:
    """Look at every signature that matters by the lists that are held now, and keep what is
    different from the last look. Returns how many signatures stand how."""
    counts: dict[str, int] = {}
    news: list[dict[str, str]] = []
    for agreement in in_force():
        rows = list(Signature.objects.filter(party__agreement=agreement).select_related("party"))
        chains = chains_of(agreement, rows, at)
        for one in rows:
            found = said_of(chains[one.pk], one.at)
            counts[found.code] = counts.get(found.code, 0) + 1
            last = one.looks.order_by("-at", "-pk").first()
            before = Standing(last.standing, last.list_at, last.since) if last else UNKNOWN
            if found != before:
                note_look(at=at, signature=one, found=found)
                if found.since is not None:
                    news.append({"certificate": one.fingerprint, "standing": found.code})
    record(
        kind="pilots.signatures-looked-at",
        by=by,
        at=at,
        subject="pilots",
        public={"standing": counts, "revoked": news},
    )
    return counts


@dataclass(frozen=True)
class Taken:
    """What became of lists that were brought."""

    taken: tuple[RevocationList, ...]
    known: tuple[str, ...]
    """Names of those that are held already."""
    left: tuple[tuple[str, str], ...]
    """Names of the others, and why they are not taken."""


def take_many(
    *,
    at: dt.datetime,
    by: Person | None,
    found: Sequence[tuple[str, bytes, Chain]],
    others: Collection[bytes] = (),
) -> Taken:
    """Take what is new among lists, each an operation of its own; then look at the signatures
    again, if there was anything. ``found``: name, bytes, and of an answer what it is about."""
    taken: list[RevocationList] = []
    known: list[str] = []
    left: list[tuple[str, str]] = []
    for source, data, about in found:
        try:
            made = take_list(by=by, at=at, data=data, source=source, others=others, about=about)
            taken.append(made)
        except SameList:
            known.append(source)
        except (NotAList, OlderList) as refusal:
            left.append((source, str(refusal)))
    if taken:
        look_again(by=by, at=at)
    return Taken(tuple(taken), tuple(known), tuple(left))
