"""The counts of the views and one page of the queue: one statement.

Of ten thousand matters on a desk few are taken, looked at or waiting for a signature. Only what an
index of the queue tells by itself is counted over all of them; the rest is counted from its own
small table.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import connection

from veche.core.desk import rules
from veche.core.desk.filters import Filters
from veche.core.desk.queries.choice import (
    EVERYTHING,
    Part,
    Waits,
    end_of_day,
    finding,
    narrowed,
)
from veche.core.people.models import Person
from veche.core.places.queries import Atlas

ORDERS = {
    "due": "cases_case.due_at, cases_case.id",  # NULLs come last by themselves
    "newest": "cases_case.moved_at DESC, cases_case.id DESC",
    "oldest": "cases_case.opened_at, cases_case.id",
}

COLUMNS = """
    cases_case.id, cases_case.number, cases_case.procedure, cases_case.state, cases_case.seq,
    cases_case.moved_at, cases_case.due_at, cases_case.territory_id,
    (SELECT p.name FROM desk_taking t JOIN people_person p ON p.id = t.person_id
        WHERE t.case_id = cases_case.id),
    (SELECT k.seq FROM desk_look k WHERE k.person_id = %s AND k.case_id = cases_case.id),
    (SELECT min(b.due_at) FROM desk_bulkitem i JOIN desk_bulkchange b ON b.id = i.change_id
        WHERE i.case_id = cases_case.id AND b.done_at IS NULL AND b.cancelled_at IS NULL)
"""
"""What the queue reads of a case; the one value is who reads."""

_SEEN = """(SELECT count(*) FILTER (WHERE EXISTS (SELECT FROM cases_case
    WHERE cases_case.id = k.case_id AND cases_case.seq <= k.seq AND cases_case.moved_at > %s
    AND {})) FROM desk_look k WHERE k.person_id = %s)"""
_LATER = """(SELECT count(*) FROM cases_prolongation l JOIN cases_case ON cases_case.id = l.case_id
    WHERE l.decided_at IS NULL AND l.office_id = cases_case.organisation_id
    AND l.first_promised_at = cases_case.first_promised_at AND cases_case.promised_at IS NOT NULL
    AND {})"""
NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)


def _lying(person: Person, whole: Part, looked_at: dt.datetime | None, at: dt.datetime) -> Part:
    """What is counted in one pass over all that waits, read off the index of the queue."""
    return Part(
        "SELECT count(*) AS whole, count(g.case_id) AS taken,"
        " count(*) FILTER (WHERE g.person_id = %s) AS mine,"
        " count(*) FILTER (WHERE due_at >= %s AND due_at <= %s) AS today,"
        " count(*) FILTER (WHERE due_at < %s) AS late,"
        " count(*) FILTER (WHERE state = 'returned') AS returned,"
        " count(*) FILTER (WHERE moved_at > %s) AS moved"
        " FROM cases_case LEFT JOIN desk_taking g ON g.case_id = cases_case.id"
        f" WHERE {whole.sql}",
        [person.pk, at, end_of_day(at), at, looked_at or NEVER, *whole.values],
    )


def _number(code: str, person: Person, whole: Part, looked_at: dt.datetime | None) -> Part:
    """How many lie in one of the usual views, as a column beside ``lying``."""
    if code == "new" and looked_at is not None:
        # Few were opened since: they are looked up one by one.
        values = [looked_at, *whole.values, person.pk]
        return Part(f"lying.moved - {_SEEN.format(whole.sql)}", values)
    if code == "signature":
        return Part(_LATER.format(whole.sql), whole.values)
    columns = {"all": "whole", "free": "whole - lying.taken", "new": "moved"}
    return Part(f"lying.{columns.get(code, code)}")


def page(
    person: Person,
    wait: Waits,
    codes: dict[str, str],
    filters: Filters,
    number: int,
    *,
    looked_at: dt.datetime | None,
    at: dt.datetime,
    places: Atlas,
) -> tuple[dict[str, int], list[tuple[Any, ...]]]:
    """The counts of the views (``codes``: their filters by code) with that of the present filters
    under ``now``, and the rows of a page as :data:`COLUMNS` names them.

    In the order of the terms a page is read off the index, branch by branch; in another order, or
    where the filters leave little, it is sorted.
    """
    order, here = ORDERS.get(filters.sort, ORDERS["due"]), wait.whole
    now = narrowed(person, replace(filters, text=""), looked_at, at, places)
    tables = [("lying", _lying(person, here, looked_at, at))]
    numbers = {code: _number(code, person, here, looked_at) for code in codes}
    if filters.text:
        tables.append(("hits", _hits(filters.text, here)))
        here = Part("cases_case.id IN (SELECT id FROM hits)")
    same = [code for code, query in codes.items() if query == filters.query(sort=False)]
    if not same and filters.text and now is EVERYTHING:
        numbers["now"] = Part("(SELECT count(*) FROM hits)")
    elif not same:
        counted = f"(SELECT count(*) FROM cases_case WHERE {here.sql} AND {now.sql})"
        numbers["now"] = Part(counted, [*here.values, *now.values])
    heads = ", ".join(f"{one.sql} AS n{place}" for place, one in enumerate(numbers.values()))
    values = [value for one in numbers.values() for value in one.values]
    tables.append(("tally", Part(f"SELECT {heads} FROM lying", values)))
    few = filters.text or filters.waits or filters.new or filters.taken not in ("", "nobody")
    branches = wait.branches if order is ORDERS["due"] and not few else []
    ids = _ids(branches or [here], now, order, number * rules.PAGE)
    present = list(numbers).index(same[0] if same else "now")
    tables.append(
        (
            "page",
            Part(
                f"SELECT id FROM ({ids.sql}) cases_case ORDER BY {order} OFFSET greatest(0,"
                f" least(%s, (SELECT (n{present} - 1) / %s FROM tally))) * %s LIMIT %s",
                [*ids.values, number - 1, rules.PAGE, rules.PAGE, rules.PAGE],
            ),
        )
    )
    named = ", ".join(f"{name} AS MATERIALIZED ({one.sql})" for name, one in tables)
    sql = (
        f"WITH {named} SELECT tally.*, {COLUMNS} FROM tally"
        f" LEFT JOIN (page JOIN cases_case USING (id)) ON TRUE ORDER BY {order}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*(v for _n, one in tables for v in one.values), person.pk])
        rows = cursor.fetchall()
    size = len(numbers)
    counts = dict(zip(numbers, rows[0][:size], strict=True))
    counts["now"] = rows[0][present]
    return counts, [row[size:] for row in rows if row[size] is not None]


def _hits(text: str, whole: Part) -> Part:
    """What waits and holds a text: each way to find it is a branch of its own, so that each can
    use its index."""
    found, values = [], list[Any]()
    for way in finding(text):
        found.append(f"SELECT cases_case.id FROM cases_case WHERE {whole.sql} AND {way.sql}")
        values += [*whole.values, *way.values]
    return Part(" UNION ".join(found) or "SELECT NULL::bigint AS id WHERE FALSE", values)


def _ids(branches: Sequence[Part], now: Part, order: str, most: int) -> Part:
    """The first cases of each branch that the filters let through, all of them in order."""
    also = "" if now is EVERYTHING else f" AND {now.sql}"
    parts, values = [], list[Any]()
    for branch in branches:
        parts.append(
            "(SELECT id, due_at, moved_at, opened_at FROM cases_case"
            f" WHERE {branch.sql}{also} ORDER BY {order} LIMIT %s)"
        )
        values += [*branch.values, *now.values, most]
    return Part(" UNION ALL ".join(parts), values)
