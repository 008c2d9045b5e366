"""What a person's own pages say of votes: where they may vote, and where they did."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

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


def open_to(person: Person) -> list[Mine]:
    """The votes a person may vote in now, those not voted in first, then what closes next."""
    return _of(person, RUNNING)


def coming_to(person: Person) -> list[Mine]:
    """The announced votes on whose roll a person stands."""
    return _of(person, BEFORE)


def _of(person: Person, states: tuple[str, ...]) -> list[Mine]:
    rows = (
        RollEntry.objects.filter(person=person, struck_at=None, vote__case__state__in=states)
        .select_related("vote", "vote__case", "vote__case__territory", "territory")
        .annotate(
            part=Exists(Part.objects.filter(entry=OuterRef("pk"))),
            waits=Exists(Ballot.objects.filter(entry=OuterRef("pk"), place=None)),
        )
    )
    found = [Mine(row.vote, row, bool(row.part or row.waits)) for row in rows]
    return sorted(found, key=lambda one: (one.took_part, one.vote.closes_at, one.vote.pk))


def parts(person: Person, votes: list[int]) -> dict[int, bool]:
    """Of some votes those on whose roll a person stands: whether they took part; one query."""
    rows = (
        RollEntry.objects.filter(person=person, struck_at=None, vote__in=votes)
        .annotate(
            part=Exists(Part.objects.filter(entry=OuterRef("pk"))),
            waits=Exists(Ballot.objects.filter(entry=OuterRef("pk"), place=None)),
        )
        .values_list("vote_id", "part", "waits")
    )
    return {vote: bool(part or waits) for vote, part, waits in rows}


def entry_of(vote: Vote, person: Person | None) -> Mine | None:
    """Where a person stands on the roll of a vote; None when they do not."""
    if person is None:
        return None
    entry = (
        RollEntry.objects.filter(vote=vote, person=person, struck_at=None)
        .select_related("territory")
        .annotate(
            part=Exists(Part.objects.filter(entry=OuterRef("pk"))),
            waits=Exists(Ballot.objects.filter(entry=OuterRef("pk"), place=None)),
        )
        .first()
    )
    return None if entry is None else Mine(vote, entry, bool(entry.part or entry.waits))


def code_of(vote: Vote, person: Person | None) -> str:
    """The code a person's ballots stand under, in hexadecimal; empty where it was erased."""
    if person is None:
        return ""
    voter = Voter.objects.filter(vote=vote, entry__person=person).first()
    return bytes(voter.code).hex() if voter else ""
