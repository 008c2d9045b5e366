"""The votes of the demo town: one certified, one counted, some open, one to come, one poll."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection

from veche.city.ballots.models import Booth, RollEntry, Vote
from veche.city.ballots.operations import appeals, channels, course, making, outcome, paper
from veche.city.ballots.operations.crowd import absent, cast_many
from veche.city.ballots.paper_lines import write_line
from veche.city.ballots.sequencer import Sequencer
from veche.city.ballots.vote.choice import spelled
from veche.city.ballots.vote.config import read_config
from veche.core.cases.models import Case
from veche.core.people.models import Person
from veche.core.places.models import Territory

if TYPE_CHECKING:
    from veche.town.votes import TownVote

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
_CAST = ("organiser", "commissioner", "poll-clerk", "second-poll-clerk")


def load(*, town: ModuleType, at: dt.datetime, report: Callable[[str], None]) -> None:
    """Draft, announce and open the votes, and let some thousand residents vote."""
    from veche.town.votes import votes

    people = {str(p.cast): p for p in Person.objects.filter(cast__in=_CAST)}
    places = {t.code: t for t in Territory.objects.filter(imported=False)}
    teller = _Teller(at, people, _sequencer())
    ballots = sum(teller.tell(told, places[told.area]) for told in votes())
    teller.sequencer.all()
    report(f"votes: {len(votes())}, ballots: {ballots}")


def _sequencer() -> Sequencer:
    """What places the ballots while no process of its own does."""
    connection.ensure_connection()
    return Sequencer(connection.connection, settings.LOG_FOLDER, settings.KEY_FOLDER)


@dataclass(frozen=True)
class _Teller:
    """Leads each vote on its way, as far as it has come at ``at``."""

    at: dt.datetime
    people: Mapping[str, Person]
    sequencer: Sequencer

    def tell(self, told: TownVote, place: Territory) -> int:
        """One vote; returns how many ballots were cast in it."""
        vote = self._announced(told, place)
        if vote.opens_at > self.at:
            return 0
        course.open_in_time(by=None, at=vote.opens_at, case=vote.case)
        vote = Vote.objects.select_related("case__territory").get(pk=vote.pk)
        ballots = cast_many(
            by=None, at=min(self.at, vote.closes_at), vote=vote, told=told, present=self.at
        )
        booth = self._booth(told, vote)
        if vote.closes_at <= self.at:
            course.close_in_time(by=None, at=vote.closes_at, case=vote.case)
            if booth is not None:
                clerk = self.people["poll-clerk"]
                paper.close_booth(by=clerk, at=vote.closes_at + HOUR, booth=_fresh(booth))
            self._counted(told, vote)
        return ballots + told.papers

    def _announced(self, told: TownVote, place: Territory) -> Vote:
        """Drafted nine days before it opens (or lately), and announced a day later."""
        organiser = self.people["organiser"]
        drafted = min(told.moments(self.at)[0] - 9 * DAY, self.at - 2 * DAY)
        vote = making.draft_vote(
            by=organiser, at=drafted, territory=place, config=told.config(self.at)
        )
        return making.publish_vote(by=organiser, at=drafted + DAY, case=vote.case)

    def _booth(self, told: TownVote, vote: Vote) -> Booth | None:
        """The booth, with the papers that were put into its box."""
        if told.booth is None:
            return None
        clerk, at = self.people["poll-clerk"], vote.opens_at + 3 * DAY
        booth = channels.open_booth(
            by=clerk, at=vote.opens_at, vote=vote, code="centre", names=told.booth
        )
        if not told.papers:
            return booth
        entries = RollEntry.objects.select_related("vote__case__territory", "territory")
        voters = list(entries.filter(pk__in=absent(vote, told.papers)))
        for n, entry in enumerate(voters):
            channels.mark_on_paper(
                by=clerk, at=at + n * HOUR / 8, booth=booth, entry=entry, seen=True
            )
        evening = at + 8 * HOUR
        batch = paper.open_batch(
            by=clerk, at=evening, booth=booth, territory=voters[0].territory,
            scan="",
        )  # fmt: skip
        config = read_config(vote.config)
        said = zip(told.choices(), voters, strict=False)
        lines = "\n".join(write_line(config, spelled(config, choice)) for choice, _who in said)
        paper.enter_batch(by=clerk, at=evening + HOUR, batch=batch, text=lines)
        second = self.people["second-poll-clerk"]
        paper.enter_batch(by=second, at=evening + 2 * HOUR, batch=batch, text=lines)
        return booth

    def _counted(self, told: TownVote, vote: Vote) -> None:
        """Announced, appealed against, and certified, as far as there was time."""
        self.sequencer.all()
        closed = vote.closes_at
        outcome.announce_vote(by=None, at=closed + 2 * HOUR, case=vote.case)
        by = self._neighbour(vote)
        appeal = appeals.file_appeal(
            by=by, at=closed + DAY, vote=vote, reason=told.appeal_reason, text=told.appeal
        )
        over = Case.objects.get(pk=vote.pk).due_at
        if not told.answer or over is None or over + DAY > self.at:
            return
        commission = self.people["commissioner"]
        appeals.dismiss(by=commission, at=closed + 2 * DAY, case=appeal.case, text=told.answer)
        course.end_appeals_in_time(by=None, at=over, case=vote.case)
        self.sequencer.all()
        outcome.certify_vote(by=commission, at=over + DAY / 4, case=vote.case)

    def _neighbour(self, vote: Vote) -> Person:
        """Somebody of the roll who is none of the cast."""
        rows = RollEntry.objects.filter(vote=vote, person__cast__isnull=True, person__isnull=False)
        entry = rows.select_related("person").order_by("pk")[3]
        assert entry.person is not None
        return entry.person


def _fresh(booth: Booth) -> Booth:
    return Booth.objects.select_related("vote__case__territory").get(pk=booth.pk)
