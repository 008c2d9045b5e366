"""Taking back what somebody was told of a matter that is kept from them from now on."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from veche.operation import inside

_GONE = """
WITH kept AS (SELECT * FROM unnest(%(people)s::bigint[], %(cases)s::bigint[]) AS k(person, matter)),
parted AS (
    DELETE FROM notices_following f USING kept k
    WHERE f.person_id = k.person AND f.case_id = k.matter
), gone AS (
    DELETE FROM notices_notice n USING kept k
    WHERE n.person_id = k.person AND n.case_id = k.matter
    RETURNING n.reader_id, n.telling
), waiting AS (
    DELETE FROM notices_waiting w USING gone g
    WHERE w.reader_id = g.reader_id AND w.telling = g.telling
)
SELECT count(*) FROM gone
"""


@inside
def untell(told: Sequence[tuple[int, int]]) -> int:
    """Delete what people, given as pairs of person and case, were told of cases: what stands on
    their page and what waits to be sent; they follow them no longer. Returns how many notices went.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    if not told:
        return 0
    people, cases = zip(*told, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_GONE, {"people": list(people), "cases": list(cases)})
        row = cursor.fetchone()
    return int(row[0]) if row else 0
