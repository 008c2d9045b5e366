"""One idea from its first words to the accepted work: one story, wherever its parts happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext

from veche.city.ballots import words as vote_words
from veche.city.ballots.models import Vote
from veche.city.ballots.procedure import COUNTED
from veche.city.ballots.procedure import PUBLIC as PUBLIC_VOTE
from veche.city.ballots.queries import outcome
from veche.city.ballots.queries.votes import config_of
from veche.city.delivery.models import Promise
from veche.city.delivery.queries import promise as deliveries
from veche.city.ideas.models import Answered, Citation, Idea, Merge
from veche.city.ideas.queries.facilitation import still_said
from veche.city.ideas.queries.idea import steps
from veche.core.cases.queries import history
from veche.core.moderation.written import instead
from veche.core.places.queries import atlas
from veche.languages import here

if TYPE_CHECKING:
    from veche.core.organisations.middleware import Asker

_UNTOLD = ("draft", "change", "archive", "end_appeals")
"""Steps of a vote that are no part of the story."""


_EARLY = dt.datetime.min.replace(tzinfo=dt.UTC)


@dataclass(frozen=True)
class Moment:
    """One thing that happened in the story of an idea."""

    at: dt.datetime
    did: str
    text: str = ""
    reason: str = ""
    turn: bool = False
    """Something ended against somebody's wish, or was late."""
    url: str = ""
    """The page of the matter in which it happened, where that is another one."""
    name: str = ""
    """Its title."""


def about(idea: Idea, asker: Asker, at: dt.datetime) -> dict[str, Any]:
    """What ``parts/story.html`` shows of an idea: the promise it became, in a line; the whole of
    the story has a page of its own. No query while nothing has become of it."""
    return {"promise": idea.promise, "any": idea.public}


def story(idea: Idea, at: dt.datetime) -> list[Moment]:
    """The story of an idea, the oldest first: what was done with it, what it was joined to and
    what became of that, the vote and its count, the promise, its steps, why one was late, and
    whether residents accepted the work."""
    family = [(idea, _EARLY), *_goes_on(idea)]
    told: list[Moment] = []
    for one, since in family:
        parts = (*_own(one, other=one is not idea), *_joined(one, idea), *_cited(one))
        told += [moment for moment in parts if moment.at >= since]
    for vote in _votes([one.pk for one, _since in family]):
        told += _vote(vote)
    for promise in _promises({one.promise for one, _since in family if one.promise}):
        told += _promise(promise)
    return sorted(told, key=lambda moment: moment.at)


def _goes_on(idea: Idea) -> list[tuple[Idea, dt.datetime]]:
    """The ideas in which it goes on, and since when: the one it was joined to, and measures that
    cite it (of these those that became something)."""
    found: list[tuple[Idea, dt.datetime]] = []
    merge = Merge.objects.filter(child=idea, undone_at__isnull=True).first()
    if merge is not None and idea.into_id is not None:
        root = Idea.objects.select_related("case").filter(pk=idea.into_id, public=True).first()
        if root is not None:  # else nobody reads it any more, here neither
            found.append((root, merge.at))
    ids = [idea.pk, *(one.pk for one, _since in found)]
    citing = Citation.objects.filter(Q(idea__in=ids) | Q(comment__matter__in=ids))
    rows = Idea.objects.filter(
        pk__in=citing.values("measure"),
        case__state__in=("at_vote", "accepted", "promised"),
        public=True,
    )
    return found + [(one, one.case.opened_at) for one in rows.select_related("case").order_by("pk")]


def _page(idea: Idea) -> str:
    return reverse("ideas:idea", args=[idea.case.number])


def _own(idea: Idea, *, other: bool) -> list[Moment]:
    """What was done with one idea."""
    case = idea.case
    events = history(case)
    url, name = (_page(idea), idea.title) if other else ("", "")
    return [
        Moment(step.at, step.did, step.text, step.reason, step.turn, url, name)
        for step in steps(case, events, instead(case))
    ]


def _joined(idea: Idea, teller: Idea) -> list[Moment]:
    """What was joined to it; of the teller this is told as its own step."""
    rows = Merge.objects.filter(parent=idea, child__public=True).exclude(child=teller)
    rows = rows.select_related("child__case")
    told = []
    for one in rows:
        did = gettext("Another idea was joined to it.")
        told.append(Moment(one.at, did, one.reason, url=_page(one.child), name=one.child.title))
        if one.undone_at is not None:
            did = gettext("It was separated again.")
            told.append(Moment(one.undone_at, did, url=_page(one.child), name=one.child.title))
    return told


def _cited(idea: Idea) -> list[Moment]:
    """Where its words went."""
    rows = (
        Citation.objects.filter(
            Q(idea=idea) | Q(comment__matter=idea.pk, comment__shown=True), measure__public=True
        )
        .select_related("measure__case", "comment")
        .order_by("id")
    )
    shown = {
        one["pk"]
        for one in still_said(
            [
                {"pk": row.pk, "words": row.words, "idea": row.idea_id, "comment": row.comment_id,
                 "said": row.comment.text if row.comment else f"{idea.title}\n{idea.text}"}
                for row in rows
            ]
        )
    }  # fmt: skip
    return [
        Moment(
            one.measure.case.opened_at,
            gettext("Words of it went into a measure, in paragraph {passage}.").format(
                passage=one.passage
            ),
            f"“{one.words}”",
            url=_page(one.measure),
            name=one.measure.title,
        )
        for one in rows
        if one.pk in shown
    ]


def _votes(ideas: Sequence[int]) -> list[Vote]:
    rows = Answered.objects.filter(idea__in=ideas, reply__vote__case__state__in=PUBLIC_VOTE)
    votes = Vote.objects.filter(pk__in=rows.values("reply__vote")).select_related("case")
    return list(votes.order_by("pk"))


def _vote(vote: Vote) -> list[Moment]:
    """A vote it was put to, with the count and what it says."""
    url = reverse("votes:vote", args=[vote.case.number])
    name = here(vote.config["title"])
    told = []
    for event in history(vote.case):
        if event.move in _UNTOLD:
            continue
        public = event.public if isinstance(event.public, dict) else {}
        text = str(public.get("reason", ""))
        if event.move == "certify" or (event.move == "announce" and vote.case.state in COUNTED):
            text = _count(vote, final=event.move == "certify")
        did = f"{gettext('Vote')}: {vote_words.DID.get(event.move, event.move)}"
        turn = event.move in ("suspend", "annul")
        told.append(Moment(event.at, did, text, turn=turn, url=url, name=name))
    return told


def _count(vote: Vote, *, final: bool) -> str:
    """The count in words; empty where there is none."""
    if not vote.result or "turnout" not in vote.result:
        return ""
    rows = outcome.told(config_of(vote), vote.result, atlas(), final=final)
    return " ".join([outcome.turnout_sentence(vote.result), *(f"{one.verdict}." for one in rows)])


def _promises(numbers: Iterable[str]) -> list[Promise]:
    rows = Promise.objects.filter(case__number__in=list(numbers), case__hidden_at=None)
    return list(rows.select_related("case__organisation", "case__territory").order_by("pk"))


def _promise(promise: Promise) -> list[Moment]:
    """A promise it became, with its steps, their lateness and its acceptance."""
    url = reverse("delivery:promise", args=[promise.case.number])
    return [
        Moment(one.at, one.did, one.text, turn=one.turn, url=url, name=promise.title)
        for one in deliveries.told(promise.case, history(promise.case))
    ]
