"""What this module holds about a person, and how it is erased."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from veche.core.people.models import Person


def collect(person: Person) -> dict[str, Any]:
    """The rolls a person stands on, whether they voted, their codes, what they asked for.

    By the code everybody finds the ballots themselves; here stands what only the city knows.
    """
    from veche.city.ballots.models import (
        Mark,
        Part,
        PutBack,
        RollEntry,
        RollRequest,
        VoteAppeal,
        Voter,
    )
    from veche.languages import here

    entries = RollEntry.objects.filter(person=person).select_related("vote__case", "territory")
    codes = dict(Voter.objects.filter(entry__person=person).values_list("entry_id", "code"))
    parts = dict(Part.objects.filter(entry__person=person).values_list("entry_id", "channel"))
    marks = Mark.objects.filter(entry__person=person).values_list("entry_id", "booth__names")
    booths = {entry: here(names) for entry, names in marks}
    backs: dict[int, list[dict[str, Any]]] = {}
    for back in PutBack.objects.filter(entry__person=person).select_related("booth").order_by("pk"):
        told = {"booth": back.booth.name, "reason": back.reason, "done": back.second_id is not None}
        backs.setdefault(back.entry_id, []).append(told)
    appeals = VoteAppeal.objects.filter(case__author=person).select_related("case", "vote__case")
    asked = RollRequest.objects.filter(person=person).select_related("case", "vote__case")
    return {
        "rolls": [
            {
                "vote": one.vote.case.number,
                "place": one.territory.code,
                "how": one.how,
                "struck_at": one.struck_at.isoformat() if one.struck_at else None,
                "salt": bytes(one.salt).hex(),
                "code": bytes(codes[one.pk]).hex() if one.pk in codes else None,
                "voted_by": parts.get(one.pk),
                "paper_given_at": booths.get(one.pk),
                "put_back": backs.get(one.pk, []),
            }
            for one in entries.order_by("vote_id")
        ],
        "appeals": [
            {
                "number": one.case.number,
                "vote": one.vote.case.number,
                "reason": one.reason,
                "text": one.text,
                "answer": one.answer,
            }
            for one in appeals.order_by("case_id")
        ],
        "requests": [
            {
                "number": one.case.number,
                "vote": one.vote.case.number,
                "text": one.text,
                "answer": one.answer,
            }
            for one in asked.order_by("case_id")
        ],
    }


def erase(*, by: Person | None, at: dt.datetime, person: Person) -> None:
    """The rolls keep a line without a name; what ties it to a code, and that they voted, goes."""
    from veche.city.ballots.operations.forgetting import forget_voter

    forget_voter(by=by, at=at, person=person)
