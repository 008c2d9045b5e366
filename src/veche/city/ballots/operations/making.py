"""A vote is drafted, changed and announced."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from veche.city.ballots.models import Vote, VoteLog
from veche.city.ballots.operations.log import note_leaf
from veche.city.ballots.operations.roll import freeze_roll
from veche.city.ballots.procedure import ORGANISER
from veche.city.ballots.rules import RollRule, WrongRoll
from veche.city.ballots.vote.config import VoteConfig, WrongConfig, read_config
from veche.core.cases.operations import move_case, open_case
from veche.core.organisations.queries import holdings
from veche.errors import Invalid, NotAllowed, Refused
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.people.models import Person
    from veche.core.places.models import Territory

THEME = "vote"


class NotAnOrganiser(NotAllowed):
    """Only who organises votes in this place drafts them."""

    code = "not-an-organiser"
    sentence = _("Only an organiser of votes in this place may do this.")


class ConfigRefused(Invalid):
    """No vote can be held by this configuration."""

    code = "vote-config"
    sentence = _("This vote cannot be held so: {why}")


class TooLate(Invalid):
    """A vote opens after it is announced."""

    code = "vote-opens-past"
    sentence = _("A vote opens after it is announced: choose a later moment.")


class NothingAsked(Refused):
    """A vote without a question is announced."""

    code = "vote-nothing-asked"
    sentence = _("A vote asks at least one question.")


def read(document: Mapping[str, Any]) -> VoteConfig:
    """The configuration of a draft, which may ask nothing yet.

    Raises:
        ConfigRefused: no vote can be held by it.
    """
    try:
        found = read_config(document, draft=True)
        rule = RollRule.read(found.roll)
    except (WrongConfig, WrongRoll) as fault:
        raise ConfigRefused(why=str(fault)) from fault
    if found.audited and rule.came:
        raise ConfigRefused(why=gettext("An audited vote takes only those on its roll."))
    return found


@operation
def draft_vote(
    *,
    by: Person | None,
    at: dt.datetime,
    territory: Territory,
    config: Mapping[str, Any],
    raised_by: str = "",
) -> Vote:
    """Draft a vote of a place; its number is written into the configuration.

    Another module that puts a question does it with ``by`` empty and names its own matter in
    ``raised_by``.

    Raises:
        NotAnOrganiser: ``by`` organises no votes there.
        ConfigRefused: no vote can be held by this configuration.
    """
    if by is not None and not _organises(by, territory, at):
        raise NotAnOrganiser
    case = open_case(by=by, at=at, procedure="vote", move="draft", theme=THEME, territory=territory)
    document = {**config, "vote": case.number}
    read_as = read(document)
    vote = Vote(
        case=case,
        config=document,
        opens_at=read_as.opens,
        closes_at=read_as.closes,
        audited=read_as.audited,
        raised_by=raised_by,
    )
    vote.save(force_insert=True)
    return vote


def _organises(by: Person, territory: Territory, at: dt.datetime) -> bool:
    over = {None, territory.pk, territory.district_id, territory.city_id}
    return any(held.role == ORGANISER and held.territory_id in over for held in holdings(by, at))


@operation
def change_vote(
    *, by: Person, at: dt.datetime, case: Case, config: Mapping[str, Any], seen: int | None = None
) -> Vote:
    """Write the configuration of a draft anew.

    Raises:
        ConfigRefused: no vote can be held by it.
    """
    document = {**config, "vote": case.number}
    read_as = read(document)
    move_case(by=by, at=at, case=case, move="change", seen=seen)
    vote = Vote.objects.select_for_update().get(case=case)
    vote.config, vote.audited = document, read_as.audited
    vote.opens_at, vote.closes_at = read_as.opens, read_as.closes
    vote.save(force_update=True)
    return vote


@operation
def drop_vote(*, by: Person, at: dt.datetime, case: Case, seen: int | None = None) -> Case:
    """Drop a draft."""
    return move_case(by=by, at=at, case=case, move="drop", seen=seen)


@operation
def publish_vote(*, by: Person, at: dt.datetime, case: Case, seen: int | None = None) -> Vote:
    """Announce a vote: its configuration and its roll are frozen, and are its log's first leaves.

    Raises:
        NothingAsked: it has no question.
        TooLate: it would open in the past.
    """
    vote = Vote.objects.select_for_update().get(case=case)
    config = read(vote.config)
    if not config.questions:
        raise NothingAsked
    if config.opens <= at:
        raise TooLate
    move_case(
        by=by,
        at=at,
        case=case,
        move="publish",
        seen=seen,
        until=config.opens,
        public={"config": config.digest},
    )
    vote.digest = config.digest
    vote.save(update_fields=["digest"], force_update=True)
    VoteLog(vote=vote).save(force_insert=True)
    note_leaf(vote, "config", {"config": config.digest, "document": config.whole})
    freeze_roll(by=by, at=at, vote=vote)
    return vote
