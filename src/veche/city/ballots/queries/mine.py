"""What a person's own pages say of votes: where they may vote, and where they did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from veche.city.ballots.models import Ballot, Part, RollEntry, Vote, Voter
from veche.city.ballots.procedure import BEFORE, RUNNING
from veche.core.people.models import Person


@dataclass(frozen=True)
class Mine:
    """A vote on whose roll a person stands."""

    vote: Vote
    entry: RollEntry
    took_part: bool
    """Whether a ballot of theirs was taken, by whatever channel."""


def _entries(person: Person) -> QuerySet[RollEntry]:
    """A person's entries, each with ``part`` and ``cast``: whether part was taken, as the count
    knows it, and whether a ballot stands under their code, placed or not.

    Ballots are found by vote and code: by the entry they came from no index leads to them.
    """
    code = Voter.objects.filter(entry=OuterRef(OuterRef("pk"))).values("code")
    return RollEntry.objects.filter(person=person, struck_at=None).annotate(
        part=Exists(Part.objects.filter(entry=OuterRef("pk"))),
        cast=Exists(Ballot.objects.filter(vote=OuterRef("vote"), code=Subquery(code))),
    )


def open_to(person: Person) -> list[Mine]:
    """The votes a person may vote in now, those not voted in first, then what closes next."""
    return _of(person, RUNNING)


def coming_to(person: Person) -> list[Mine]:
    """The announced votes on whose roll a person stands."""
    return _of(person, BEFORE)


def _of(person: Person, states: tuple[str, ...]) -> list[Mine]:
    rows = (
        _entries(person)
        .filter(vote__case__state__in=states)
        .select_related("vote", "vote__case", "vote__case__territory", "territory")
    )
    found = [_mine(row.vote, row) for row in rows]
    return sorted(found, key=lambda one: (one.took_part, one.vote.closes_at, one.vote.pk))


def parts(person: Person, votes: list[int]) -> dict[int, bool]:
    """Of some votes those on whose roll a person stands: whether they took part; one query."""
    rows = _entries(person).filter(vote__in=votes).only("vote_id")
    return {row.vote_id: _took_part(row) for row in rows}


def entry_of(vote: Vote, person: Person | None) -> Mine | None:
    """Where a person stands on the roll of a vote; None when they do not."""
    if person is None:
        return None
    entry = _entries(person).filter(vote=vote).select_related("territory").first()
    return None if entry is None else _mine(vote, entry)


def _mine(vote: Vote, entry: RollEntry) -> Mine:
    return Mine(vote, entry, _took_part(entry))


def _took_part(entry: Any) -> bool:
    """Of an entry of `_entries`."""
    return bool(entry.part or entry.cast)


def code_of(vote: Vote, person: Person | None) -> str:
    """The code a person's ballots stand under, in hexadecimal; empty where it was erased."""
    if person is None:
        return ""
    voter = Voter.objects.filter(vote=vote, entry__person=person).first()
    return bytes(voter.code).hex() if voter else ""
