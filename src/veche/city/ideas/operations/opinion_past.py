"""Statements and answers of the past, in bulk: nobody is told of anything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from veche.city.ideas.bulk import copy
from veche.city.ideas.models import Call, Participant, Statement
from veche.city.ideas.operations.opinion import opinions_came
from veche.core.journal.operations import record
from veche.operation import operation

_VOTES = "COPY ideas_statementvote (statement_id, participant, value, at) FROM STDIN"
READ_IN = dt.timedelta(hours=3)
"""How long after it was written a statement of the past was read."""


@operation
def load_opinions(
    *,
    by: None,
    at: dt.datetime,
    call: Call,
    statements: Sequence[tuple[str, int, dt.datetime, bool]],
    people: Sequence[int],
    votes: Sequence[tuple[int, int, int, dt.datetime]],
) -> int:
    """Load statements of a call that has none, and what people said to them; returns how many
    votes. A map is asked for.

    ``statements``: words, author, moment, whether it says who one is; ``people``: participants, by
    the numbers of persons; ``votes``: place of the participant, place of the statement, value,
    moment.
    """
    rows = Statement.objects.bulk_create(
        Statement(
            matter=call.case,
            number=number,
            author_id=author,
            text=text,
            at=written,
            standing=Statement.Standing.SHOWN,
            read_at=written + READ_IN,
            meta=meta,
        )
        for number, (text, author, written, meta) in enumerate(statements)
    )
    Participant.objects.bulk_create(
        Participant(matter=call.case, person_id=person, number=number)
        for number, person in enumerate(people)
    )
    copy(_VOTES, ((rows[on].pk, who, value, said) for who, on, value, said in votes))
    record(
        kind="ideas.history-loaded",
        by=by,
        at=at,
        subject="ideas",
        public={"statements": len(rows), "votes": len(votes)},
    )
    opinions_came(call.pk)
    return len(votes)
