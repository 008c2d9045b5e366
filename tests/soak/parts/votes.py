"""People of a load test on the roll of their vote, so that strangers find nothing amiss."""

from __future__ import annotations

from django.db import connection

from veche.city.ballots.models import Vote

_ADMIT = """
WITH admitted AS (
    UPDATE ballots_rollentry SET how = 'correction' WHERE vote_id = %(vote)s AND how = 'rule'
    RETURNING salt
)
INSERT INTO ballots_logentry (vote_id, body)
SELECT %(vote)s, format('{"change":"added","line":"%%s","territory":"loadham","type":"roll-change",'
    '"vote":"%%s"}', encode(sha256(salt || ' loadham'::bytea), 'hex'), %(number)s::text)
FROM admitted
"""


def admit(vote: Vote) -> None:
    """Whoever was put on the roll after it was frozen is told of in the log, one leaf each."""
    with connection.cursor() as cursor:
        cursor.execute(_ADMIT, {"vote": vote.pk, "number": vote.config["vote"]})
