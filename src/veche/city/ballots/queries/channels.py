"""What a counter, a kiosk and the count of paper need to know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from veche.city.ballots.models import (
    Batch,
    Booth,
    Mark,
    PutBack,
    Reading,
    RollEntry,
    Vote,
    VoteAppeal,
)
from veche.city.ballots.paper_lines import totals
from veche.city.ballots.procedure import COMMISSIONER, POLL_CLERK
from veche.city.ballots.queries.votes import config_of, votes
from veche.core.organisations.access import covers
from veche.core.organisations.models import Holding
from veche.core.people.models import Person
from veche.core.places.models import Territory
from veche.errors import NotFound

IN_PERSON = ("kiosk", "paper")
AT_WORK = ("published", "open", "suspended", "closed")
"""States of a vote in which a counter has something to do."""
_APPEALED = ("provisional", "appeal")
MOST_FOUND = 8
SHORTEST_NAME = 3
UNDECIDED = (Batch.State.EMPTY, Batch.State.ONCE, Batch.State.DIFFERS)


class NoSuchPile(NotFound):
    """There is no such batch or booth in this vote."""

    code = "no-such-pile"


def serves(holdings: Sequence[Holding], vote: Vote, *roles: str) -> bool:
    """Whether one of these roles, held now, reaches the place of the vote."""
    wanted = roles or (POLL_CLERK, COMMISSIONER)
    return any(h.role in wanted and covers(h, vote.case.territory) for h in holdings)


def at_counter(holdings: Sequence[Holding]) -> list[Vote]:
    """The votes that somebody serves in person now, what closes first before the others."""
    papers = VoteAppeal.objects.filter(vote=OuterRef("pk"), case__state="upheld", ruling="papers")
    rows = votes().filter(
        Q(config__channels__contains=["kiosk"]) | Q(config__channels__contains=["paper"]),
        Q(case__state__in=AT_WORK) | (Q(case__state__in=_APPEALED) & Exists(papers)),
    )
    return [vote for vote in rows.order_by("closes_at") if serves(holdings, vote)]


def find_on_roll(vote: Vote, said: str) -> list[RollEntry]:
    """Those on the roll whose name holds every word said, or whose e-mail address it is."""
    words = said.split()
    if not words or len("".join(words)) < SHORTEST_NAME:
        return []
    if "@" in said:
        who = Q(person__email__iexact=said.strip())
    else:
        who = Q()
        for word in words[:5]:
            who &= Q(person__name__icontains=word)
    rows = RollEntry.objects.filter(who, vote=vote, struck_at=None, person__is_active=True)
    return list(rows.select_related("person", "territory").order_by("person__name")[:MOST_FOUND])


def entry_at_counter(vote: Vote, entry: int) -> RollEntry:
    """One entry of the roll of a vote.

    Raises:
        NoSuchPile: it is none of this vote.
    """
    found = (
        RollEntry.objects.select_related("person", "territory", "vote__case__territory")
        .filter(vote=vote, pk=entry, struck_at=None)
        .first()
    )
    if found is None:
        raise NoSuchPile
    return found


def put_back_of(entry: RollEntry) -> PutBack | None:
    """That a clerk has asked to put somebody back and nobody has answered yet."""
    rows = PutBack.objects.filter(entry=entry, second=None)
    return rows.select_related("by", "booth").first()


@dataclass(frozen=True)
class BoothRow:
    """A booth and how much was done there."""

    booth: Booth
    marked: int
    """People who were given a paper."""
    batches: list[Batch]

    @property
    def counted(self) -> int:
        """Papers of agreed batches."""
        return sum(len(b.lines or ()) for b in self.batches if b.state == Batch.State.AGREED)

    @property
    def undecided(self) -> bool:
        """Whether a batch is still to be entered or settled."""
        return any(batch.state in UNDECIDED for batch in self.batches)


def booths(vote: Vote) -> list[BoothRow]:
    """The booths of a vote in the order they were opened, with their batches."""
    batches: dict[int, list[Batch]] = {}
    for batch in _batches().filter(booth__vote=vote).order_by("booth", "number"):
        batches.setdefault(batch.booth_id, []).append(batch)
    marked = dict(
        Mark.objects.filter(booth__vote=vote)
        .values_list("booth")
        .annotate(n=Count("*"))
        .values_list("booth", "n")
    )
    rows = Booth.objects.filter(vote=vote).order_by("pk")
    return [BoothRow(row, marked.get(row.pk, 0), batches.get(row.pk, [])) for row in rows]


def _batches() -> QuerySet[Batch]:
    return Batch.objects.select_related("booth", "territory")


def booth_of(vote: Vote, code: str) -> Booth:
    """A booth of a vote.

    Raises:
        NoSuchPile: there is none of this code.
    """
    found = Booth.objects.select_related("vote__case__territory").filter(vote=vote, code=code)
    row = found.first()
    if row is None:
        raise NoSuchPile
    return row


def batch_of(vote: Vote, code: str, number: int) -> Batch:
    """A batch by its booth and number.

    Raises:
        NoSuchPile: there is none.
    """
    rows = Batch.objects.select_related(
        "booth__vote__case__territory", "territory", "instead__booth"
    )
    row = rows.filter(booth__vote=vote, booth__code=code, number=number).first()
    if row is None:
        raise NoSuchPile
    return row


def appeals_about_papers(vote: Vote) -> list[str]:
    """The numbers of the appeals by whose decision piles are annulled or counted again."""
    rows = VoteAppeal.objects.filter(vote=vote, case__state="upheld", ruling="papers")
    return list(rows.order_by("case_id").values_list("case__number", flat=True))


def counted_again(batch: Batch) -> Batch | None:
    """The pile that is counted instead of one that was annulled."""
    return Batch.objects.filter(instead=batch).select_related("booth").first()


def places_at(booth: Booth) -> list[Territory]:
    """The places of those who were given a paper at a booth: a batch is of one of them."""
    marked = Mark.objects.filter(booth=booth).values("entry")
    entries = RollEntry.objects.filter(pk__in=marked, territory=OuterRef("pk"))
    return list(Territory.objects.filter(Exists(entries)).order_by("code"))


def readings(batch: Batch) -> list[Reading]:
    """Who entered a batch and what they read, the first before the second."""
    return list(Reading.objects.filter(batch=batch).select_related("by").order_by("pk"))


def has_entered(batch: Batch, person: Person) -> bool:
    """Whether somebody entered this batch already."""
    return Reading.objects.filter(batch=batch, by=person).exists()


def paper_waits(vote: Vote) -> bool:
    """Whether the count has to wait: a booth is not closed yet."""
    return Booth.objects.filter(vote=vote, done=False).exists()


def booth_totals(vote: Vote, row: BoothRow) -> list[dict[str, Any]]:
    """What the agreed papers of one booth say in all, question by question."""
    papers = [
        paper
        for batch in row.batches
        if batch.state == Batch.State.AGREED
        for paper in batch.lines or ()
    ]
    return totals(config_of(vote), papers)
