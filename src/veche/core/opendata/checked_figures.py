"""Published figures, computed again from their published definitions."""

from __future__ import annotations

import json
import operator
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from itertools import compress
from typing import Any

from veche.core.opendata.checked_rows import (
    COMPARISONS,
    NEEDS,
    ORDERED,
    SUMMABLE,
    UNITS,
    Batch,
    Key,
    Mask,
    NotAPublication,
    exact,
    literal,
    take,
)


class Condition:
    """One condition; a comparison with an unknown value is not met."""

    def __init__(self, definition: Any, types: dict[str, str], what: str) -> None:
        self.text = json.dumps(definition, sort_keys=True)
        self.column = column = take(definition, "column", str, what)
        self.op = op = take(definition, "is", str, what)
        self.other = definition.get("other")
        wrong = NotAPublication(f"{what}: the condition {self.text[:200]} cannot be.")
        if column not in types or set(definition) - {"column", "is", "other", "value"}:
            raise wrong
        kind = types[column]
        if op in ("lt", "le", "gt", "ge", "between") and kind not in ORDERED:
            raise wrong
        self.value: Any = None
        try:
            if self.other is not None:
                numeric = kind in SUMMABLE and types.get(self.other) in SUMMABLE
                texts = {kind, types.get(self.other)} == {"text", "point"}
                same = types.get(self.other) == kind
                if op not in COMPARISONS or "value" in definition or not (same or numeric or texts):
                    raise wrong
            elif op in COMPARISONS:
                self.value = literal(kind, definition.get("value"))
            elif op in ("in", "between"):
                self.value = [literal(kind, v) for v in take(definition, "value", list, what)]
                if op == "between" and len(self.value) != 2:
                    raise wrong
            elif op not in ("is_null", "not_null") or "value" in definition:
                raise wrong
        except (ValueError, TypeError):
            raise wrong from None

    def test(self, columns: dict[str, list[Any]]) -> Mask:
        """For each row, whether it meets the condition."""
        cells, op, value = columns[self.column], self.op, self.value
        if op == "is_null":
            return [c is None for c in cells]
        if op == "not_null":
            return [c is not None for c in cells]
        if op == "in":
            among = set(value)
            return [c is not None and c in among for c in cells]
        if op == "between":
            low, high = value
            return [c is not None and low <= c <= high for c in cells]
        compare = COMPARISONS[op]
        if self.other is not None:
            pairs = zip(cells, columns[self.other], strict=False)
            return [a is not None and b is not None and compare(a, b) for a, b in pairs]
        return [c is not None and compare(c, value) for c in cells]


class Measure:
    """One number per group, gathered batch by batch."""

    def __init__(self, definition: Any, types: dict[str, str], where: list[Condition], what: str):
        self.kind = kind = take(definition, "measure", str, what)
        self.name = take(definition, "name", str, what)
        what = f"{what}, measure {self.name}"
        column = self.column = definition.get("column", "")
        if kind not in NEEDS:
            raise NotAPublication(f"{what}: there is no measure {kind!r}.")
        if set(definition) - {"name", "measure", "column", "where", "of", "p", "per", "base"}:
            raise NotAPublication(f"{what}: the definition says more than a measure can hold.")
        if not isinstance(column, str) or (
            types.get(column) not in NEEDS[kind] if NEEDS[kind] else column
        ):
            raise NotAPublication(f"{what}: {kind} cannot be taken of {column!r}.")
        self.p = 50 if kind != "percentile" else take(definition, "p", int, what)
        self.per = 1 if kind != "rate" else take(definition, "per", int, what)
        self.base = None if "base" not in definition else take(definition, "base", int, what)
        if not 0 <= self.p <= 100 or self.per < 1 or (self.base is not None and self.base < 0):
            raise NotAPublication(f"{what}: p, per or base is out of range.")
        of = where + conditions(definition, "of", types, what)
        self.of = of
        self.where = of + conditions(definition, "where", types, what)
        if NEEDS[kind]:
            self.where.append(Condition({"column": column, "is": "not_null"}, types, what))
        self.count: Counter[Key] = Counter()
        self.of_count: Counter[Key] = Counter()
        self.values: dict[Key, Any] = {}
        self.pairs: set[tuple[Key, Any]] = set()

    def feed(self, batch: Batch, keys: list[Key]) -> None:
        """Take the rows of a batch into account."""
        mask, kind, values = batch.mask(self.where), self.kind, self.values
        if kind != "distinct":
            self.count.update(compress(keys, mask))
        if kind in ("share", "rate"):
            self.of_count.update(compress(keys, batch.mask(self.of)))
        if not NEEDS[kind]:
            return
        pairs = compress(zip(keys, batch.columns[self.column], strict=False), mask)
        if kind == "distinct":
            self.pairs.update(pairs)
        elif kind in ("sum", "mean"):
            for key, value in pairs:
                values[key] = values.get(key, 0) + value
        elif kind in ("min", "max"):
            better = operator.lt if kind == "min" else operator.gt
            for key, value in pairs:
                if key not in values or better(value, values[key]):
                    values[key] = value
        else:
            for key, value in pairs:
                try:
                    values[key].append(value)
                except KeyError:
                    values[key] = [value]

    def finish(self) -> None:
        """After the last row: count what could not be counted on the way."""
        if self.kind == "distinct":
            self.count = Counter(key for key, _ in self.pairs)
        for key, value in self.values.items():
            if isinstance(value, list):
                value.sort()
                rank = max(1, (self.p * len(value) + 99) // 100)
                self.values[key] = value[rank - 1]

    def result(self, key: Key) -> Any:
        """The measure of one group."""
        kind, n = self.kind, self.count[key]
        if kind in ("count", "count_where", "distinct"):
            return n
        if kind in ("share", "rate"):
            below = self.of_count[key] if self.base is None else self.base
            return [n * self.per, below] if below else None
        if kind == "sum":
            return exact(self.values.get(key, 0))
        if kind == "mean":
            ratio = Fraction(self.values.get(key, 0))
            return [ratio.numerator, ratio.denominator * n] if n else None
        return exact(self.values.get(key))


def conditions(holder: Any, key: str, types: dict[str, str], what: str) -> list[Condition]:
    """The conditions under a key of a definition. Raises: NotAPublication."""
    listed = holder.get(key, [])
    if not isinstance(listed, list):
        raise NotAPublication(f'{what}: "{key}" is not a list.')
    return [Condition(c, types, what) for c in listed]


class Figure:
    """One published figure: its definition, and the cells recomputed from the rows."""

    def __init__(self, entry: Any, types: dict[str, str]) -> None:
        definition = take(entry, "definition", dict, "a figure")
        self.name = take(definition, "name", str, "a figure")
        what = f"Figure {self.name}"
        self.cells = take(entry, "cells", list, what)
        self.by = tuple(take(definition, "by", list, what))
        for by in self.by:
            column, _, unit = str(by).partition(":")
            if column not in types or (
                unit and not (unit in UNITS and types[column] in ("moment", "date"))
            ):
                raise NotAPublication(f"{what}: cannot be grouped by {by!r}.")
        self.where = conditions(definition, "where", types, what)
        listed = take(definition, "measures", list, what)
        self.measures = [Measure(m, types, self.where, what) for m in listed]
        self.groups: set[Key] = set() if self.by else {()}

    def feed(self, batch: Batch) -> None:
        """Take the rows of a batch into account."""
        keys = batch.keys(self.by)
        self.groups.update(compress(keys, batch.mask(self.where)))
        for measure in self.measures:
            measure.feed(batch, keys)

    def recomputed(self) -> list[tuple[list[Any], list[Any]]]:
        """(group, values) of every cell, in the published order."""
        for measure in self.measures:
            measure.finish()
        ordered = sorted(
            self.groups, key=lambda key: [(v is None, 0 if v is None else v) for v in key]
        )
        return [
            ([exact(v) for v in key], [m.result(key) for m in self.measures]) for key in ordered
        ]

    def compare(self, tell: Callable[[str], None]) -> int:
        """Tell every difference; the number of values compared."""
        what, compared = f"Figure {self.name}", 0
        published: dict[str, Any] = {}
        order = []
        for cell in self.cells:
            if not isinstance(cell, dict) or set(cell) != {"group", "values"}:
                raise NotAPublication(f"{what}: a cell is not a group with its values.")
            key = json.dumps(cell["group"])
            if key in published:
                tell(f"{what}, {self.told(cell['group'])}: published twice.")
            published[key] = cell["values"]
            order.append(key)
        found = []
        for group, values in self.recomputed():
            key, told = json.dumps(group), self.told(group)
            found.append(key)
            if key not in published:
                tell(f"{what}, {told}: not published, recomputed {json.dumps(values)}.")
                continue
            old = published.pop(key)
            if not isinstance(old, list) or len(old) != len(values):
                tell(f"{what}, {told}: published {json.dumps(old)[:80]}, not one value a measure.")
                continue
            for measure, was, now in zip(self.measures, old, values, strict=False):
                compared += 1
                if json.dumps(was) != json.dumps(now):
                    tell(
                        f"{what}, {told}, {measure.name}: published {json.dumps(was)[:80]},"
                        f" recomputed {json.dumps(now)[:80]}."
                    )
        for key in published:
            tell(f"{what}, {self.told(json.loads(key))}: published, but no row gives this group.")
        if sorted(found) == sorted(order) and found != order:
            tell(f"{what}: its groups do not stand in their order.")
        return compared

    def told(self, group: Any) -> str:
        """A group in words."""
        if not self.by:
            return "all rows"
        values = group if isinstance(group, list) else [group]
        pairs = [
            f"{b} = {'unknown' if v is None else v}" for b, v in zip(self.by, values, strict=False)
        ]
        return f"group ({', '.join(pairs)[:200]})"
