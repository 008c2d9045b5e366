"""The votes of the demo town: one certified, one counted, some open, one to come, one poll."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING

from veche.city.ballots.demo_ballots import cast_many
from veche.city.ballots.models import Vote
from veche.city.ballots.operations import course, making
from veche.core.people.models import Person
from veche.core.places.models import Territory

if TYPE_CHECKING:
    from veche.town.votes import TownVote

DAY = dt.timedelta(days=1)


def load(*, town: ModuleType, at: dt.datetime, report: Callable[[str], None]) -> None:
    """Draft, announce and open the votes, and let some thousand residents vote."""
    from veche.town.votes import votes

    organiser = Person.objects.get(cast="organiser")
    places = {t.code: t for t in Territory.objects.filter(imported=False)}
    ballots = 0
    for told in votes():
        vote = _announced(told, organiser, places[told.area], at)
        if vote.opens_at <= at:
            course.open_in_time(by=None, at=vote.opens_at, case=vote.case)
            ballots += cast_many(by=None, at=min(at, vote.closes_at), vote=vote, told=told)
        if vote.closes_at <= at:
            course.close_in_time(by=None, at=vote.closes_at, case=vote.case)
    report(f"votes: {len(votes())}, ballots: {ballots}")


def _announced(told: TownVote, organiser: Person, place: Territory, at: dt.datetime) -> Vote:
    """The vote, drafted nine days before it opens (or lately) and announced two days later."""
    opens, _closes = told.moments(at)
    drafted = min(opens - 9 * DAY, at - 2 * DAY)
    vote = making.draft_vote(by=organiser, at=drafted, territory=place, config=told.config(at))
    return making.publish_vote(by=organiser, at=drafted + DAY, case=vote.case)
