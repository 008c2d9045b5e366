#!/usr/bin/env python3
"""Check a publication: are these the published files, and do the figures follow from the rows?

    python3 verify.py DIR [--json]

DIR holds ``catalogue.json``, ``checksums.sha256``, ``data/*.csv`` and ``figures/*.json``. Needs
Python 3.10 or newer and nothing else: this file is published beside the data, so that a stranger
can read it, run it, or write another from the definitions. Exit 0: everything agrees; 1: something
differs, and the first difference is said; 2: DIR is not a publication.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import decimal
import hashlib
import json
import operator
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import compress, islice
from pathlib import Path
from typing import Any

FORMAT = "veche-publication/1"
BATCH = 4096  # rows held at a time
MOST_DIFFERENCES = 50  # told in full; the rest are only counted
UNITS = {"year": 4, "month": 7, "day": 10}
COMPARISONS = {
    "eq": operator.eq, "ne": operator.ne, "lt": operator.lt,
    "le": operator.le, "gt": operator.gt, "ge": operator.ge,
}  # fmt: skip
SHAPES = {
    "integer": re.compile(r"-?[0-9]{1,30}"),
    "duration": re.compile(r"-?[0-9]{1,30}"),
    "number": re.compile(r"-?[0-9]{1,200}(\.[0-9]{1,200})?"),
    "boolean": re.compile(r"true|false"),
    "moment": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"),
    "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    "point": re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,20})? -?[0-9]{1,3}(\.[0-9]{1,20})?"),
    "text": re.compile(r"(?s).*"),
}
ORDERED = ("integer", "number", "moment", "date", "duration")
SUMMABLE = ("integer", "number", "duration")
NEEDS: dict[str, Sequence[str]] = {
    "distinct": tuple(SHAPES), "sum": SUMMABLE, "mean": SUMMABLE, "min": ORDERED, "max": ORDERED,
    "median": ORDERED, "percentile": ORDERED, "count": (), "count_where": (), "share": (),
    "rate": (),
}  # fmt: skip
PROVES_NOT = (
    "This shows that the files are the published ones and that every figure follows from the"
    " published rows by its published definition. It does not show that the rows are true or"
    " complete, nor that this folder is the one the city published: compare the checksum of"
    " checksums.sha256 with one obtained another way."
)
Mask = list[bool]
Key = tuple[Any, ...]


class NotAPublication(Exception):
    """The folder cannot be read as a publication at all; the text says why."""


class Broken(Exception):
    """A published file contradicts the catalogue; the text says where."""


# --- reading what may be garbage -------------------------------------------------------------


def _no_float(text: str) -> Any:
    raise ValueError(f"the floating number {text[:40]}, where only exact ones belong")


def read_json(path: Path) -> Any:
    """The JSON in a file. Raises: OSError; ValueError (not JSON, or with floating numbers)."""
    try:
        text = path.read_text(encoding="utf-8")
        return json.loads(text, parse_float=_no_float, parse_constant=_no_float)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def take(holder: Any, key: str, kind: type, what: str) -> Any:
    """``holder[key]``, which must be of this type. Raises: NotAPublication."""
    value = holder.get(key) if isinstance(holder, dict) else None
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise NotAPublication(f'{what}: "{key}" is missing or not a {kind.__name__}.')
    return value


def inside(folder: Path, name: str) -> Path:
    """The file of this name in the folder. Raises: Broken when it would lie elsewhere."""
    parts = name.split("/")
    if "\\" in name or "\0" in name or ":" in name or any(p in ("", ".", "..") for p in parts):
        raise Broken(f"The file name {name[:80]!r} leads out of the publication.")
    return folder.joinpath(*parts)


def sha256(path: Path) -> str:
    """The file's SHA-256, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


# --- columns ---------------------------------------------------------------------------------


def value_of(kind: str, text: str) -> Any:
    """One cell as a value. Raises: ValueError when it is not of this type."""
    if not SHAPES[kind].fullmatch(text):
        raise ValueError
    if kind in ("integer", "duration"):
        return int(text)
    if kind == "number":
        return decimal.Decimal(text)
    if kind == "boolean":
        return text == "true"
    if kind == "moment":
        dt.datetime.fromisoformat(text[:19])
    elif kind == "date":
        dt.date.fromisoformat(text)
    return text  # moments and dates of this shape sort as text


def literal(kind: str, value: Any) -> Any:
    """A value in a definition, as a value of the column's type. Raises: ValueError."""
    if kind == "boolean":
        if isinstance(value, bool):
            return value
    elif kind in SUMMABLE:
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if kind == "number" and isinstance(value, str):
            return value_of(kind, value)
    elif isinstance(value, str) and value:
        return value_of(kind, value) if kind != "point" else value
    raise ValueError


def exact(value: Any) -> Any:
    """A value as a figure publishes it: whole numbers, or [numerator, denominator]."""
    if isinstance(value, decimal.Decimal):
        ratio = Fraction(value)
        return ratio.numerator if ratio.denominator == 1 else [ratio.numerator, ratio.denominator]
    return value


class Batch:
    """Some rows, by column; conditions and groupings are worked out once for all figures."""

    def __init__(self, columns: dict[str, list[Any]], size: int) -> None:
        self.columns = columns
        self.size = size
        self.masks: dict[str, Mask] = {}
        self.groups: dict[tuple[str, ...], list[Key]] = {}

    def mask(self, conditions: Sequence[Condition]) -> Mask:
        """For each row, whether it meets all the conditions."""
        name = "&".join(c.text for c in conditions)
        if name not in self.masks:
            found = [True] * self.size
            for condition in conditions:
                if condition.text not in self.masks:
                    self.masks[condition.text] = condition.test(self.columns)
                found = list(map(operator.and_, found, self.masks[condition.text]))
            self.masks[name] = found
        return self.masks[name]

    def keys(self, by: tuple[str, ...]) -> list[Key]:
        """For each row, the group it belongs to."""
        if by not in self.groups:
            parts = []
            for name in by:
                column, _, unit = name.partition(":")
                cells = self.columns[column]
                if unit:
                    n = UNITS[unit]
                    cells = [c if c is None else c[:n] for c in cells]
                parts.append(cells)
            self.groups[by] = list(zip(*parts, strict=False)) if parts else [()] * self.size
        return self.groups[by]


# --- definitions -----------------------------------------------------------------------------


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


# --- the publication -------------------------------------------------------------------------


class Verification:
    """One run over one folder; see :func:`verify`."""

    def __init__(self, folder: Path, progress: Callable[[str], None]) -> None:
        self.folder = folder
        self.progress = progress
        self.differences: list[str] = []
        self.more = 0
        self.files = self.datasets = self.rows = self.figures = self.cells = self.withheld = 0

    def tell(self, sentence: str) -> None:
        """Note a difference."""
        if len(self.differences) < MOST_DIFFERENCES:
            self.differences.append(sentence)
        else:
            self.more += 1

    def run(self) -> None:
        """Check everything. Raises: NotAPublication."""
        if not self.folder.is_dir():
            raise NotAPublication(f"{self.folder} is not a folder.")
        try:
            catalogue = read_json(self.folder / "catalogue.json")
        except FileNotFoundError:
            raise NotAPublication(f"{self.folder} holds no catalogue.json.") from None
        except (OSError, ValueError) as error:
            raise NotAPublication(f"catalogue.json cannot be read: {error}.") from None
        if take(catalogue, "format", str, "catalogue.json") != FORMAT:
            raise NotAPublication(f"catalogue.json is not in the format {FORMAT}.")
        datasets = take(catalogue, "datasets", list, "catalogue.json")
        figures = take(catalogue, "figures", list, "catalogue.json")
        needed = ["catalogue.json"]
        needed += [take(d, "file", str, "a dataset") for d in datasets if not is_persons(d)]
        needed += [take(f, "file", str, "a figure") for f in figures]
        self.check_files(needed)
        for figure in figures:
            self.check_copy(figure)
        names = set()
        for dataset in datasets:
            name = take(dataset, "name", str, "a dataset")
            if name in names:
                raise NotAPublication(f"Dataset {name} is listed twice.")
            names.add(name)
            mine = [f for f in figures if dataset_of(f) == name]
            self.check_dataset(name, dataset, mine)
        for figure in figures:
            if dataset_of(figure) not in names:
                raise NotAPublication(f"A figure is over {dataset_of(figure)!r}, no dataset here.")

    def check_files(self, needed: Sequence[str]) -> None:
        """Compare every file with its checksum."""
        try:
            lines = (self.folder / "checksums.sha256").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            raise NotAPublication(f"{self.folder} holds no checksums.sha256.") from None
        except (OSError, ValueError) as error:
            raise NotAPublication(f"checksums.sha256 cannot be read: {error}.") from None
        listed = set()
        for number, line in enumerate(lines, 1):
            match = re.fullmatch(r"([0-9a-f]{64}) [ *](.+)", line)
            if not match:
                self.tell(f"checksums.sha256, line {number}: not a checksum with a file name.")
                continue
            wanted, name = match.groups()
            listed.add(name)
            try:
                found = sha256(inside(self.folder, name))
            except FileNotFoundError:
                self.tell(f"{name} is listed in checksums.sha256 and missing.")
            except Broken as error:
                self.tell(str(error))
            except OSError as error:
                self.tell(f"{name} cannot be read: {error.strerror}.")
            else:
                self.files += 1
                if found != wanted:
                    self.tell(f"{name}: its checksum is {found}, published {wanted}.")
        for name in needed:
            if name not in listed:
                self.tell(f"{name} belongs to the publication and has no checksum.")

    def check_copy(self, figure: Any) -> None:
        """A figure's own file says the same as the catalogue."""
        name = take(figure, "file", str, "a figure")
        try:
            if read_json(inside(self.folder, name)) != figure:
                self.tell(f"{name} does not say the same as catalogue.json.")
        except Broken as error:
            self.tell(str(error))
        except (OSError, ValueError) as error:
            self.tell(f"{name} cannot be read: {error}.")

    def check_dataset(self, name: str, dataset: Any, figures: Sequence[Any]) -> None:
        """Read the rows of a dataset once and recompute all its figures."""
        what = f"Dataset {name}"
        self.datasets += 1
        if is_persons(dataset):
            for figure in figures:
                self.check_withheld(figure, take(dataset, "cells_min", int, what))
            return
        types: dict[str, str] = {}
        unknown_allowed = set()
        for column in take(dataset, "columns", list, what):
            kind = take(column, "type", str, what)
            if kind not in SHAPES:
                raise NotAPublication(f"{what}: there is no type {kind!r}.")
            types[take(column, "name", str, what)] = kind
            if take(column, "nullable", bool, what):
                unknown_allowed.add(column["name"])
        key = take(dataset, "key", list, what)
        if not types or not key or any(k not in types for k in map(str, key)):
            raise NotAPublication(f"{what}: its columns or its key are missing.")
        computed = [Figure(f, types) for f in figures]
        file, rows = take(dataset, "file", str, what), 0
        seen: set[Key] = set()
        try:
            for batch in batches(inside(self.folder, file), file, types, unknown_allowed):
                rows += batch.size
                seen.update(zip(*(batch.columns[k] for k in key), strict=False))
                for figure in computed:
                    figure.feed(batch)
                self.progress(f"{name}: {rows} rows")
        except Broken as error:
            self.tell(str(error))
            return
        except OSError as error:
            self.tell(f"{file} cannot be read: {error.strerror}.")
            return
        self.rows += rows
        if rows != take(dataset, "rows", int, what):
            self.tell(f"{file}: published {dataset['rows']} rows, found {rows}.")
        if len(seen) != rows:
            self.tell(f"{file}: {rows - len(seen)} rows repeat the key ({', '.join(key)}).")
        for figure in computed:
            self.cells += figure.compare(self.tell)
            self.figures += 1

    def check_withheld(self, figure: Any, least: int) -> None:
        """Figures over persons: nothing to recompute from, but no small cell may be shown."""
        name = take(take(figure, "definition", dict, "a figure"), "name", str, "a figure")
        self.withheld += 1
        for cell in take(figure, "cells", list, f"Figure {name}"):
            values = take(cell, "values", list, f"Figure {name}")
            if any(isinstance(v, int) and 0 < v < least for v in values):
                self.tell(f"Figure {name}: shows a cell of fewer than {least} persons.")

    def summary(self) -> str:
        """What was checked, in words."""
        text = (
            f"Checked: {self.files} files by checksum, {self.datasets} datasets with {self.rows}"
            f" rows, {self.figures} figures with {self.cells} values recomputed."
        )
        if self.withheld:
            text += f" {self.withheld} figures over persons have no published rows: not recomputed."
        return text


def is_persons(dataset: Any) -> bool:
    """Whether the rows are about people, and so not published."""
    return isinstance(dataset, dict) and dataset.get("persons") is True


def dataset_of(figure: Any) -> str:
    """The name of the dataset a figure is over. Raises: NotAPublication."""
    definition = take(figure, "definition", dict, "a figure")
    return str(take(definition, "dataset", str, "a figure"))


def batches(
    path: Path, name: str, types: dict[str, str], unknown_allowed: set[str]
) -> Iterator[Batch]:
    """The rows of a file in batches, every cell checked. Raises: Broken, OSError."""
    columns = list(types)
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, strict=True)
        first = 2  # the row's number in the file, counted in rows, the header being the first
        try:
            header = next(reader, [])
            if header != columns:
                raise Broken(f"{name}: its header is {header!r:.200}, described {columns!r:.200}.")
            while True:
                rows = list(islice(reader, BATCH))
                if not rows:
                    return
                for i, row in enumerate(rows):
                    if len(row) != len(columns):
                        raise Broken(
                            f"{name}, row {first + i}: {len(row)} cells for {len(columns)} columns."
                        )
                table = {
                    c: cells(name, first, c, types[c], texts, c in unknown_allowed)
                    for c, texts in zip(columns, zip(*rows, strict=False), strict=False)
                }
                yield Batch(table, len(rows))
                first += len(rows)
        except UnicodeDecodeError:
            raise Broken(f"{name}: after row {first} it is not UTF-8 text.") from None
        except csv.Error as error:
            raise Broken(f"{name}: after row {first} it is not CSV: {error}.") from None


def cells(
    name: str, first: int, column: str, kind: str, texts: Sequence[str], unknown_allowed: bool
) -> list[Any]:
    """The cells of one column of a batch as values; empty means unknown. Raises: Broken."""
    found: list[Any] = []
    for i, text in enumerate(texts):
        if text == "":
            if not unknown_allowed:
                raise Broken(f"{name}, row {first + i}: {column} is empty and may not be.")
            found.append(None)
            continue
        try:
            found.append(text if kind == "text" else value_of(kind, text))
        except ValueError:
            raise Broken(
                f"{name}, row {first + i}: {column} is no {kind}: {text[:80]!r}."
            ) from None
    return found


def verify(folder: Any, progress: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
    """Check the publication in a folder.

    Gives ``ok``, ``datasets``, ``rows``, ``figures``, ``cells``, ``first_difference`` (a sentence,
    or None), ``seconds``; beyond the stable part ``differences``, ``more`` and ``summary``.

    Raises:
        NotAPublication: the folder cannot be read as a publication.
    """
    started = time.monotonic()
    run = Verification(Path(folder), progress)
    limit = csv.field_size_limit(1 << 30)
    # Sums of decimals must be exact; anything that would round is an error instead.
    context = decimal.Context(prec=2000, traps=[decimal.Inexact, decimal.InvalidOperation])
    try:
        with decimal.localcontext(context):
            run.run()
    finally:
        csv.field_size_limit(limit)
    return {
        "ok": not run.differences,
        "datasets": run.datasets,
        "rows": run.rows,
        "figures": run.figures,
        "cells": run.cells,
        "first_difference": run.differences[0] if run.differences else None,
        "seconds": round(time.monotonic() - started, 3),
        "differences": run.differences,
        "more": run.more,
        "summary": run.summary(),
    }


def main(argv: Sequence[str] | None = None) -> int:
    """The command line; gives the exit status."""
    parser = argparse.ArgumentParser(prog="verify", description=__doc__.splitlines()[0])
    parser.add_argument("folder", metavar="DIR", help="the folder of the publication")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    args = parser.parse_args(argv)
    return report(args.folder, args.json)


def report(folder: str, as_json: bool) -> int:
    """Verify, print, and give the exit status: 0 agrees, 1 differs, 2 not a publication."""
    live = sys.stderr.isatty() and not as_json

    def progress(text: str) -> None:
        if live:
            print(f"\r{text}\x1b[K", end="", file=sys.stderr, flush=True)

    started = time.monotonic()
    try:
        result = verify(folder, progress)
    except (NotAPublication, ValueError, TypeError, LookupError, ArithmeticError, OSError) as error:
        # Whatever a stranger's folder holds, the answer is a sentence.
        sentence = str(error) if isinstance(error, NotAPublication) else f"{folder}: {error!r}."
        empty = dict.fromkeys(("datasets", "rows", "figures", "cells"), 0)
        seconds = round(time.monotonic() - started, 3)
        failed = {"ok": False, **empty, "first_difference": sentence, "seconds": seconds}
        print(json.dumps(failed) if as_json else f"Not a publication: {sentence}")
        return 2
    progress("")
    if as_json:
        for key in ("differences", "more", "summary"):
            del result[key]
        print(json.dumps(result, ensure_ascii=False))
    else:
        for sentence in result["differences"]:
            print(sentence)
        if result["more"]:
            print(f"… and {result['more']} more differences.")
        print(result["summary"])
        print("Everything agrees." if result["ok"] else "Something differs.")
        print(PROVES_NOT)
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
