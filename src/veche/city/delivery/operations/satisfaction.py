"""A satisfaction vote about a promise: those who took part stand on its roll."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from veche.city.ballots.operations.making import draft_vote
from veche.city.delivery.models import Asked, Promise
from veche.city.delivery.operations.guard import locked
from veche.city.delivery.operations.refusals import NobodyTookPart, NotAPlanner, VoteAsked
from veche.city.delivery.procedure import CONTROLLER, PLANNER
from veche.core.cases.operations import subject
from veche.core.journal.operations import record
from veche.core.organisations.access import holds
from veche.core.organisations.operations.lists import fill_list, make_list
from veche.core.places.queries import atlas
from veche.operation import operation

if TYPE_CHECKING:
    from veche.city.ballots.models import Vote
    from veche.core.cases.models import Case
    from veche.core.people.models import Person
    from veche.core.places.models import Territory

OPENS, LASTS = dt.timedelta(days=7), dt.timedelta(days=14)
TITLE = {
    "en": "Are you satisfied with what was done: {title}",
    "ru": "Довольны ли вы тем, что сделано: {title}",
    "zh": "您对完成情况满意吗：{title}",
}
ANSWERS = {
    "yes": {"en": "Yes", "ru": "Да", "zh": "满意"},
    "rather": {"en": "Rather yes", "ru": "Скорее да", "zh": "比较满意"},
    "hardly": {"en": "Rather not", "ru": "Скорее нет", "zh": "不太满意"},
    "no": {"en": "No", "ru": "Нет", "zh": "不满意"},
}
NAMES = {
    "en": "Took part: promise {number}",
    "ru": "Участники: обещание {number}",
    "zh": "参与者：承诺{number}",
}


@operation
def ask_satisfaction(*, by: Person, at: dt.datetime, case: Case) -> Vote:
    """Draft a vote on whether those who took part are satisfied. An organiser looks it over and
    announces it; on its roll stand those of them who live in the city, as far as it knows.

    Raises:
        NotAPlanner: only who plans or controls there may ask.
        VoteAsked: it was drafted before.
        NobodyTookPart: nobody proposed, supported or voted, as far as is known.
    """
    promise = locked(case)
    place = promise.case.territory
    if not any(holds(by, role, place, at) for role in (PLANNER, CONTROLLER)):
        raise NotAPlanner
    if promise.vote_id is not None:
        raise VoteAsked
    took = Asked.objects.filter(promise=promise).exclude(why=Asked.Why.LIVES_THERE)
    people = list(took.values_list("person_id", flat=True))
    office, number = promise.case.organisation, promise.case.number
    if not people or office is None:
        raise NobodyTookPart
    row = make_list(
        by=None,
        at=at,
        code=f"promise-{number}",
        names={code: text.format(number=number) for code, text in NAMES.items()},
        keeper=office,
    )
    fill_list(by=None, at=at, row=row, people=people)
    config = _config(promise, place, row.code, at)
    vote = draft_vote(by=None, at=at, territory=place, config=config, raised_by=number)
    Promise.objects.filter(pk=promise.pk).update(vote=vote)
    record(
        kind="delivery.vote-asked",
        by=by,
        at=at,
        subject=subject(promise.case),
        public={"vote": vote.case.number, "roll": len(people)},
    )
    return vote


def _config(promise: Promise, place: Territory, listed: str, at: dt.datetime) -> dict[str, Any]:
    city = atlas().by_id.get(place.city_id or place.pk, place)
    title = {code: text.format(title=promise.title) for code, text in TITLE.items()}
    opens = at + OPENS
    return {
        "format": "veche-vote/1",
        "title": title,
        "level": "audited",
        "opens": opens.isoformat(),
        "closes": (opens + LASTS).isoformat(),
        "live": {"mode": "live"},
        "change": True,
        "channels": ["web"],
        "grain": "city",
        "roll": {"territory": city.code, "level": "resident", "lists": [listed]},
        "questions": [
            {
                "code": "satisfied",
                "title": title,
                "kind": "single",
                "options": [{"code": code, "title": names} for code, names in ANSWERS.items()],
                "rule": {"rule": "plurality", "seats": 1},
            }
        ],
    }
