"""One idea, and one call, with all that their pages name: each read by one statement.

Both are on pages that are asked for often, so it is written by hand: the mapper took longer to put
eight tables together than the database to find the rows. Territories come from the atlas.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import prefetch_related_objects

from veche.city.ideas.models import Call, Idea
from veche.core.cases.models import Case
from veche.core.organisations.models import Organisation
from veche.core.places.queries import Atlas, atlas
from veche.rows import columns, fields_of, made, made_named, named

_IDEA, _CASE, _CALL, _OFFICE = (fields_of(one) for one in (Idea, Case, Call, Organisation))
_CALL_PARTS = f"""{columns("k", _CALL)}, {columns("d", _CASE)},
    {named(Organisation, _OFFICE, "k.office_id")},
    {named(Organisation, _OFFICE, "d.organisation_id")}
"""
_IDEA_PARTS = f"""{columns("i", _IDEA)}, {columns("c", _CASE)},
    {named(Organisation, _OFFICE, "c.organisation_id")}, k.case_id, {_CALL_PARTS}
"""
_OF_IDEA = """
FROM cases_case c JOIN ideas_idea i ON i.case_id = c.id
    LEFT JOIN ideas_call k ON k.case_id = i.call_id LEFT JOIN cases_case d ON d.id = k.case_id
WHERE c.number = %s
"""
_ONE_IDEA = f"SELECT {_IDEA_PARTS} {_OF_IDEA}"
_ONE_IDEA_SEEN = f"SELECT {_IDEA_PARTS}, ideas_page_state(i.case_id, i.into_id) {_OF_IDEA}"
_ONE_CALL = f"""
SELECT {_CALL_PARTS} FROM cases_case d JOIN ideas_call k ON k.case_id = d.id WHERE d.number = %s
"""


def _row(statement: str, number: str) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [number])
        found: tuple[Any, ...] | None = cursor.fetchone()
        return found


def _placed(case: Case, places: Atlas) -> Case:
    territory = places.by_id.get(case.territory_id)
    if territory is not None:  # else it is asked for where it is needed
        case.territory = territory
    return case


def _call(cells: Iterator[Any], places: Atlas) -> Call:
    call: Call = made(Call, _CALL, [next(cells) for _one in _CALL])
    case: Case = made(Case, _CASE, [next(cells) for _one in _CASE])
    call.office = made_named(Organisation, _OFFICE, next(cells))
    case.organisation = made_named(Organisation, _OFFICE, next(cells))
    call.case = _placed(case, places)
    return call


def idea_of(number: str) -> Idea | None:
    """The idea of this number with its case, its call and their offices; None where there is
    none."""
    row = _row(_ONE_IDEA, number)
    return _idea(row, atlas()) if row is not None else None


@dataclass(frozen=True)
class Read:
    """An idea, and of what its page would be made for visitors at the same moment."""

    idea: Idea
    rows: str
    """A digest of the rows of the idea, its case and its call, and of the places they lie in."""
    rest: str
    """A digest of everything else that the page shows."""

    def still(self) -> bool:
        """Whether everything else is as it was; one query."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT ideas_page_state(%s, %s)", [self.idea.pk, self.idea.into_id])
            return bool(cursor.fetchone()[0] == self.rest)


def read(number: str) -> Read | None:
    """The idea of this number as :func:`idea_of` gives it, with the state of its page, both of
    one moment; None where there is none."""
    row = _row(_ONE_IDEA_SEEN, number)
    if row is None:
        return None
    places, *rows, rest = atlas(), *row
    made_of = f"{connection.settings_dict['NAME']} {places.version} {rows!r}"
    digest = hashlib.blake2b(made_of.encode(), digest_size=16).hexdigest()
    return Read(_idea(rows, places), digest, rest)


def _idea(row: Sequence[Any], places: Atlas) -> Idea:
    cells = iter(row)
    idea: Idea = made(Idea, _IDEA, [next(cells) for _one in _IDEA])
    case: Case = made(Case, _CASE, [next(cells) for _one in _CASE])
    case.organisation = made_named(Organisation, _OFFICE, next(cells))
    idea.case = _placed(case, places)
    idea.call = _call(cells, places) if next(cells) is not None else None
    return idea


def call_of(number: str) -> Call | None:
    """The call of this number with its case, its offices and its phases; None where there is
    none."""
    row = _row(_ONE_CALL, number)
    if row is None:
        return None
    call = _call(iter(row), atlas())
    prefetch_related_objects([call], "phases")
    return call
