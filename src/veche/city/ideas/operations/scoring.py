"""Facilitators score ideas openly, and propose the shortlist."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.ideas.choosing import CRITERIA, LEAST_WORDS, MOST_WORDS
from veche.city.ideas.models import Idea, Score
from veche.city.ideas.operations.independent import check_facilitates, check_independent
from veche.city.ideas.procedure import SUPPORTED
from veche.core.cases.models import Case
from veche.core.cases.operations import move_case
from veche.core.cases.operations.many import Moved, move_cases
from veche.core.journal.operations import record
from veche.core.notices.operations import tell_followers, tell_followers_of_many
from veche.errors import Invalid, Refused
from veche.operation import operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.people.models import Person


class WrongScore(Invalid):
    """No such criterion, or no such number."""

    code = "wrong-score"
    sentence = _("Score each criterion from 1, poor, to 5, good.")
    field = "value"


class NotScored(Refused):
    """The idea is not being chosen from now."""

    code = "not-scored-now"
    sentence = _("An idea is scored while it is discussed or on the shortlist.")


@operation
def score(
    *,
    by: Person,
    at: dt.datetime,
    case: Case,
    values: Mapping[str, int],
    words: Mapping[str, str],
) -> list[Score]:
    """What a facilitator thinks of an idea by each criterion, with the reason, under their name
    for everybody to read; said again, it takes the place of what they said before.

    Raises:
        WrongScore: an unknown criterion, or not 1 to 5.
        NotScored: the idea is past that.
        NotAFacilitator, NotIndependent: this person may not.
        TextLength: a reason is missing or too long.
    """
    case = Case.objects.select_related("territory").get(pk=case.pk)
    check_facilitates(by, at, case)
    check_independent(by, at, [case])
    if case.state not in SUPPORTED:
        raise NotScored
    if not values or any(k not in CRITERIA or not 1 <= v <= 5 for k, v in values.items()):
        raise WrongScore
    idea = Idea.objects.get(case=case)
    rows = [
        Score(
            idea=idea,
            expert=by,
            criterion=one,
            value=values[one],
            words=sized(words.get(one, ""), LEAST_WORDS, MOST_WORDS),
            at=at,
        )
        for one in CRITERIA
        if one in values
    ]
    Score.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["idea", "expert", "criterion"],
        update_fields=["value", "words", "at"],
    )
    record(
        kind="ideas.scored",
        by=by,
        at=at,
        subject=f"idea:{case.number}",
        public={one.criterion: one.value for one in rows},
    )
    return rows


@operation
def shortlist(
    *, by: Person, at: dt.datetime, case: Case, text: str, seen: int | None = None
) -> Case:
    """A facilitator puts an idea on the shortlist, with the reason: the office decides next.

    Raises:
        NotIndependent: the facilitator is a party to it.
        TextLength: the reason is too short or too long.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    check_independent(by, at, [case])
    said = {"text": sized(text, LEAST_WORDS, MOST_WORDS)}
    case = move_case(by=by, at=at, case=case, move="shortlist", seen=seen, public=said)
    tell_followers(by=by, at=at, case=case, kind="ideas.shortlisted")
    return case


@operation
def shortlist_many(*, by: Person, at: dt.datetime, ideas: Sequence[int], text: str) -> Moved:
    """Propose a shortlist with one reason; those that cannot be listed are told, the others are.

    Raises:
        NotIndependent: the facilitator is a party to one of them.
        TextLength: the reason is too short or too long.
    """
    check_independent(by, at, Case.objects.filter(pk__in=ideas, procedure="idea"))
    said = {"text": sized(text, LEAST_WORDS, MOST_WORDS)}
    moved = move_cases(
        by=by, at=at, cases=ideas, move="shortlist", public=dict.fromkeys(ideas, said)
    )
    tell_followers_of_many(by=by, at=at, cases=list(moved.cases), kind="ideas.shortlisted")
    return moved


@operation
def unlist(*, by: Person, at: dt.datetime, case: Case, text: str, seen: int | None = None) -> Case:
    """A facilitator takes an idea off the shortlist, with the reason.

    Raises:
        NotIndependent: the facilitator is a party to it.
        TextLength: the reason is too short or too long.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    check_independent(by, at, [case])
    said = {"text": sized(text, LEAST_WORDS, MOST_WORDS)}
    case = move_case(by=by, at=at, case=case, move="unlist", seen=seen, public=said)
    tell_followers(by=by, at=at, case=case, kind="ideas.unlisted")
    return case
