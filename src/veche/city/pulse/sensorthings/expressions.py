"""What a ``$filter`` says, as a tree; nothing here knows of the database."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Span:
    """A time from one moment to another."""

    since: dt.datetime
    until: dt.datetime


@dataclass(frozen=True, slots=True)
class Shape:
    """A geometry as well-known text."""

    text: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written out: None, truth, number, text, moment, day, time of day, span, duration,
    shape."""

    value: Any


@dataclass(frozen=True, slots=True)
class Path:
    """Names one after another: relations, a property, and ways into its JSON."""

    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A function and what it is given."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """eq, ne, gt, ge, lt, le."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Reckon:
    """add, sub, mul, div, mod."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Minus:
    """The number with its sign turned."""

    of: Node


@dataclass(frozen=True, slots=True)
class All:
    """and: every one of them."""

    of: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """or: at least one of them."""

    of: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """not."""

    of: Node


@dataclass(frozen=True, slots=True)
class Among:
    """in: equal to one of a list."""

    of: Node
    values: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Exists:
    """any(x: …): a relation holds an entity, called ``name`` inside, for which it is so."""

    path: Path
    name: str
    of: Node | None


Node = Literal | Path | Call | Compare | Reckon | Minus | All | Some | Not | Among | Exists


@dataclass(frozen=True, slots=True)
class Key:
    """One key of an order."""

    of: Node
    falling: bool
