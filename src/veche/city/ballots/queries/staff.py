"""What those who organise votes, and decide on them, see of theirs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from veche.city.ballots.models import RollRequest, Vote, VoteAppeal
from veche.city.ballots.procedure import COMMISSIONER, ORGANISER
from veche.core.cases.operations import in_scope
from veche.errors import NotFound

if TYPE_CHECKING:
    from veche.core.organisations.models import Holding

ROLES = (ORGANISER, COMMISSIONER)


class NotYours(NotFound):
    """There is no such vote, or it is another place's."""

    code = "vote-not-yours"


def reaches(held: Sequence[Holding], vote: Vote, *roles: str) -> bool:
    """Whether one of these roles is held where the vote is."""
    return any(h.role in roles and in_scope(h, vote.case, "territory") for h in held)


def of_mine(held: Sequence[Holding]) -> QuerySet[Vote]:
    """The votes of the places in which somebody organises or decides, newest first."""
    rows = Vote.objects.select_related("case", "case__territory").order_by("-case_id")
    mine = [h for h in held if h.role in ROLES]
    if any(h.territory_id is None for h in mine):
        return rows
    places = [h.territory_id for h in mine if h.territory_id is not None]
    return (
        rows.filter(case__territory_id__in=places)
        | rows.filter(case__territory__district_id__in=places)
        | rows.filter(case__territory__city_id__in=places)
    )


def my_vote(number: str, held: Sequence[Holding], *roles: str) -> Vote:
    """The vote of this number, drafts too, for who holds one of these roles there.

    Raises:
        NotYours: there is none, or it is not theirs to see.
    """
    found = (
        Vote.objects.select_related("case", "case__territory").filter(case__number=number).first()
    )
    if found is None or not reaches(held, found, *(roles or ROLES)):
        raise NotYours
    return found


@dataclass(frozen=True)
class Due:
    """What a vote needs next: what, by when, and who does it."""

    what: str | Promise
    until: dt.datetime | None
    by_itself: bool
    """Whether the clock does it and nobody needs to."""


_NEXT: dict[str, tuple[str | Promise, bool]] = {
    "draft": (_("The organiser announces it, or drops it."), False),
    "published": (_("It opens by itself at its time."), True),
    "open": (_("It closes by itself at its time."), True),
    "suspended": (_("The commission lets it go on, or annuls it."), False),
    "closed": (_("The ballots are counted by themselves."), True),
    "provisional": (_("Appeals are taken; then the commission decides them."), True),
    "appeal": (_("The commission decides the appeals and certifies the result."), False),
    "certified": (_("Nothing. It goes to the archive by itself."), True),
}


def due(vote: Vote) -> Due | None:
    """What comes next; None for a vote that has ended."""
    found = _NEXT.get(vote.case.state)
    if found is None:
        return None
    until = {"published": vote.opens_at, "open": vote.closes_at}.get(
        vote.case.state, vote.case.due_at
    )
    return Due(found[0], until, found[1])


def appeals_of(vote: Vote) -> QuerySet[VoteAppeal]:
    """The appeals against a vote, oldest first."""
    return VoteAppeal.objects.filter(vote=vote).select_related("case").order_by("case_id")


def requests_of(vote: Vote) -> QuerySet[RollRequest]:
    """The requests to be put on its roll, oldest first."""
    return (
        RollRequest.objects.filter(vote=vote).select_related("case", "person").order_by("case_id")
    )
