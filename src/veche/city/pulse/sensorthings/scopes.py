"""The tables of a query and the ways between them.

A way to one is a join of the query in which its beginning stands. A way to many opens a query of
its own (an ``EXISTS``), a :class:`Group`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from veche.city.pulse.sensorthings.answers import BadQuery, TooMuch
from veche.city.pulse.sensorthings.entities import KINDS, Kind, Link
from veche.city.pulse.sensorthings.geometry import Looked
from veche.city.pulse.sensorthings.pieces import Sql, joined

MOST_TABLES = 20
"""Tables of one query."""


@dataclass
class Context:
    """What a whole query shares."""

    now: dt.datetime
    allowed: list[int] | None
    """Sources that may be seen; None: all."""
    looked: Looked
    """Shapes that the whole question has looked at."""
    tables: int = 0

    def alias(self) -> str:
        """A new name for a table.

        Raises:
            TooMuch: there are too many already.
        """
        self.tables += 1
        if self.tables > MOST_TABLES:
            raise TooMuch(what=f"more than {MOST_TABLES} tables in one query")
        return f"t{self.tables}"

    def seen(self, kind: Kind, alias: str) -> list[Sql]:
        """Conditions that an entity is of its kind and may be seen."""
        found = [Sql(kind.only.format(t=alias))] if kind.only else []
        if self.allowed is not None:
            found.append(Sql(kind.source.format(t=alias, allowed="%s::bigint[]"), (self.allowed,)))
        return found


@dataclass
class Query:
    """A ``SELECT``: what stands after FROM, and conditions that its tables bring with them."""

    context: Context
    tables: list[Sql] = field(default_factory=list)
    conditions: list[Sql] = field(default_factory=list)

    def begin(self, kind: Kind) -> Entity:
        """Its first table."""
        found = Entity(self, kind, self.context.alias())
        self.tables.append(Sql(f"{kind.table} {found.alias}"))
        return found

    @property
    def after_from(self) -> Sql:
        """The tables with their joins."""
        parameters = tuple(one for part in self.tables for one in part.parameters)
        return Sql(" ".join(part.text for part in self.tables), parameters)


@dataclass
class Entity:
    """A table of a query, as one kind of entity."""

    query: Query
    kind: Kind
    alias: str
    joined: dict[str, Entity] = field(default_factory=dict)

    def to_one(self, link: Link) -> Entity:
        """The entity behind a way to one."""
        if link.name not in self.joined:
            kind = KINDS[link.target]
            alias = self.query.context.alias()
            condition = joined(" AND ", [
                Sql(f"{alias}.id = {self.alias}.{link.here}"),
                *self.query.context.seen(kind, alias),
            ])  # fmt: skip
            self.query.tables.append(
                Sql(f"LEFT JOIN {kind.table} {alias} ON {condition.text}", condition.parameters)
            )
            self.joined[link.name] = Entity(self.query, kind, alias)
        return self.joined[link.name]


@dataclass
class Group:
    """An ``EXISTS``: ways to many, each one table however often it is named."""

    query: Query
    joined: dict[tuple[str, str], Entity] = field(default_factory=dict)

    def to_many(self, entity: Entity, link: Link) -> Entity:
        """The entities behind a way to many, from the query around or from this one."""
        key = (entity.alias, link.name)
        if key not in self.joined:
            self.joined[key] = self._join(entity, link)
        return self.joined[key]

    def _join(self, entity: Entity, link: Link) -> Entity:
        context, query = self.query.context, self.query
        kind = KINDS[link.target]
        alias = context.alias()
        seen = context.seen(kind, alias)
        here = f"{entity.alias}.id"
        if link.via:
            table, mine, other = link.via
            via = context.alias()
            first, own = f"{table} {via}", f"{via}.{mine} = {here}"
            second = joined(" AND ", [Sql(f"{alias}.id = {via}.{other}"), *seen])
            then = [Sql(f"JOIN {kind.table} {alias} ON {second.text}", second.parameters)]
        else:
            first, own, then = f"{kind.table} {alias}", f"{alias}.{link.there} = {here}", []
            query.conditions += seen
        if entity.query is query:
            query.tables.append(Sql(f"JOIN {first} ON {own}"))
        else:
            # Not as a join's condition: PostgreSQL makes a semi-join only of what stands in WHERE.
            query.tables.append(Sql(f"{'CROSS JOIN ' if query.tables else ''}{first}"))
            query.conditions.append(Sql(own))
        query.tables += then
        return Entity(query, kind, alias)

    def exists(self, conditions: list[Sql]) -> Sql:
        """The whole of it."""
        tables = self.query.after_from
        every = joined(" AND ", [*self.query.conditions, *conditions])
        return Sql(
            f"EXISTS (SELECT FROM {tables.text} WHERE {every.text})",
            tables.parameters + every.parameters,
        )


@dataclass(frozen=True)
class Scope:
    """Where paths begin, and whether a way to many may be taken here."""

    root: Entity
    names: tuple[tuple[str, Entity], ...] = ()
    """What every ``any(x: …)`` around calls its entity."""
    group: Group | None = None

    @property
    def context(self) -> Context:
        """What the whole query shares."""
        return self.root.query.context

    def begin(self, steps: tuple[str, ...]) -> tuple[Entity, tuple[str, ...]]:
        """Where a path begins and what is left of it."""
        for name, entity in reversed(self.names):
            if name == steps[0]:
                return entity, steps[1:]
        return self.root, steps

    def follow(self, steps: tuple[str, ...]) -> tuple[Entity, tuple[str, ...]]:
        """The entity at the end of the relations of a path, and the rest of the path.

        Raises:
            BadQuery: a relation leads to many where one is needed.
        """
        entity, rest = self.begin(steps)
        while rest:
            link = entity.kind.link(rest[0])
            if link is None:
                break
            if not link.many:
                entity = entity.to_one(link)
            elif self.group is None:
                raise BadQuery(what=f"{link.name} leads to many; here one is needed")
            else:
                entity = self.group.to_many(entity, link)
            rest = rest[1:]
        return entity, rest

    def many(self, steps: tuple[str, ...]) -> tuple[str, ...] | None:
        """The beginning of a path up to its first way to many; None when it has none."""
        entity, rest = self.begin(steps)
        kind = entity.kind
        for n, step in enumerate(rest):
            link = kind.link(step)
            if link is None:
                return None
            if link.many:
                return (entity.alias, *rest[: n + 1])
            kind = KINDS[link.target]
        return None
