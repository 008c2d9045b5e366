"""After the close: the count is announced, certified or annulled; and a vote is suspended.

What is announced follows from the sums of what the sequencer placed, by the frozen configuration.
Everything done here is a leaf of the vote's log.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import logging
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from veche.city.ballots.models import (
    Batch,
    Booth,
    KioskPass,
    LogEntry,
    PutBack,
    Vote,
    VoteCheckpoint,
    Voter,
)
from veche.city.ballots.operations.log import note_leaf
from veche.city.ballots.operations.roll import lock_casting
from veche.city.ballots.procedure import COMMISSIONER
from veche.city.ballots.queries.placed import checkpoint_of, roll_of, rows_of, waits
from veche.city.ballots.vote.certificate import certificate_text, outcome_of, piles_told
from veche.city.ballots.vote.config import VoteConfig, read_config
from veche.city.ballots.vote.result import DiceNeeded, Lottery, result_digest, result_of
from veche.core.cases.models import Case
from veche.core.cases.operations import move_case, role_holding
from veche.core.journal.operations import record
from veche.errors import Invalid, Refused
from veche.operation import operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.people.models import Person

LEAST_WORDS, MOST_WORDS = 10, 2000
"""Characters of a public reason."""
LONGEST_DICE = 200

logger = logging.getLogger(__name__)


class NotPlacedYet(Refused):
    """Ballots or leaves wait for their place in the log."""

    code = "vote-not-placed-yet"
    sentence = _("The last ballots are being put in their places. Try again in a few seconds.")


class PaperNotDone(Refused):
    """A booth still counts its papers."""

    code = "vote-paper-not-done"
    sentence = _("Papers of the booth {booth} are still being counted.")


class DiceWanted(Invalid):
    """A tie is to be decided by lottery."""

    code = "vote-dice-wanted"
    sentence = _(
        "Options stand alike, and a lottery decides. Throw dice in public and write down what they"
        " show."
    )
    field = "dice"


class AppealsOpen(Refused):
    """An appeal against the vote is not decided."""

    code = "vote-appeals-open"
    sentence = _("Matter {number} about this vote is not decided yet.")


class WrongEnd(Invalid):
    """A vote goes on until a moment that is still to come."""

    code = "vote-wrong-end"
    sentence = _("Say until when people may vote: a moment to come, not before the announced one.")
    field = "closes"


# --- the count --------------------------------------------------------------------------------


def sweep(*, at: dt.datetime) -> int:
    """The timer: announce what closed and is placed; returns how many votes were announced."""
    number = 0
    for case in Case.objects.filter(procedure="vote", state="closed").order_by("pk"):
        try:
            announce_vote(by=None, at=at, case=case)
            number += 1
        except Refused as refusal:
            logger.info("Vote %s is not announced yet: %s", case.number, refusal.code)
    return number


@operation
def announce_vote(*, by: None, at: dt.datetime, case: Case, dice: str = "") -> Vote:
    """Count a vote that has closed, and open the time for appeals.

    ``dice`` are what dice thrown in public after the close showed; they are asked for only where a
    lottery decides a tie.

    Raises:
        NotPlacedYet: the sequencer is not done.
        PaperNotDone: a booth still counts.
        DiceWanted: a tie is to be drawn.
        MoveNotPossible: the vote has not closed, or was announced.
    """
    vote = Vote.objects.select_for_update().get(case=case)
    booth = Booth.objects.filter(vote=vote, done=False).order_by("code").first()
    if booth is not None:
        raise PaperNotDone(booth=booth.name)
    last = _whole(vote)
    config = read_config(vote.config)
    found = _count(vote, config, last, dice)
    move_case(by=by, at=at, case=case, move="announce", public=_anchor(last, found))
    vote.result = found
    vote.save(update_fields=["result"], force_update=True)
    _note_result(vote, config, {})
    return vote


@operation
def throw_dice(*, by: Person, at: dt.datetime, case: Case, dice: str) -> Vote:
    """The commission writes down what dice thrown in public showed, and the count is announced.

    Raises:
        NoRoleForMove: only the commission may.
        NotPlacedYet, PaperNotDone, MoveNotPossible: as for `announce_vote`.
    """
    role_holding(case, COMMISSIONER, "territory", by, at)
    record(
        kind="ballots.dice", by=by, at=at, subject=f"vote:{case.number}", public={"dice": dice}
    )  # fmt: skip
    return announce_vote(by=None, at=at, case=case, dice=dice)


def _anchor(last: VoteCheckpoint, found: dict[str, Any]) -> dict[str, Any]:
    """What the city's own log, which witnesses sign, keeps of the log of a vote."""
    root = base64.b64encode(bytes(last.root)).decode()
    return {"size": last.size, "root": root, "result": result_digest(found)}


def _whole(vote: Vote) -> VoteCheckpoint:
    """The checkpoint of the whole log.

    Raises:
        NotPlacedYet: something waits for its place, or for a signature.
    """
    last = None if waits(vote) else checkpoint_of(vote)
    if last is None:
        raise NotPlacedYet
    return last


def _count(vote: Vote, config: VoteConfig, last: VoteCheckpoint, dice: str) -> dict[str, Any]:
    """Count by the rule. Raises: DiceWanted."""
    thrown = " ".join(dice.split())[:LONGEST_DICE]
    lottery = Lottery(last.size, bytes(last.root), thrown) if thrown else None
    try:
        return result_of(config, rows_of(vote), roll_of(vote), lottery=lottery)
    except DiceNeeded:
        raise DiceWanted from None


def _note_result(vote: Vote, config: VoteConfig, more: dict[str, Any]) -> None:
    assert vote.result is not None
    told = {
        "result": result_digest(vote.result),
        "ballots": vote.result["turnout"]["number"],
        "outcome": outcome_of(config, vote.result),
    }
    note_leaf(vote, "result", told | more)


# --- certified or annulled --------------------------------------------------------------------


@operation
def certify_vote(
    *, by: Person, at: dt.datetime, case: Case, seen: int | None = None, dice: str = ""
) -> Vote:
    """The commission certifies the result: a certificate is signed, and people's codes are erased.

    The ballots are added up once more: where appeals led to annulments, what is certified is what
    the ballots that stand say, and the log tells of the new count.

    Raises:
        AppealsOpen: a matter about this vote is not decided.
        PaperNotDone: a pile is being counted again.
        NotPlacedYet: the sequencer is not done.
        DiceWanted: a tie arose by annulments.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    _no_open_matters(case)
    vote = Vote.objects.select_for_update().get(case=case)
    _no_open_piles(vote)
    last = _whole(vote)
    config = read_config(vote.config)
    found = _again(vote, config, last, dice)
    anchor = _anchor(last, found)
    move_case(by=by, at=at, case=case, move="certify", seen=seen, public=anchor)
    if found != vote.result:
        vote.result = found
        _note_result(vote, config, {"again": True})
    vote.save(update_fields=["result"], force_update=True)
    text = certificate_text(
        config,
        found,
        size=last.size,
        root=anchor["root"],
        at=at.astimezone(dt.UTC).isoformat(timespec="seconds"),
        piles=_piles(vote),
    )
    note_leaf(vote, "certified", {"text": text})
    _forget_codes(vote)
    return vote


def _again(vote: Vote, config: VoteConfig, last: VoteCheckpoint, dice: str) -> dict[str, Any]:
    """The count as the ballots stand now. A lottery that was drawn is not drawn again: who knows
    how it went could throw until somebody else wins."""
    drawn = (vote.result or {}).get("lottery")
    if drawn is None:
        return _count(vote, config, last, dice)
    lottery = Lottery(drawn["size"], bytes.fromhex(drawn["root"]), drawn["dice"])
    return result_of(config, rows_of(vote), roll_of(vote), lottery=lottery)


def _no_open_matters(case: Case) -> None:
    child = Case.objects.filter(parent=case, blocking=True, closed_at__isnull=True).first()
    if child is not None:
        raise AppealsOpen(number=child.number)


def _no_open_piles(vote: Vote) -> None:
    waiting = (Batch.State.EMPTY, Batch.State.ONCE, Batch.State.DIFFERS)
    batch = (
        Batch.objects.filter(booth__vote=vote, state__in=waiting).select_related("booth").first()
    )
    if batch is not None:
        raise PaperNotDone(booth=batch.booth.name)


def _piles(vote: Vote) -> list[str]:
    """What the certificate tells of piles that an appeal was upheld about."""
    rows = LogEntry.objects.filter(vote=vote, body__contains='"appeal":').order_by("place")
    return piles_told(json.loads(body) for body in rows.values_list("body", flat=True))


def _forget_codes(vote: Vote) -> None:
    """Erase the one row that ties a person to their ballot."""
    KioskPass.objects.filter(entry__vote=vote).delete()
    PutBack.objects.filter(entry__vote=vote).delete()
    Voter.objects.filter(vote=vote).delete()


@operation
def annul_vote(
    *, by: Person, at: dt.datetime, case: Case, reason: str, seen: int | None = None
) -> Vote:
    """The commission annuls a whole vote, with a public reason; its ballots decide nothing.

    Raises:
        veche.texts.TextLength: the reason is too short or too long.
        ChildOpen: a matter about this vote is not decided.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    reason = sized(reason, LEAST_WORDS, MOST_WORDS)
    lock_casting(Vote.objects.get(case=case))
    case = move_case(
        by=by, at=at, case=case, move="annul", seen=seen, public={"reason": reason}
    )  # fmt: skip
    vote = Vote.objects.select_for_update().get(case=case)
    note_leaf(vote, "annulled-vote", {"reason": reason})
    _forget_codes(vote)
    return vote


# --- suspended --------------------------------------------------------------------------------


@operation
def suspend_vote(
    *, by: Person, at: dt.datetime, case: Case, reason: str, seen: int | None = None
) -> Vote:
    """A commissioner stops a vote for a while, with a public reason under their name.

    Raises:
        veche.texts.TextLength: the reason is too short or too long.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    reason = sized(reason, LEAST_WORDS, MOST_WORDS)
    lock_casting(Vote.objects.get(case=case))
    case = move_case(
        by=by, at=at, case=case, move="suspend", seen=seen, public={"reason": reason}
    )  # fmt: skip
    vote = Vote.objects.get(case=case)
    note_leaf(vote, "suspended", {"reason": reason})
    return vote


@operation
def resume_vote(
    *,
    by: Person,
    at: dt.datetime,
    case: Case,
    reason: str,
    closes: dt.datetime | None = None,
    seen: int | None = None,
) -> Vote:
    """A commissioner lets a suspended vote go on, perhaps for longer than was announced.

    Raises:
        WrongEnd: the announced end has passed and no later one is given, or one before it.
        veche.texts.TextLength: the reason is too short or too long.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    reason = sized(reason, LEAST_WORDS, MOST_WORDS)
    vote = Vote.objects.select_for_update().get(case=case)
    until = closes or vote.closes_at
    if until <= at or until < vote.closes_at:
        raise WrongEnd
    told = {"reason": reason}
    if until != vote.closes_at:
        told["closes"] = until.astimezone(dt.UTC).isoformat(timespec="seconds")
        vote.closes_at = until
        vote.save(update_fields=["closes_at"], force_update=True)
    move_case(
        by=by, at=at, case=case, move="resume", seen=seen, until=until, public=told
    )  # fmt: skip
    note_leaf(vote, "resumed", told)
    return vote
