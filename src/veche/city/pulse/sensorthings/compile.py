"""From a tree to SQL with parameters.

Comparisons joined by ``and`` that go through the same relation to many speak of the same entity;
``or`` and ``not`` stand apart; ``any(x: …)`` says it outright. Nothing (null) is equal to nothing
but ``null``.
"""

from __future__ import annotations

from veche.city.pulse.sensorthings import functions, geometry
from veche.city.pulse.sensorthings.answers import BadQuery
from veche.city.pulse.sensorthings.entities import Field, Form
from veche.city.pulse.sensorthings.expressions import (
    All,
    Among,
    Call,
    Compare,
    Exists,
    Literal,
    Minus,
    Node,
    Not,
    Path,
    Reckon,
    Some,
)
from veche.city.pulse.sensorthings.pieces import Sql, Type, Value, coerced, joined, sql
from veche.city.pulse.sensorthings.reckoning import compared, reckoned, written
from veche.city.pulse.sensorthings.scopes import Entity, Group, Query, Scope


def where(node: Node, scope: Scope) -> Sql:
    """The condition that ``node`` says of the entity of ``scope``.

    Raises:
        BadQuery: it names what is not there, or compares what cannot be compared.
        TooMuch: it would cost too much.
    """
    if isinstance(node, All):
        return _all(node.of, scope)
    if isinstance(node, Some):
        return joined(" OR ", [where(one, scope) for one in node.of])
    if isinstance(node, Not):
        return sql("(NOT ({0}))", where(node.of, scope))
    if isinstance(node, Exists):
        return _exists(node, scope)
    return _all((node,), scope)


def _all(nodes: tuple[Node, ...], scope: Scope) -> Sql:
    """Everything of ``nodes``: those that go to many by the same relation, together."""
    found: list[Sql] = []
    groups: list[tuple[set[tuple[str, ...]], list[Node]]] = []
    for node in nodes:
        if isinstance(node, All | Some | Not | Exists):
            found.append(where(node, scope))
            continue
        ways = {way for path in _paths(node) if (way := scope.many(path.steps))}
        if not ways or scope.group is not None:
            found.append(coerced(value(node, scope), Type.TRUTH))
            continue
        members: list[Node] = []
        for other in [one for one in groups if one[0] & ways]:
            groups.remove(other)
            ways |= other[0]
            members += other[1]
        groups.append((ways, [*members, node]))
    for _ways, members in groups:
        group = Group(Query(scope.context))
        inside = Scope(scope.root, scope.names, group)
        found.append(group.exists([coerced(value(one, inside), Type.TRUTH) for one in members]))
    return joined(" AND ", found)


def _paths(node: Node) -> list[Path]:
    """The paths in an expression that is no condition of conditions."""
    match node:
        case Path():
            return [node]
        case Compare() | Reckon():
            return _paths(node.left) + _paths(node.right)
        case Minus():
            return _paths(node.of)
        case Among():
            return [path for one in (node.of, *node.values) for path in _paths(one)]
        case Call():
            return [path for one in node.arguments for path in _paths(one)]
        case _:
            return []


def _exists(node: Exists, scope: Scope) -> Sql:
    group = Group(Query(scope.context))
    entity, rest = Scope(scope.root, scope.names, group).follow(node.path.steps)
    if rest or not group.joined:
        raise BadQuery(what=f"{'/'.join(node.path.steps)[:60]} is no relation to many")
    if node.of is None:
        return group.exists([])
    inside = Scope(scope.root, (*scope.names, (node.name, entity)))
    return group.exists([where(node.of, inside)])


def value(node: Node, scope: Scope) -> Value:
    """The value of an expression.

    Raises:
        BadQuery: it names what is not there, or reckons with what is no number.
    """
    match node:
        case Literal():
            return written(node.value)
        case Path():
            return _property(node, scope)
        case Compare():
            found = compared(node.sign, value(node.left, scope), value(node.right, scope))
            return Value(Type.TRUTH, (found,))
        case Among():
            left = value(node.of, scope)
            ways = [compared("eq", left, value(one, scope)) for one in node.values]
            return Value(Type.TRUTH, (joined(" OR ", ways),))
        case Reckon():
            return reckoned(node.sign, value(node.left, scope), value(node.right, scope))
        case Minus():
            number = coerced(value(node.of, scope), Type.NUMBER)
            return Value(Type.NUMBER, (sql("(- {0})", number),))
        case Call():
            given = [value(one, scope) for one in node.arguments]
            if node.name == "now" and not given:
                return written(scope.context.now)
            if node.name in geometry.NAMES:
                return geometry.called(node.name, given, scope.context.looked)
            return functions.called(node.name, given)
        case _:
            # A condition inside a comparison, as in ``(a eq 1) eq true``.
            return Value(Type.TRUTH, (where(node, Scope(scope.root, scope.names)),))


def _property(path: Path, scope: Scope) -> Value:
    entity, rest = scope.follow(path.steps)
    if not rest:
        raise BadQuery(what=f"{'/'.join(path.steps)[:60]} is a relation, not a property")
    found = entity.kind.field(rest[0])
    if found is None:
        raise BadQuery(what=f"{entity.kind.name} has no property {rest[0][:40]}")
    return _column(found, rest[1:], entity)


def _column(found: Field, rest: tuple[str, ...], entity: Entity) -> Value:
    columns = tuple(Sql(f"{entity.alias}.{column}") for column in found.columns)
    if rest:
        if found.form not in (Form.JSON, Form.SHAPE, Form.RESULT):
            raise BadQuery(what=f"there is nothing inside {found.name}")
        way = Sql("%s::text[]", (list(rest),))
        return Value(Type.JSON, (sql("({0} #> {1})", columns[-1], way),))
    if found.form is Form.SPAN:
        return Value(Type.SPAN, (columns[0], sql("COALESCE({1}, {0})", *columns)))
    if found.form is Form.SHAPE:
        return Value(Type.SHAPE, columns, geometry.Column(entity.kind, found, entity.alias))
    return Value(_TYPES[found.form], columns)


_TYPES = {
    Form.NUMBER: Type.WHOLE,
    Form.TEXT: Type.TEXT,
    Form.JSON: Type.JSON,
    Form.RESULT: Type.RESULT,
    Form.MOMENT: Type.MOMENT,
}
