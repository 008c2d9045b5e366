"""The query language of SensorThings: `$filter`, `$orderby`, `$select`, `$expand`.

A recursive descent over `tokens`; precedence from weak to strong is or, and, not, comparison, add
and sub, mul div mod, minus. Words such as ``eq`` are words only where an operator may stand, so a
property may be called anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from veche.city.pulse.sensorthings.answers import BadQuery, TooMuch
from veche.city.pulse.sensorthings.expressions import (
    All,
    Among,
    Call,
    Compare,
    Exists,
    Key,
    Literal,
    Minus,
    Node,
    Not,
    Path,
    Reckon,
    Some,
)
from veche.city.pulse.sensorthings.tokens import Token, tokens

DEEPEST: Final = 40
"""Parentheses and functions inside one another."""
DEEPEST_EXPAND: Final = 6

_SIGNS = {"eq", "ne", "gt", "ge", "lt", "le"}
_SUMS = {"add", "sub"}
_PRODUCTS = {"mul", "div", "mod"}
_CONSTANTS = {"null": None, "true": True, "false": False}
_VALUES = {"shape", "length", "text", "span", "moment", "day", "clock", "number"}


@dataclass(slots=True)
class Options:
    """What may be asked of a set, or of the entities a relation leads to."""

    filter: Node | None = None
    order: tuple[Key, ...] = ()
    select: tuple[str, ...] = ()
    expand: dict[str, Options] = field(default_factory=dict)
    top: int | None = None
    skip: int = 0
    count: bool = False
    raw: dict[str, str] = field(default_factory=dict)
    """As they were written, for the address of the next page."""


class Parser:
    """Reads one option, or the options of an `$expand`."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.n = 0
        self.depth = 0
        self.names: list[str] = []

    @property
    def now(self) -> Token:
        """The word that is to be read next."""
        return self.tokens[self.n]

    def take(self) -> Token:
        """Read it."""
        token = self.tokens[self.n]
        if token.kind != "end":
            self.n += 1
        return token

    def fault(self) -> BadQuery:
        """Why the present word cannot stand here."""
        if self.now.kind == "end":
            return BadQuery(what="it ends too early")
        return BadQuery(what=f"{self.now.text[:40]!r} at character {self.now.at + 1}")

    def met(self, sign: str) -> bool:
        """Read ``sign`` if it is next."""
        if self.now.kind == "sign" and self.now.text == sign:
            self.n += 1
            return True
        return False

    def must(self, sign: str) -> None:
        """Read ``sign``, which must be next."""
        if not self.met(sign):
            raise self.fault()

    def word(self, words: set[str]) -> str:
        """Read one of ``words`` if it is next; empty otherwise."""
        if self.now.kind == "name" and self.now.text in words:
            return self.take().text
        return ""

    def name(self) -> str:
        """Read a name."""
        if self.now.kind != "name":
            raise self.fault()
        return self.take().text

    def end(self) -> None:
        """Nothing may follow."""
        if self.now.kind != "end":
            raise self.fault()

    def deeper(self) -> None:
        """Count one level; `shallower` undoes it."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise TooMuch(what=f"more than {DEEPEST} levels of parentheses")

    def expression(self) -> Node:
        """A whole expression."""
        self.deeper()
        found = [self._all()]
        while self.word({"or"}):
            found.append(self._all())
        self.depth -= 1
        return found[0] if len(found) == 1 else Some(tuple(found))

    def _all(self) -> Node:
        found: list[Node] = []
        while True:
            one = self._not()
            found.extend(one.of if isinstance(one, All) else (one,))
            if not self.word({"and"}):
                return found[0] if len(found) == 1 else All(tuple(found))

    def _not(self) -> Node:
        following = self.tokens[self.n + 1 : self.n + 2]
        if self.now.text == "not" and self.now.kind == "name" and following:
            after = following[0]
            # ``not eq 1`` compares a property called "not".
            if after.kind != "name" or after.text not in _SIGNS | {"in"}:
                self.take()
                self.deeper()
                found = Not(self._not())
                self.depth -= 1
                return found
        return self._compared()

    def _compared(self) -> Node:
        left = self._sum()
        sign = self.word(_SIGNS)
        if sign:
            return Compare(sign, left, self._sum())
        if self.word({"in"}):
            self.must("(")
            values = [self._sum()]
            while self.met(","):
                values.append(self._sum())
            self.must(")")
            return Among(left, tuple(values))
        return left

    def _sum(self) -> Node:
        found = self._product()
        while sign := self.word(_SUMS):
            found = Reckon(sign, found, self._product())
        return found

    def _product(self) -> Node:
        found = self._minus()
        while sign := self.word(_PRODUCTS):
            found = Reckon(sign, found, self._minus())
        return found

    def _minus(self) -> Node:
        if self.met("-"):
            self.deeper()
            of = self._minus()
            self.depth -= 1
            if isinstance(of, Literal) and isinstance(of.value, int | float):
                return Literal(-of.value)
            return Minus(of)
        return self._primary()

    def _primary(self) -> Node:
        token = self.now
        if token.kind in _VALUES:
            return Literal(self.take().value)
        if self.met("("):
            found = self.expression()
            self.must(")")
            return found
        if token.kind != "name":
            raise self.fault()
        following = self.tokens[self.n + 1]
        if following.kind == "sign" and following.text == "(":
            return self._call()
        if token.text in _CONSTANTS and following.text != "/":
            return Literal(_CONSTANTS[self.take().text])
        return self._path()

    def _call(self) -> Call:
        name = self.take().text
        self.must("(")
        arguments: list[Node] = []
        if not self.met(")"):
            arguments.append(self.expression())
            while self.met(","):
                arguments.append(self.expression())
            self.must(")")
        return Call(name, tuple(arguments))

    def _path(self) -> Path | Exists:
        steps = [self.name()]
        while True:
            if self.met("["):
                if self.now.kind != "number":
                    raise self.fault()
                steps.append(self.take().text)
                self.must("]")
            elif not self.met("/"):
                return Path(tuple(steps))
            elif self.now.kind == "number":
                steps.append(self.take().text)
            elif self.now.text == "any" and self.tokens[self.n + 1].text == "(":
                return self._any(Path(tuple(steps)))
            elif self.now.kind == "text":
                # A key of JSON that is no name: properties/'line 3'.
                steps.append(str(self.take().value))
            else:
                steps.append(self.name())

    def _any(self, path: Path) -> Exists:
        self.take()
        self.must("(")
        if self.met(")"):
            return Exists(path, "", None)
        name = self.name()
        self.must(":")
        found = Exists(path, name, self.expression())
        self.must(")")
        return found

    def keys(self) -> tuple[Key, ...]:
        """What `$orderby` says."""
        found: list[Key] = []
        while True:
            of = self._sum()
            way = self.now.text.lower() if self.now.kind == "name" else ""
            if way in ("asc", "desc"):
                self.take()
            found.append(Key(of, way == "desc"))
            if not self.met(","):
                return tuple(found)

    def selected(self) -> tuple[str, ...]:
        """What `$select` says."""
        found = [self.name()]
        while self.met(","):
            found.append(self.name())
        return tuple(found)

    def expanded(self, depth: int = 1) -> dict[str, Options]:
        """What `$expand` says: ``A($top=1;$expand=B),C/D``."""
        if depth > DEEPEST_EXPAND:
            raise TooMuch(what=f"$expand more than {DEEPEST_EXPAND} levels deep")
        found: dict[str, Options] = {}
        while True:
            options = found.setdefault(self.name(), Options())
            level = depth
            while self.met("/"):
                level += 1
                if level > DEEPEST_EXPAND:
                    raise TooMuch(what=f"$expand more than {DEEPEST_EXPAND} levels deep")
                options = options.expand.setdefault(self.name(), Options())
            if self.met("("):
                self._inside(options, level)
            if not self.met(","):
                return found

    def _inside(self, options: Options, depth: int) -> None:
        while True:
            if self.now.kind != "option":
                raise self.fault()
            name = self.take().text
            self.must("=")
            begin = self.now.at
            self.option(options, name, depth)
            options.raw[name] = self.text[begin : self.now.at].strip()
            if self.met(")"):
                return
            self.must(";")

    def option(self, options: Options, name: str, depth: int) -> None:
        """Read the value of the option ``name`` into ``options``.

        Raises:
            BadQuery: there is no such option, or it cannot be so.
        """
        match name:
            case "$filter":
                options.filter = self.expression()
            case "$orderby":
                options.order = self.keys()
            case "$select":
                options.select = self.selected()
            case "$expand":
                for relation, inside in self.expanded(depth + 1).items():
                    options.expand[relation] = inside
            case "$top" | "$skip":
                if self.now.kind != "number" or not isinstance(self.now.value, int):
                    raise BadQuery(what=f"{name} is no whole number")
                value = self.take().value
                if name == "$top":
                    options.top = value
                else:
                    options.skip = value
            case "$count":
                word = self.word({"true", "false"})
                if not word:
                    raise BadQuery(what="$count is true or false")
                options.count = word == "true"
            case _:
                raise BadQuery(what=f"there is no option {name}")
