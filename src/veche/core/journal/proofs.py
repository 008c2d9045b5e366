"""The records of one matter, or by one person, with their places in the sealed log."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import OuterRef, Q, QuerySet, Subquery

from veche.core.journal.models import Erased, Leaf, Record

LONGEST = 200
"""Records on one page; the newest."""


@dataclass(frozen=True)
class Proof:
    """One record: what it says, and where it stands in the log."""

    record: int
    at: dt.datetime
    did: str
    """What happened, in words; empty where the page has none for it."""
    kind: str
    subject: str
    place: int | None
    """From zero; None: it waits to be sealed."""
    erased: bool
    """Its words were erased: the digest stands in the log and can no longer be opened."""


@dataclass(frozen=True)
class Proofs:
    """The records of a matter that are its steps, and how many others are about it."""

    lines: Sequence[Proof]
    others: int
    """Records of who looked, was told, or works on it: in the log, and nobody's business here."""


def of_matter(subject: str, procedure: str, steps: Iterable[tuple[dt.datetime, str]]) -> Proofs:
    """The steps of a matter as records, newest first.

    ``steps`` are the moments and words of the matter's steps, oldest first, as its page shows them.
    Only records of moves of its procedure are shown one by one.
    """
    said: dict[dt.datetime, deque[str]] = defaultdict(deque)
    for at, did in steps:
        said[at].append(did)
    every = Record.objects.filter(subject=subject)
    moves = every.filter(kind__startswith=f"{procedure}.")
    lines = [
        _proof(row, said[row.at].popleft() if said[row.at] else "")
        for row in reversed(_placed(moves))
    ]
    return Proofs(lines[::-1], every.exclude(kind__startswith=f"{procedure}.").count())


def by_person(person: int, kinds: Iterable[str], procedures: Iterable[str]) -> list[Proof]:
    """What a person did, newest first: records of these kinds, and moves of these procedures.

    What followed from an act (a photograph was stored, others were told) is in the log, not here.
    """
    wanted = Q(kind__in=list(kinds))
    for name in procedures:
        wanted |= Q(kind__startswith=f"{name}.")
    return [_proof(row, "") for row in _placed(Record.objects.filter(wanted, actor=person))]


def _placed(records: QuerySet[Record]) -> list[Record]:
    place = Leaf.objects.filter(record=OuterRef("pk")).values("place")
    gone = Erased.objects.filter(record=OuterRef("pk")).values("record_id")
    found = records.order_by("-id").annotate(place=Subquery(place), gone=Subquery(gone))
    return list(found.defer("public", "digest")[:LONGEST])


def _proof(row: Record, did: str) -> Proof:
    place: int | None = getattr(row, "place", None)
    gone = getattr(row, "gone", None) is not None
    return Proof(row.pk, row.at, did, row.kind, row.subject, place, gone)
