"""One problem with its case and everything that both name, by one short statement.

It begins every page of a problem and every panel at the desk. Written by hand: the mapper joined
nine tables, and took longer to write that question, and the database to plan it, than all the rest
of finding the rows.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from veche.city.problems.models import Category, Problem
from veche.core.cases.models import Case, CaseFile
from veche.core.files.models import StoredFile
from veche.core.organisations.models import Organisation
from veche.core.places.models import Territory
from veche.rows import columns, fields_of, made, made_named, named

_PROBLEM, _CASE = fields_of(Problem), fields_of(Case)
_PICTURE, _STORED = fields_of(CaseFile), fields_of(StoredFile)
_CATEGORY, _OFFICE = fields_of(Category), fields_of(Organisation)
# Outlines are long, and pages take them from the atlas: whoever asks for one is given it then.
_PLACE = fields_of(Territory, "outline")
_PLACE_OF = "(SELECT t.{} FROM places_territory t WHERE t.id = c.territory_id)"
_GROUP = "(SELECT k.group_id FROM problems_category k WHERE k.id = p.category_id)"
_WHOLE = f"""
SELECT {columns("p", _PROBLEM)}, {columns("c", _CASE)},
    EXISTS (SELECT FROM cases_prolongation l WHERE l.case_id = c.id AND l.decided_at IS NULL),
    (SELECT json_agg(json_build_array(json_build_array({columns("f", _PICTURE)}),
        {named(StoredFile, _STORED, "f.file_id")}) ORDER BY f.id)
        FROM cases_casefile f WHERE f.case_id = c.id),
    {named(Category, _CATEGORY, "p.category_id")},
    {named(Category, _CATEGORY, _GROUP)},
    {named(Organisation, _OFFICE, "c.organisation_id")},
    {named(Territory, _PLACE, "c.territory_id")},
    {named(Territory, _PLACE, _PLACE_OF.format("district_id"))},
    {named(Territory, _PLACE, _PLACE_OF.format("city_id"))}
FROM cases_case c JOIN problems_problem p ON p.case_id = c.id WHERE c.number = %s
"""


def whole(number: str) -> Problem | None:
    """The problem of this number with its case, category and group, office, place, district and
    city; ``later_asked``: somebody asked for a later date and was not answered yet;
    ``pictures``: the photographs and documents of the case, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_WHOLE, [number])
        row = cursor.fetchone()
    if row is None:
        return None
    first, second = len(_PROBLEM), len(_PROBLEM) + len(_CASE)
    problem: Any = made(Problem, _PROBLEM, row[:first])
    case = problem.case = made(Case, _CASE, row[first:second])
    problem.later_asked, pictures, kind, group, office, place, district, city = row[second:]
    problem.pictures = [_picture(case, *one) for one in pictures or ()]
    problem.category = made_named(Category, _CATEGORY, kind)
    problem.category.group = made_named(Category, _CATEGORY, group)
    case.organisation = made_named(Organisation, _OFFICE, office)
    case.territory = made_named(Territory, _PLACE, place)
    case.territory.district = made_named(Territory, _PLACE, district)
    case.territory.city = made_named(Territory, _PLACE, city)
    found: Problem = problem
    return found


def _picture(case: Case, picture: list[Any], stored: list[Any]) -> CaseFile:
    """A photograph of the case, with the file it is kept in."""
    one: CaseFile = made_named(CaseFile, _PICTURE, picture)
    one.case, one.file = case, made_named(StoredFile, _STORED, stored)
    return one
