"""The office chooses: it takes up, joins, puts to a vote or declines, always with reasons.

One reply may answer a thousand ideas: each stands in it, and each author reads it with theirs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from veche.city.ideas.choosing import (
    ACCEPTED,
    COMBINED,
    LEAST_WORDS,
    MOST_AT_ONCE,
    MOST_WORDS,
    REASONS,
    REFUSED,
)
from veche.city.ideas.models import Answered, Idea, Reply
from veche.city.ideas.operations.merging import combine_many
from veche.core.cases.models import Case, CaseEvent
from veche.core.cases.operations import Changed, move_case
from veche.core.cases.operations.many import move_cases
from veche.core.journal.operations import record
from veche.core.moderation.operations import AlreadyAppealed
from veche.core.notices.operations import tell_followers, tell_followers_of_many
from veche.errors import Invalid, Refused
from veche.operation import inside, operation
from veche.texts import UnknownReason, sized

if TYPE_CHECKING:
    from veche.core.people.models import Person

MOVES = {ACCEPTED: "take_up", REFUSED: "decline"}
TOLD = {ACCEPTED: "ideas.accepted-by-office", REFUSED: "ideas.refused-by-office"}


class UnknownOutcome(Invalid):
    """Not one of what an office can answer."""

    code = "unknown-outcome"
    sentence = _("Choose what you answer.")
    field = "outcome"


class NothingAnswered(Refused):
    """None of the ideas can be answered so now."""

    code = "nothing-answered"
    sentence = _("None of these ideas can be answered so now: {why}")


@inside
def note_reply(
    *,
    by: Person,
    at: dt.datetime,
    ideas: Mapping[int, str] | Sequence[int],
    outcome: str,
    text: str,
    **more: Any,
) -> Reply:
    """Keep a reply and the ideas it answers (where they were put to a vote: with their options).

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    first = Idea.objects.select_related("case__organisation", "call").get(pk=next(iter(ideas)))
    reply = Reply(
        call=first.call,
        office=first.case.organisation,
        by=by,
        at=at,
        outcome=outcome,
        text=text,
        **more,
    )
    reply.save(force_insert=True)
    options = ideas if isinstance(ideas, Mapping) else dict.fromkeys(ideas, "")
    Answered.objects.bulk_create(
        Answered(reply=reply, idea_id=pk, option=option) for pk, option in options.items()
    )
    record(
        kind="ideas.replied",
        by=by,
        at=at,
        subject=f"reply:{reply.pk}",
        public={"outcome": outcome, "reason": reply.reason, "ideas": len(options)},
    )
    return reply


@operation
def answer_ideas(
    *,
    by: Person,
    at: dt.datetime,
    ideas: Mapping[int, int | None],
    outcome: str,
    text: str,
    reason: str = "",
) -> tuple[Reply, dict[int, str]]:
    """The office takes ideas up or declines them, all with the same words.

    ``ideas`` are the numbers of their rows with the steps the officer saw. Returns the reply, and
    the sentence of refusal of each idea that could not be answered.

    Raises:
        UnknownOutcome, UnknownReason: not one of the lists.
        TextLength: the words are too few or too many.
        NothingAnswered: none could be answered.
        ValueError: more than `MOST_AT_ONCE`.
    """
    if outcome not in MOVES:
        raise UnknownOutcome
    if (outcome == REFUSED) != (reason in REASONS):
        raise UnknownReason
    if len(ideas) > MOST_AT_ONCE:
        raise ValueError(f"at most {MOST_AT_ONCE} ideas at once")
    text = sized(text, LEAST_WORDS, MOST_WORDS)
    said = {"text": text} | ({"reason": reason} if reason else {})
    moved = move_cases(
        by=by,
        at=at,
        cases=list(ideas),
        move=MOVES[outcome],
        seen={pk: seq for pk, seq in ideas.items() if seq is not None},
        public=dict.fromkeys(ideas, said),
    )
    refused = {pk: str(why) for pk, why in moved.refused.items()}
    if not moved.cases:
        raise NothingAnswered(why=next(iter(refused.values()), "–"))
    answered = sorted(moved.cases)
    reply = note_reply(by=by, at=at, ideas=answered, outcome=outcome, text=text, reason=reason)
    tell_followers_of_many(by=by, at=at, cases=answered, kind=TOLD[outcome])
    return reply, refused


def _one(
    by: Person, at: dt.datetime, case: Case, seen: int | None, outcome: str, text: str, reason: str
) -> Case:
    """One idea, with the refusal raised that `answer_ideas` tells for each of many."""
    stands = Case.objects.only("seq", "state").get(pk=case.pk)
    if seen is not None and seen != stands.seq:
        raise Changed(state=stands.state)
    answer_ideas(by=by, at=at, ideas={case.pk: seen}, outcome=outcome, text=text, reason=reason)
    return Case.objects.get(pk=case.pk)


@operation
def take_up(*, by: Person, at: dt.datetime, case: Case, text: str, seen: int | None = None) -> Case:
    """The office accepts one idea; the same as `answer_ideas` of one."""
    return _one(by, at, case, seen, ACCEPTED, text, "")


@operation
def decline(
    *, by: Person, at: dt.datetime, case: Case, reason: str, text: str, seen: int | None = None
) -> Case:
    """The office declines one idea; the same as `answer_ideas` of one."""
    return _one(by, at, case, seen, REFUSED, text, reason)


@operation
def take_up_many(
    *, by: Person, at: dt.datetime, cases: Mapping[int, int], words: Mapping[int, str]
) -> dict[int, str]:
    """The same at the desk: in one reply for each text; the sentence of refusal by case."""
    return _groups(by, at, cases, words, ACCEPTED, "")


@operation
def decline_many(
    *,
    by: Person,
    at: dt.datetime,
    cases: Mapping[int, int],
    reason: str,
    words: Mapping[int, str],
) -> dict[int, str]:
    """The same at the desk: in one reply for each text; the sentence of refusal by case."""
    return _groups(by, at, cases, words, REFUSED, reason)


def _groups(
    by: Person,
    at: dt.datetime,
    cases: Mapping[int, int],
    words: Mapping[int, str],
    outcome: str,
    reason: str,
) -> dict[int, str]:
    texts: dict[str, dict[int, int | None]] = {}
    for pk, seen in cases.items():
        texts.setdefault(words.get(pk, ""), {})[pk] = seen
    refused: dict[int, str] = {}
    for text, group in texts.items():
        try:
            refused |= answer_ideas(
                by=by, at=at, ideas=group, outcome=outcome, text=text, reason=reason
            )[1]
        except Invalid as refusal:
            refused |= dict.fromkeys(group, str(refusal))
        except NothingAnswered as refusal:
            refused |= dict.fromkeys(group, str(refusal))
    record(kind="ideas.replied", by=by, at=at, subject="desk", public={"ideas": len(cases)})
    return refused


@operation
def join(*, by: Person, at: dt.datetime, ideas: Sequence[int], into: int, text: str) -> Reply:
    """The office joins ideas to another of its call, and answers them so.

    Raises:
        NotTheSame: one of them cannot be joined to it.
        TextLength: the words are too few or too many.
        MoveNotPossible, NoRoleForMove: as for every move.
    """
    combine_many(by=by, at=at, ideas=ideas, into=into, reason=text, move="join")
    return note_reply(by=by, at=at, ideas=list(ideas), outcome=COMBINED, text=text)


# The author objects ----------------------------------------------------------------------------


class TooLateToObject(Refused):
    """The call is over since long."""

    code = "too-late-to-object"
    sentence = _("One can object within {days} days of the refusal.")


OBJECT_DAYS = 30


@operation
def object_to(*, by: Person, at: dt.datetime, case: Case, text: str) -> Case:
    """The author objects to the refusal: the head of the office decides.

    Raises:
        TooLateToObject: the refusal is too long ago.
        veche.core.moderation.operations.AlreadyAppealed: the head has kept it before.
        TextLength: the words are too few or too many.
        MoveNotPossible, NoRoleForMove: as for every move.
    """
    case = Case.objects.get(pk=case.pk)
    since = case.closed_at
    if since is not None and at - since > dt.timedelta(days=OBJECT_DAYS):
        raise TooLateToObject(days=OBJECT_DAYS)
    last = CaseEvent.objects.filter(case=case).order_by("-seq").first()
    if last is not None and last.move == "keep_refusal":
        raise AlreadyAppealed
    said = {"text": sized(text, LEAST_WORDS, MOST_WORDS)}
    case = move_case(by=by, at=at, case=case, move="object", public=said)
    tell_followers(by=by, at=at, case=case, kind="ideas.objected")
    return case


@operation
def keep_refusal(
    *, by: Person, at: dt.datetime, case: Case, text: str, seen: int | None = None
) -> Case:
    """The head of the office keeps the refusal, and says why.

    Raises:
        TextLength: the words are too few or too many.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    said = {"text": sized(text, LEAST_WORDS, MOST_WORDS)}
    case = move_case(by=by, at=at, case=case, move="keep_refusal", seen=seen, public=said)
    tell_followers(by=by, at=at, case=case, kind="ideas.refusal-kept")
    return case


@operation
def look_again(
    *, by: Person, at: dt.datetime, case: Case, text: str, seen: int | None = None
) -> Case:
    """The head of the office lets the idea be looked at again; a call that was closed meanwhile
    owes it an answer all the same: the idea itself does.

    Raises:
        TextLength: the words are too few or too many.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    said = {"text": sized(text, LEAST_WORDS, MOST_WORDS)}
    case = move_case(by=by, at=at, case=case, move="look_again", seen=seen, public=said)
    tell_followers(by=by, at=at, case=case, kind="ideas.look-again")
    return case
