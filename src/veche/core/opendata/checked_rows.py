"""Published rows, read by whoever checks them: nothing in the files is believed."""

from __future__ import annotations

import csv
import datetime as dt
import decimal
import hashlib
import json
import operator
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

BATCH = 4096  # rows held at a time
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

    def mask(self, conditions: Sequence[Any]) -> Mask:
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
