"""What is joined to what, how many people stand behind it, and what may be the same."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from veche.city.problems import rules
from veche.city.problems.models import Category, Joined, NearRule, Problem
from veche.city.problems.procedure import OPEN
from veche.core.cases.models import Case

MOST = 3
"""Suggestions shown at once."""
CLOSED_LATELY = dt.timedelta(days=30)
_CANDIDATES = 60
"""The nearest of them are compared word by word."""
LEAST = 0.3
"""Below this likeness nothing is suggested."""
_USUAL = NearRule(theme="", metres=100, came_back_metres=30, came_back_days=30)
"""Where a city has set no rule."""
_DONE = ("check", "confirmed", "verified", "unconfirmed")


def root_of(case: Case) -> Case:
    """The case in which a joined one goes on; the case itself when it is not joined."""
    for _step in range(100):
        joined = Joined.objects.filter(child=case, until__isnull=True).select_related("parent")
        found = joined.first()
        if found is None:
            return case
        case = found.parent
    return case


def near_rule(category: Category) -> NearRule:
    """How near is the same place for a category: its own rule, its group's, the city's."""
    group = category.group.code if category.group_id and category.group else ""
    rows = {r.theme: r for r in NearRule.objects.filter(theme__in=[category.code, group, ""])}
    return rows.get(category.code) or rows.get(group) or rows.get("") or _USUAL


@dataclass(frozen=True)
class Alike:
    """A problem that may be the same."""

    problem: Problem
    metres: int
    score: float
    """0 to 1."""
    people: int
    """How many reported or follow it."""

    @property
    def case(self) -> Case:
        """Its case."""
        return self.problem.case


_NEAR = """
SELECT p.case_id FROM problems_problem p JOIN cases_case c ON c.id = p.case_id
WHERE p.longitude BETWEEN %(west)s AND %(east)s AND p.latitude BETWEEN %(south)s AND %(north)s
    AND (p.category_id = %(category)s
        OR p.category_id IN (SELECT id FROM problems_category WHERE group_id = %(group)s))
    AND (c.state = ANY(%(open)s) OR c.state = ANY(%(done)s) AND c.closed_at > %(since)s)
    AND c.opened_at <= %(at)s AND c.id <> %(but)s AND c.hidden_at IS NULL
    AND c.state <> 'record_open'
ORDER BY (p.longitude - %(lon)s) ^ 2 * %(narrow)s + (p.latitude - %(lat)s) ^ 2 LIMIT %(most)s
"""


def alike(
    *,
    category: Category,
    longitude: float,
    latitude: float,
    text: str,
    at: dt.datetime,
    but: Case | None = None,
    opened_before: dt.datetime | None = None,
    most: int = MOST,
) -> list[Alike]:
    """Public problems near a point that may mean the same thing, likeliest first: open ones, and
    those that ended lately; of the same category or of its group.

    ``but`` is left out; ``opened_before`` keeps later ones out and open ones only in.
    """
    within = near_rule(category).metres
    tall = within / rules.METRES_A_DEGREE
    wide = tall / max(0.05, math.cos(math.radians(latitude)))
    values: dict[str, Any] = {
        "lon": longitude,
        "lat": latitude,
        "west": longitude - wide,
        "east": longitude + wide,
        "south": latitude - tall,
        "north": latitude + tall,
        "narrow": math.cos(math.radians(latitude)) ** 2,
        "category": category.pk,
        "group": category.group_id,
        "open": list(OPEN),
        "done": [] if opened_before else list(_DONE),
        "since": at - CLOSED_LATELY,
        "at": opened_before or at,
        "but": but.pk if but else 0,
        "most": _CANDIDATES,
    }
    with connection.cursor() as cursor:
        cursor.execute(_NEAR, values)
        keys = [key for (key,) in cursor.fetchall()]
    if not keys:
        return []
    pieces = rules.trigrams(text)
    rows = Problem.objects.filter(pk__in=keys).select_related(
        "case", "case__territory", "case__organisation", "category"
    )
    found: list[tuple[float, int, Problem]] = []
    for row in rows:
        far = rules.metres(longitude, latitude, row.longitude, row.latitude)
        if far > within:
            continue
        score = rules.sameness(
            distance=far,
            within=within,
            same_category=row.category_id == category.pk,
            alike=rules.likeness(pieces, rules.trigrams(row.text)),
        )
        if score >= LEAST:
            found.append((score, round(far), row))
    found.sort(key=lambda one: (-one[0], one[1], one[2].pk))
    kept = found[:most]
    counted = people_behind([row.pk for _s, _f, row in kept])
    return [Alike(row, far, score, counted.get(row.pk, 0)) for score, far, row in kept]


_PEOPLE = """
WITH RECURSIVE of_root AS (
    SELECT c.id AS root, c.id AS case_id FROM cases_case c WHERE c.id = ANY(%(cases)s)
    UNION ALL
    SELECT r.root, j.child_id FROM of_root r
    JOIN problems_joined j ON j.parent_id = r.case_id AND j.until IS NULL
), named AS (
    SELECT r.root, c.author_id AS person FROM of_root r JOIN cases_case c ON c.id = r.case_id
    WHERE c.author_id IS NOT NULL
    UNION  -- an address without an account is a person too
    SELECT r.root, coalesce(f.person_id, -f.reader_id) FROM of_root r
    JOIN notices_following f ON f.case_id = r.case_id
), unnamed AS (
    SELECT r.root, count(*) AS n FROM of_root r JOIN cases_case c ON c.id = r.case_id
    WHERE c.author_id IS NULL GROUP BY r.root
)
SELECT c.id, coalesce((SELECT count(*) FROM named n WHERE n.root = c.id), 0)
    + coalesce((SELECT u.n FROM unnamed u WHERE u.root = c.id), 0)
FROM unnest(%(cases)s::bigint[]) AS c (id)
"""


def people_behind(cases: Sequence[int]) -> dict[int, int]:
    """How many people reported or follow each of these, with what is joined to it; each counts
    once, a report without a name as one."""
    if not cases:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, {"cases": list(cases)})
        return dict(cursor.fetchall())


@dataclass(frozen=True)
class Family:
    """What a problem is joined to, and what is joined to it."""

    parent: Problem | None
    """Where it goes on; empty when it is not joined."""
    at: dt.datetime | None
    """When it was joined."""
    children: Sequence[Problem]
    people: int
    """How many people stand behind it; of a joined one: behind the one it goes on in."""

    @property
    def joined(self) -> bool:
        """Whether there is anything to show."""
        return self.parent is not None or bool(self.children)


@dataclass(frozen=True)
class Known:
    """Which parts of a problem's page have anything to say, and how many people stand behind it."""

    looked: bool
    joined: bool
    back: bool
    rated: bool
    incident: str
    """The number of the newest incident it is a part of that everybody may see; empty: of none."""
    people: int


_KNOWN = """
SELECT EXISTS (SELECT FROM problems_checkround WHERE case_id = %(case)s),
    EXISTS (SELECT FROM problems_joined
        WHERE (child_id = %(case)s OR parent_id = %(case)s) AND until IS NULL),
    EXISTS (SELECT FROM problems_recurrence WHERE case_id = %(case)s OR past_id = %(case)s),
    EXISTS (SELECT FROM problems_satisfaction WHERE case_id = %(case)s),
    coalesce((SELECT ic.number FROM dispatch_incidentmatter im
        JOIN dispatch_incident i ON i.case_id = im.incident_id AND NOT i.drill
        JOIN dispatch_incidentkind k ON k.id = i.kind_id AND k.public
        JOIN cases_case ic ON ic.id = i.case_id
        WHERE im.matter_id = %(case)s ORDER BY im.id DESC LIMIT 1), ''),
    (SELECT count(*) FROM (SELECT author_id AS who FROM cases_case
            WHERE id = %(case)s AND author_id IS NOT NULL
        UNION SELECT coalesce(person_id, -reader_id) FROM notices_following
            WHERE case_id = %(case)s) one)
        + (SELECT count(*) FROM cases_case WHERE id = %(case)s AND author_id IS NULL)
"""


def known(case: Case) -> Known:
    """What there is to say about a problem, in one query; most have nothing of it."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, {"case": case.pk})
        return Known(*cursor.fetchone())


def family(problem: Problem, there: Known | None = None) -> Family:
    """What the page of a problem says about joining."""
    if there is not None and not there.joined:
        return Family(None, None, (), there.people)
    own = Joined.objects.filter(child_id=problem.pk, until__isnull=True).first()
    root = root_of(problem.case) if own else problem.case
    parent = None
    if own is not None:
        parent = Problem.objects.select_related("case", "case__organisation", "category").get(
            case=root
        )
    below = Joined.objects.filter(parent_id=problem.pk, until__isnull=True).values("child_id")
    children = Problem.objects.filter(case_id__in=below).select_related("case", "category")
    return Family(
        parent=parent,
        at=own.at if own else None,
        children=list(children.order_by("case_id")[:200]),
        people=people_behind([root.pk]).get(root.pk, 0),
    )
