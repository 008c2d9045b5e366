"""What the residents of the demo town think of the statements about their yards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from veche.city.ideas.models import Call
from veche.city.ideas.operations.opinion import add_statement
from veche.city.ideas.operations.opinion_past import load_opinions
from veche.core.people.models import Person

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def load(call: Call, at: dt.datetime, begins: dt.datetime, residents: Sequence[int]) -> int:
    """The statements of a call and what residents said to them, and one statement that a
    facilitator has still to read; the map is drawn by the worker. Returns how many votes."""
    from veche.town.opinions import ABOUT_ONE, PEOPLE, STATEMENTS, votes

    people = residents[:PEOPLE]
    texts = [*(words for words, *_shares in STATEMENTS), ABOUT_ONE]
    many = load_opinions(
        by=None,
        at=at,
        call=call,
        statements=[
            (text, residents[number * 7 % len(residents)], begins + number * HOUR,
             text == ABOUT_ONE)
            for number, text in enumerate(texts)
        ],
        people=people,
        votes=[
            (one.participant, one.statement, one.value,
             min(at, begins + 2 * DAY + one.day * DAY))
            for one in votes()
            if one.participant < len(people)
        ],
    )  # fmt: skip
    add_statement(
        by=Person.objects.get(pk=residents[-1]),
        at=at - 2 * HOUR,
        case=call.case,
        text="Во дворе не хватает площадки, где можно починить велосипед.",
    )
    return many
