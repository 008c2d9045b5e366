"""Shortlisted ideas are put to a vote, and the vote's end comes back to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from veche.city.ballots.drafting import DECISION, question, with_general
from veche.city.ballots.operations.making import draft_vote
from veche.city.ballots.vote.config import AUDITED, MOST_OPTIONS
from veche.city.ideas.choosing import AT_VOTE, LEAST_WORDS, MOST_WORDS
from veche.city.ideas.models import Answered, Idea, Reply
from veche.city.ideas.operations.selection import NothingAnswered, note_reply
from veche.core.cases.models import Case, CaseClock
from veche.core.cases.operations import subject
from veche.core.cases.operations.many import move_cases
from veche.core.journal.operations import record
from veche.core.notices.holders import tell_holders
from veche.core.notices.operations import tell_followers_of_many
from veche.errors import Invalid
from veche.operation import inside, operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.people.models import Person

SHAPES = ("decision", "single", "approval", "ranked")
"""How ideas can be asked about: yes or no about one; one of several, as many as one likes, or an
order."""
QUESTION = "ideas"
ENDED_WELL = ("certified", "archived")
CAME_TO_NOTHING = ("annulled", "dropped")
LONGEST_OPTION = 300
DECIDES = dt.timedelta(days=30)
"""So long after the vote closes its office decides, where the call promised no later day."""


class WrongShape(Invalid):
    """These ideas cannot be asked about so."""

    code = "wrong-vote-shape"
    sentence = _("Ask yes or no about one idea, or choose among two and more.")
    field = "shape"


class SeveralCalls(Invalid):
    """The ideas answer different calls."""

    code = "several-calls"
    sentence = _("Put ideas of one call to a vote.")
    field = "ideas"


def option_code(idea: Idea) -> str:
    """By which code an idea stands on the ballot."""
    return f"i{idea.case.number}"


def _words(idea: Idea, text: str) -> dict[str, str]:
    return {idea.language.partition("-")[0]: text}


def document(
    ideas: Sequence[Idea],
    *,
    title: Mapping[str, str],
    text: Mapping[str, str],
    opens: dt.datetime,
    closes: dt.datetime,
    shape: str,
    most: int | None = None,
    territory: str,
) -> dict[str, Any]:
    """The configuration of a vote on these ideas, as the organiser finds it: residents of the
    place, web and service centres, live count.

    Raises:
        WrongShape: they cannot be asked about so.
    """
    if shape not in SHAPES or (shape == "decision") != (len(ideas) == 1):
        raise WrongShape
    if len(ideas) > MOST_OPTIONS:
        raise WrongShape
    spread = {f"title_{code}": words for code, words in title.items()}
    spread |= {f"text_{code}": words for code, words in text.items()}
    asked = question({**spread, "shape": shape, "abstain": True}, QUESTION)
    if shape == "decision":
        asked["options"] = [{"code": one, "title": dict(DECISION[one])} for one in DECISION]
    else:
        asked["options"] = [
            {
                "code": option_code(one),
                "title": _words(one, one.title),
                "text": _words(one, one.text[:LONGEST_OPTION]),
            }
            for one in ideas
        ]
        if shape == "approval" and most:
            asked["most"] = most
    general = {
        **spread,
        "level": AUDITED,
        "opens": opens,
        "closes": closes,
        "live": "live",
        "change": True,
        "channels": ["web", "kiosk"],
        "grain": "district",
        "territory": territory,
        "known": "resident",
    }
    return with_general(general, [asked])


@operation
def put_to_vote(
    *,
    by: Person,
    at: dt.datetime,
    ideas: Sequence[int],
    title: Mapping[str, str],
    text: Mapping[str, str],
    opens: dt.datetime,
    closes: dt.datetime,
    shape: str,
    words: str,
    most: int | None = None,
) -> Reply:
    """The office puts shortlisted ideas of one call to a vote of the residents: it is drafted, and
    an organiser of the place looks it over and announces it. ``words`` are said to the authors.

    Raises:
        WrongShape, SeveralCalls: they cannot be asked about so.
        NothingAnswered: one of them is not on the shortlist of this person's office.
        ConfigRefused: no vote can be held so; the sentence says why.
        TextLength: the words are too few or too many.
    """
    words = sized(words, LEAST_WORDS, MOST_WORDS)
    rows = list(
        Idea.objects.filter(pk__in=ideas)
        .select_related("case", "call__case__territory")
        .order_by("-supporters", "pk")
    )
    call = rows[0].call if rows else None
    if call is None or {one.call_id for one in rows} != {call.pk}:
        raise SeveralCalls
    place = call.case.territory
    config = document(
        rows, title=title, text=text, opens=opens, closes=closes, shape=shape, most=most,
        territory=place.code,
    )  # fmt: skip
    matter = subject(rows[0].case) if len(rows) == 1 else subject(call.case)
    vote = draft_vote(by=None, at=at, territory=place, config=config, raised_by=matter)
    said = {"text": words, "vote": vote.case.number}
    pks = [one.pk for one in rows]
    moved = move_cases(by=by, at=at, cases=pks, move="put_to_vote", public=dict.fromkeys(pks, said))
    for why in moved.refused.values():  # all or none: the ballot names all
        raise NothingAnswered(why=why)
    _wait_for(pks, closes + DECIDES)
    options = {one.pk: "yes" if shape == "decision" else option_code(one) for one in rows}
    reply = note_reply(by=by, at=at, ideas=options, outcome=AT_VOTE, text=words, vote=vote)
    tell_followers_of_many(by=by, at=at, cases=pks, kind="ideas.at-vote")
    tell_holders(by=by, at=at, case=vote.case, kind="ideas.vote-drafted", role="organiser")
    return reply


@inside
def _wait_for(cases: Sequence[int], until: dt.datetime) -> None:
    """Let the office decide after the vote, not before it: what was due earlier is due then. The
    days that were promised first stay written, and what comes after them stays late."""
    later = {"due_at": Greatest("due_at", until)}
    CaseClock.objects.filter(case__in=cases, stopped_at__isnull=True).update(**later)
    promised = {"promised_at": Greatest("promised_at", until)}
    Case.objects.filter(pk__in=cases, due_at__isnull=False).update(**later, **promised)


def chosen(reply: Reply) -> frozenset[str]:
    """The options that won in the vote of a reply: empty while it is not counted."""
    vote = reply.vote
    if vote is None or not vote.result:
        return frozenset()
    found = vote.result["questions"][0]
    if "decision" in found:
        return frozenset({"yes"} if found["decision"]["passed"] else ())
    return frozenset(found["count"]["winners"])


def sweep(*, at: dt.datetime) -> int:
    """The timer: votes on ideas that ended since come back to their ideas; returns how many."""
    rows = Reply.objects.filter(
        outcome=AT_VOTE,
        vote_ended_at__isnull=True,
        vote__case__state__in=(*ENDED_WELL, *CAME_TO_NOTHING),
    )
    number = 0
    for reply in rows.order_by("pk"):
        end_vote(by=None, at=at, reply=reply.pk)
        number += 1
    return number


@operation
def end_vote(*, by: None, at: dt.datetime, reply: int) -> Reply:
    """A vote on ideas is certified: who follows them is told, and the office must answer by what
    it said. Dropped or annulled: they stand on the shortlist as if it had not been."""
    row = Reply.objects.select_for_update(of=("self",)).get(pk=reply)
    assert row.vote is not None
    state = row.vote.case.state
    pks = list(
        Answered.objects.filter(reply=row, idea__case__state="at_vote").values_list(
            "idea_id", flat=True
        )
    )
    row.vote_ended_at = at
    row.save(update_fields=["vote_ended_at"])
    said = {"vote": row.vote.case.number, "state": state}
    if state in CAME_TO_NOTHING:
        move_cases(by=by, at=at, cases=pks, move="unput", public=dict.fromkeys(pks, said))
        tell_followers_of_many(by=by, at=at, cases=pks, kind="ideas.vote-nothing")
    else:
        tell_followers_of_many(by=by, at=at, cases=pks, kind="ideas.vote-ended")
    record(
        kind="ideas.vote-ended",
        by=by,
        at=at,
        subject=f"reply:{row.pk}",
        public={**said, "ideas": len(pks)},
    )
    return row
