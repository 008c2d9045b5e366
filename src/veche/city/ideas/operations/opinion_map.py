"""The map of a matter is made, by the worker: this file loads numpy."""

from __future__ import annotations

import datetime as dt
import json

from django.db import connection

from veche.city.ideas.models import OpinionMap
from veche.city.ideas.opinion.chart import draw
from veche.city.ideas.opinion.picture import picture
from veche.city.ideas.queries.opinion_table import conversation_of
from veche.core.cases.models import Case
from veche.core.cases.operations import subject
from veche.core.journal.operations import record
from veche.operation import operation

_KEEP = """
UPDATE ideas_opinionmap SET body = %s, at = %s, drawn = %s, queued = said <> %s
WHERE matter_id = %s RETURNING queued
"""


@operation
def redraw(*, by: None, at: dt.datetime, matter: int) -> OpinionMap:
    """Make the map of a matter from all that was said; asks for another one where more was said
    meanwhile."""
    from veche.city.ideas.tasks import draw_map

    # How much was said is read before the votes: what is said in between makes the two differ.
    said = OpinionMap.objects.values_list("said", flat=True).get(pk=matter)
    body = picture(draw(conversation_of(matter)))
    record(
        kind="ideas.map-drawn",
        by=by,
        at=at,
        subject=subject(Case.objects.get(pk=matter)),
        public={"votes": body["votes"], "groups": len(body["groups"])},
    )
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [json.dumps(body), at, said, said, matter])
        again = bool(cursor.fetchone()[0])
    if again:
        draw_map.defer(matter=matter)
    return OpinionMap.objects.get(pk=matter)
