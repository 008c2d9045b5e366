"""Which cases wait for somebody, and what narrows them: as conditions in SQL.

They are written by hand and not by the mapper: the queue is the page that hundreds of people
reload all day, and half of its work was to translate the same conditions again and again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from veche.core.cases.procedure import PROCEDURES
from veche.core.cases.sync import load_procedures
from veche.core.cases.terms import city_zone
from veche.core.desk.adapter import desks
from veche.core.desk.filters import Filters
from veche.core.desk.module import OUTSIDE
from veche.core.organisations.models import Holding
from veche.core.people.models import Person
from veche.core.places.queries import Atlas

LIKE_OFFICER = {"head": ("head", "officer")}
"""Whoever leads an office sees what waits for its officers too."""


@dataclass(frozen=True)
class Part:
    """A condition on ``cases_case`` and its values."""

    sql: str
    values: list[Any] = field(default_factory=list)


EVERYTHING = Part("TRUE")


@cache
def waiting(role: str) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """What waits for a role: procedure, scope, states."""
    load_procedures()
    found: dict[tuple[str, str], list[str]] = {}
    if role in OUTSIDE:
        return ()
    for desk in desks():
        for code in desk.procedures:
            procedure = PROCEDURES[code]
            for state in procedure.states:
                if state.final or state.record or state.role not in LIKE_OFFICER.get(role, (role,)):
                    continue
                scopes = {m.scope for m in procedure.moves_from(state.code) if m.role == state.role}
                scope = "organisation" if "organisation" in scopes else min(scopes, default="")
                found.setdefault((code, scope), []).append(state.code)
    return tuple((code, scope, tuple(states)) for (code, scope), states in found.items())


def states_of(held: Sequence[Holding]) -> list[str]:
    """The states that can lie on this desk, in the order of their procedures."""
    found: dict[str, None] = {}
    for holding in held:
        for _code, _scope, states in waiting(holding.role):
            found |= dict.fromkeys(states)
    return list(found)


def waits_for(held: Sequence[Holding], places: Atlas, kept: Sequence[int] = ()) -> Waits | None:
    """The condition on cases that wait for somebody who holds these roles; None: nothing can.

    ``kept`` are numbers of cases they may not know of.
    """
    wanted: dict[tuple[str, str, tuple[str, ...]], list[Holding]] = {}
    for holding in held:
        for key in waiting(holding.role):
            wanted.setdefault(key, []).append(holding)
    # Those that look at the same place or office stand together: an index finds them once.
    where: dict[tuple[str, tuple[int, ...]], list[tuple[str, tuple[str, ...]]]] = {}
    there: tuple[str, tuple[int, ...]]
    for (code, scope, states), holdings in wanted.items():
        if scope == "organisation":
            offices = {h.organisation_id for h in holdings if h.organisation_id}
            if not offices:
                continue
            there = ("organisation_id", tuple(sorted(offices)))
        elif scope == "territory" and all(h.territory_id for h in holdings):
            inside = {
                pk
                for h in holdings
                if h.territory_id in places.by_id
                for pk in places.inside(places.by_id[h.territory_id])
            }
            there = ("territory_id", tuple(sorted(inside)))
        else:
            there = ("", ())
        where.setdefault(there, []).append((code, states))
    found = [_group(column, ids, kinds) for (column, ids), kinds in where.items()]
    if kept:  # most people are barred from nothing, and for them nothing is asked more
        out = list(kept)
        found = [replace(group, kinds=_without(group.kinds, out)) for group in found]
    return Waits(found) or None


def _without(kinds: Part, kept: list[int]) -> Part:
    """The same condition without the cases that are kept from who asks."""
    return Part(f"{kinds.sql} AND cases_case.id <> ALL(%s)", [*kinds.values, kept])


@dataclass(frozen=True)
class Group:
    """What waits in some offices or territories: which states of which procedures."""

    column: str
    """``organisation_id``, ``territory_id``, or empty for everywhere."""
    ids: tuple[int, ...]
    states: tuple[str, ...]
    kinds: Part
    """What else must hold, so that no other procedure's state of the same name is meant."""

    def condition(self, states: Sequence[str]) -> Part:
        """The condition for some of the states."""
        one = len(states) == 1
        sql = "cases_case.state = " + ("%s" if one else "ANY(%s)")
        values: list[Any] = [states[0] if one else list(states)]
        if self.column and len(self.ids) == 1:
            sql += f" AND cases_case.{self.column} = %s"
            values.append(self.ids[0])
        elif self.column:
            sql += f" AND cases_case.{self.column} = ANY(%s)"
            values.append(list(self.ids))
        if self.kinds is not EVERYTHING:
            sql += f" AND {self.kinds.sql}"
            values += self.kinds.values
        return Part(f"({sql})", values)


class Waits(list[Group]):
    """Everything that waits for somebody."""

    @property
    def whole(self) -> Part:
        """All of it as one condition."""
        parts = [group.condition(group.states) for group in self]
        return Part(
            f"({' OR '.join(part.sql for part in parts)})", [v for p in parts for v in p.values]
        )

    @property
    def branches(self) -> list[Part]:
        """The same as conditions that each an index can read in the order of the terms; empty
        where it cannot (territories: many, and sorted by nothing)."""
        found: list[Part] = []
        for group in self:
            if group.column != "organisation_id" or len(group.ids) > 1:
                return []
            found += [group.condition([state]) for state in group.states]
        return found if len(found) <= MOST_BRANCHES else []


MOST_BRANCHES = 12


def _group(
    column: str, ids: tuple[int, ...], kinds: Sequence[tuple[str, tuple[str, ...]]]
) -> Group:
    """The states of a group, and what tells its procedures from others with the same states."""
    every = tuple(sorted({state for _code, states in kinds for state in states}))
    meant = {(code, state) for code, states in kinds for state in states}
    inside = {code for code, _states in kinds}
    strange = {
        (code, state)
        for code, procedure in PROCEDURES.items()
        for state in every
        if state in procedure.by_code and (code, state) not in meant
    }
    if not strange:
        return Group(column, ids, every, EVERYTHING)
    if inside.isdisjoint(code for code, _state in strange):
        others = sorted({code for code, _state in strange})
        return Group(column, ids, every, Part("cases_case.procedure <> ALL(%s)", [others]))
    either, values = [], list[Any]()
    for code, states in kinds:
        either.append("(cases_case.procedure = %s AND cases_case.state = ANY(%s))")
        values += [code, list(states)]
    return Group(column, ids, every, Part(f"({' OR '.join(either)})", values))


def narrowed(
    person: Person, filters: Filters, looked_at: dt.datetime | None, at: dt.datetime, places: Atlas
) -> Part:
    """The condition of the filters alone."""
    parts: list[str] = []
    values: list[Any] = []

    def add(sql: str, *more: Any) -> None:
        parts.append(sql)
        values.extend(more)

    if filters.state:
        add("cases_case.state = %s", filters.state)
    if filters.kind:
        desk = next((d for d in desks() if filters.kind in d.procedures), None)
        add("cases_case.procedure = ANY(%s)", list(desk.procedures if desk else ()))
    if filters.due == "late":
        add("cases_case.due_at < %s", at)
    elif filters.due:
        days = 7 if filters.due == "week" else 0
        end = end_of_day(at + dt.timedelta(days=days))
        add("cases_case.due_at >= %s AND cases_case.due_at <= %s", at, end)
    if filters.theme:
        add("cases_case.theme = %s", filters.theme)
    if filters.district:
        area = places.by_code.get(filters.district)
        add("cases_case.territory_id = ANY(%s)", places.inside(area) if area else [])
    if filters.taken == "nobody":
        add("NOT EXISTS (SELECT FROM desk_taking g WHERE g.case_id = cases_case.id)")
    elif filters.taken:
        whose = person.pk if filters.taken == "me" else int(filters.taken)
        add("cases_case.id IN (SELECT case_id FROM desk_taking WHERE person_id = %s)", whose)
    if filters.new:
        if looked_at is None:
            add("FALSE")
        else:
            add(
                "cases_case.moved_at > %s AND NOT EXISTS (SELECT FROM desk_look k WHERE"
                " k.person_id = %s AND k.case_id = cases_case.id AND k.seq >= cases_case.seq)",
                looked_at,
                person.pk,
            )
    if filters.waits:
        add(ASKED_LATER)
    if filters.text:
        ways = finding(filters.text)
        found = " OR ".join(way.sql for way in ways)
        add(f"({found or 'FALSE'})", *(value for way in ways for value in way.values))
    return Part(" AND ".join(parts), values) if parts else EVERYTHING


ASKED_LATER = """EXISTS (SELECT FROM cases_prolongation l WHERE l.case_id = cases_case.id
    AND l.decided_at IS NULL AND l.office_id = cases_case.organisation_id
    AND l.first_promised_at = cases_case.first_promised_at AND cases_case.promised_at IS NOT NULL)
"""
"""An officer has asked for a later date, and the head has neither signed nor refused."""


def finding(text: str) -> list[Part]:
    """How a case can hold a text: by its number, or by what each module knows of its words."""
    found = []
    if any(letter.isdigit() for letter in text):  # every number holds some
        found.append(Part("strpos(cases_case.number, %s) > 0", [text]))
    for desk in desks():
        if desk.find is not None:
            sql, values = desk.find(text).query.sql_with_params()
            found.append(Part(f"cases_case.id IN ({sql})", list(values)))
    return found


def end_of_day(at: dt.datetime) -> dt.datetime:
    """The last moment of the day in the city, in UTC."""
    local = at.astimezone(city_zone())
    return local.replace(hour=23, minute=59, second=59, microsecond=999999).astimezone(dt.UTC)
