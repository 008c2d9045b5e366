"""Appeals against a vote: filed while its count is provisional, decided by the commission."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.ballots.models import RollEntry, Vote, VoteAppeal
from veche.city.ballots.operations.log import note_leaf
from veche.city.ballots.reasons import REASONS, RULINGS
from veche.city.ballots.rules import LEAST_WORDS, MOST_WORDS
from veche.core.cases.models import Case
from veche.core.cases.operations import move_case, open_case
from veche.core.moderation.limits import declare, spend
from veche.core.notices.operations import follow, tell_followers
from veche.errors import Invalid, NotAllowed, Refused
from veche.operation import operation
from veche.texts import UnknownReason, sized

if TYPE_CHECKING:
    from veche.core.people.models import Person

TAKEN_IN = ("closed", "provisional")
"""States of a vote in which appeals are taken."""
declare("vote_appeal", "person", 10, title=_("appeals against votes"))


class NotAppealable(Refused):
    """No appeals are taken now."""

    code = "appeals-not-taken"
    sentence = _("Appeals are taken from the close of a vote until the day its page names.")


class NotOfTheRoll(NotAllowed):
    """Only who is on the roll, or was struck off it, appeals."""

    code = "appeal-not-of-the-roll"
    sentence = _(
        "Whoever is on the roll of a vote can appeal against it. You are not: you can write to the"
        " city instead."
    )


class RulingNeeded(Invalid):
    """An appeal that is upheld says what follows."""

    code = "ruling-needed"
    sentence = _("Say what follows from it.")
    field = "ruling"


@operation
def file_appeal(*, by: Person, at: dt.datetime, vote: Vote, reason: str, text: str) -> VoteAppeal:
    """Somebody of the roll appeals; the vote is not certified before it is decided.

    Raises:
        NotAppealable: the vote is not being counted, or the time is over.
        NotOfTheRoll: they never were on its roll.
        veche.texts.UnknownReason, TextLength: it cannot be taken so.
        veche.core.moderation.limits.TooMany: the person has written as many as one may.
    """
    if reason not in REASONS:
        raise UnknownReason
    text = sized(text, LEAST_WORDS, MOST_WORDS)
    if not RollEntry.objects.filter(vote=vote, person=by).exists():
        raise NotOfTheRoll
    parent = Case.objects.select_for_update(of=("self",)).get(pk=vote.pk)
    if parent.state not in TAKEN_IN:
        raise NotAppealable
    spend(by=by, at=at, what="vote_appeal", keys={})
    case = open_case(
        by=by,
        at=at,
        procedure="vote_appeal",
        move="file",
        theme=reason,
        territory=parent.territory,
        parent=parent,
        public={"vote": parent.number, "reason": reason},
        personal={"text": text},
    )
    appeal = VoteAppeal(case=case, vote=vote, reason=reason, text=text)
    appeal.save(force_insert=True)
    follow(by=by, at=at, case=case)
    return appeal


@operation
def uphold(
    *, by: Person, at: dt.datetime, case: Case, text: str, ruling: str, seen: int | None = None
) -> Case:
    """The commission finds the appeal right and says what follows from it.

    What follows is done by operations of its own (a recount, an annulment), each with its leaf.

    Raises:
        RulingNeeded: it is not said what follows.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    if ruling not in RULINGS:
        raise RulingNeeded
    return _decide(by=by, at=at, case=case, move="uphold", text=text, ruling=ruling, seen=seen)


@operation
def dismiss(*, by: Person, at: dt.datetime, case: Case, text: str, seen: int | None = None) -> Case:
    """The commission finds the appeal wrong and says why.

    Raises:
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    return _decide(by=by, at=at, case=case, move="dismiss", text=text, ruling="", seen=seen)


def _decide(
    *, by: Person, at: dt.datetime, case: Case, move: str, text: str, ruling: str, seen: int | None
) -> Case:
    """One decision: the move, the leaf, the words, and the news to who appealed."""
    text = sized(text, LEAST_WORDS, MOST_WORDS)
    appeal = VoteAppeal.objects.select_related("vote").get(case=case)
    case = move_case(
        by=by,
        at=at,
        case=case,
        move=move,
        seen=seen,
        public={"text": text, **({"ruling": ruling} if ruling else {})},
    )
    appeal.answer, appeal.ruling = text, ruling
    appeal.save(update_fields=["answer", "ruling"], force_update=True)
    told = {
        "appeal": case.number,
        "reason": appeal.reason,
        "decision": case.state,
        "text": text,
        **({"ruling": ruling} if ruling else {}),
    }
    note_leaf(appeal.vote, "appeal", told)
    tell_followers(by=by, at=at, case=case, kind="ballots.appeal-decided")
    return case


@operation
def withdraw(*, by: Person, at: dt.datetime, case: Case, seen: int | None = None) -> Case:
    """The author takes the appeal back."""
    return move_case(by=by, at=at, case=case, move="withdraw", seen=seen)
