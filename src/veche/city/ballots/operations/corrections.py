"""Corrections of a roll: somebody asks to be put on it, the commission adds or refuses."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.ballots.models import RollEntry, RollRequest, Vote
from veche.city.ballots.operations.roll import AlreadyOn, RollOver, add_entry
from veche.city.ballots.procedure import BEFORE, RUNNING
from veche.city.ballots.rules import LEAST_WORDS, MOST_WORDS
from veche.core.cases.models import Case
from veche.core.cases.operations import move_case, open_case
from veche.core.journal.operations import record
from veche.core.moderation.limits import declare, spend
from veche.core.notices.operations import follow, tell_followers
from veche.errors import Refused
from veche.operation import operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.people.models import Person
    from veche.core.places.models import Territory

declare("roll_correction", "person", 20, title=_("requests to be put on a roll"))


class AskedAlready(Refused):
    """The same is being decided."""

    code = "roll-asked"
    sentence = _("You have asked already: request {number}. The commission answers it.")


@operation
def ask(*, by: Person, at: dt.datetime, vote: Vote, text: str) -> RollRequest:
    """Somebody who is not on a roll asks to be put there, and says why they belong on it.

    Raises:
        RollOver: the vote has closed.
        AlreadyOn: they are on it.
        AskedAlready: a request of theirs waits.
        veche.texts.TextLength: too few words or too many.
        veche.core.moderation.limits.TooMany: the person has written as many as one may.
    """
    text = sized(text, LEAST_WORDS, MOST_WORDS)
    parent = Case.objects.select_for_update(of=("self",)).get(pk=vote.pk)
    if parent.state not in (*BEFORE, *RUNNING):
        raise RollOver
    if RollEntry.objects.filter(vote=vote, person=by, struck_at=None).exists():
        raise AlreadyOn
    same = RollRequest.objects.filter(vote=vote, person=by, case__closed_at=None)
    for number in same.values_list("case__number", flat=True):
        raise AskedAlready(number=number)
    spend(by=by, at=at, what="roll_correction", keys={})
    case = open_case(
        by=by,
        at=at,
        procedure="roll_correction",
        move="ask",
        theme="vote",
        territory=parent.territory,
        parent=parent,
        public={"vote": parent.number},
        personal={"text": text},
    )
    row = RollRequest(case=case, vote=vote, person=by, text=text)
    row.save(force_insert=True)
    follow(by=by, at=at, case=case)
    return row


@operation
def add(
    *,
    by: Person,
    at: dt.datetime,
    case: Case,
    territory: Territory,
    text: str = "",
    seen: int | None = None,
) -> Case:
    """The commission puts the person on the roll, counted in ``territory``; they may vote at once.

    Raises:
        RollOver: the vote has closed.
        AlreadyOn: they are on it by now.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    text = sized(text, 0, MOST_WORDS)
    row = RollRequest.objects.select_related("vote", "person").get(case=case)
    case = move_case(by=by, at=at, case=case, move="add", seen=seen)
    add_entry(
        by=by,
        at=at,
        vote=row.vote,
        territory=territory,
        how=RollEntry.How.CORRECTION,
        person=row.person,
    )
    return _answered(row, case, by=by, at=at, text=text, kind="ballots.roll-added")


@operation
def refuse(*, by: Person, at: dt.datetime, case: Case, text: str, seen: int | None = None) -> Case:
    """The commission does not put the person on the roll and says why.

    The words are the person's to read: they may name what is known of them.

    Raises:
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    text = sized(text, LEAST_WORDS, MOST_WORDS)
    row = RollRequest.objects.get(case=case)
    case = move_case(by=by, at=at, case=case, move="refuse", seen=seen, personal={"text": text})
    return _answered(row, case, by=by, at=at, text=text, kind="ballots.roll-refused")


def _answered(
    row: RollRequest, case: Case, *, by: Person, at: dt.datetime, text: str, kind: str
) -> Case:
    row.answer = text
    row.save(update_fields=["answer"], force_update=True)
    tell_followers(by=by, at=at, case=case, kind=kind)
    return case


@operation
def withdraw(*, by: Person, at: dt.datetime, case: Case, seen: int | None = None) -> Case:
    """The author asks for it no longer."""
    return move_case(by=by, at=at, case=case, move="withdraw", seen=seen)


@operation
def lapse_all(*, by: None, at: dt.datetime, vote: Vote) -> int:
    """The vote is over: what the commission has not answered by now cannot be carried out.

    It stays on record as unanswered, and who asked is told; returns how many there were.
    """
    waiting = RollRequest.objects.filter(vote=vote, case__closed_at=None).select_related("case")
    number = 0
    for row in waiting:
        case = move_case(by=by, at=at, case=row.case, move="lapse")
        tell_followers(by=by, at=at, case=case, kind="ballots.roll-lapsed")
        number += 1
    record(
        kind="ballots.roll-closed",
        by=by,
        at=at,
        subject=f"vote:{vote.config['vote']}",
        public={"unanswered": number},
    )
    return number
