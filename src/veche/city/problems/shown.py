"""How problems are shown to those who are told of them: in letters, feeds and calendars."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db.models import QuerySet

from veche.city.problems.models import Problem
from veche.city.problems.procedure import PUBLIC
from veche.city.problems.queries.categories import Kinds, kinds
from veche.core.moderation.written import instead
from veche.core.notices.matters import Choice, Matter, Placed, Shown, Theme
from veche.core.notices.rules import box, metres, street_of

READ_FOR_STREET = 2_000
"""Newest problems looked through for those of a street: addresses are free text."""


def _rows() -> QuerySet[Problem]:
    return Problem.objects.select_related("case").only(
        "text", "address", "longitude", "latitude", "category_id", "case__number", "case__state",
        "case__procedure", "case__opened_at", "case__moved_at", "case__hidden_at",
    )  # fmt: skip


def _matter(problem: Problem, known: Kinds) -> Matter:
    case = problem.case
    category = known.by_id.get(problem.category_id)
    if category is not None:
        problem.category = category
    group = known.by_id.get(category.group_id) if category and category.group_id else None
    return Matter(
        number=case.number,
        title=problem.title,
        procedure=case.procedure,
        public=case.state in PUBLIC and case.hidden_at is None,
        text=problem.text,
        street=street_of(problem.address),
        longitude=problem.longitude,
        latitude=problem.latitude,
        themes=tuple(one.code for one in (category, group) if one),
        at=case.opened_at,
        moved_at=case.moved_at,
    )


def find(cases: Sequence[int]) -> Mapping[int, Matter]:
    """Problems by the numbers of their cases; two queries however many."""
    known = kinds()
    return {one.pk: _matter(one, known) for one in _rows().filter(pk__in=list(cases))}


def newest(choice: Choice, most: int) -> list[Matter]:
    """The newest public problems of a choice, newest first."""
    known = kinds()
    rows = _rows().filter(case__state__in=PUBLIC, case__hidden_at=None, source="")
    if choice.territories:
        rows = rows.filter(case__territory_id__in=choice.territories)
    if choice.theme:
        rows = rows.filter(category_id__in=known.under(choice.theme))
    if choice.circle:
        longitude, latitude, radius = choice.circle
        west, south, east, north = box(longitude, latitude, radius)
        rows = rows.filter(longitude__range=(west, east), latitude__range=(south, north))
    rows = rows.order_by("-case__opened_at", "-case_id")
    narrow = bool(choice.street or choice.circle)
    found = []
    for one in rows[: READ_FOR_STREET if narrow else most]:
        if (
            choice.circle
            and metres(choice.circle[:2], (one.longitude, one.latitude)) > (choice.circle[2])
        ):
            continue
        if choice.street and street_of(one.address) != choice.street:
            continue
        found.append(_matter(one, known))
        if len(found) == most:
            break
    return found


def themes() -> list[Theme]:
    """The categories residents can choose, and their groups."""
    known = kinds(imported=False)
    return [
        Theme(row.code, row.names, known.by_id[row.group_id].code if row.group_id else "")
        for row in known.rows
        if row.active or row.pk in known.is_group
    ]


def placed(since: dt.datetime, until: dt.datetime) -> list[Placed]:
    """Where and when the public problems of these moments were; what was said twice counts once."""
    rows = Problem.objects.filter(
        case__state__in=PUBLIC, case__hidden_at=None, case__parent=None,
        case__opened_at__gte=since, case__opened_at__lt=until,
    )  # fmt: skip
    known = kinds().by_id
    groups = {pk: known.get(one.group_id or pk, one).code for pk, one in known.items()}
    fields = ("category_id", "case__opened_at", "longitude", "latitude", "case__territory_id")
    return [
        Placed(groups.get(kind, ""), at, longitude, latitude, territory)
        for kind, at, longitude, latitude, territory in rows.order_by("case_id").values_list(
            *fields
        )
    ]


SHOWN = Shown(
    find=find, url="problems:matter", newest=newest, themes=themes, instead=instead, placed=placed
)
