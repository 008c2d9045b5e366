"""All votes of a matter as the engine takes them: this file loads numpy, the worker only does."""

from __future__ import annotations

import numpy as np
from django.db import connection

from veche.city.ideas.models import Statement as Row
from veche.city.ideas.opinion.votes import Conversation, Statement

_VOTES = """
SELECT v.participant, array_agg(s.number), array_agg(v.value)
FROM ideas_statementvote v JOIN ideas_statement s ON s.id = v.statement_id
WHERE s.matter_id = %s AND s.standing <> 'waiting' GROUP BY v.participant ORDER BY v.participant
"""


def conversation_of(matter: int) -> Conversation:
    """What was said on a matter; ids are the numbers of the published files. Statements that
    nobody has read yet are left out, as they are there."""
    with connection.cursor() as cursor:
        cursor.execute(_VOTES, [matter])
        votes = cursor.fetchall()
    rows = Row.objects.filter(matter=matter).exclude(standing="waiting").order_by("number")
    statements = tuple(
        Statement(str(number), text, 1 if standing == "shown" else -1, meta)
        for number, text, standing, meta in rows.values_list("number", "text", "standing", "meta")
    )
    column = np.full(max((int(one.id) for one in statements), default=-1) + 1, -1)
    for place, one in enumerate(statements):
        column[int(one.id)] = place
    table = np.full((len(votes), len(statements)), np.nan)
    for place, (_participant, numbers, values) in enumerate(votes):
        table[place, column[np.asarray(numbers)]] = values
    return Conversation(tuple(str(one) for one, _n, _v in votes), statements, table)
