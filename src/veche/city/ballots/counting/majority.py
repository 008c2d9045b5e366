"""A decision by yes and no: majority, quorum, and more than one majority at once.

Each condition is a line of its own with what was needed and what there was, so that a page can
show which one failed. Numbers are whole or fractions; "more than half" is never rounded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

BASES = ("votes", "cast", "roll")
"""Of what a share is taken: yes and no; everything cast, abstentions too; everybody on the roll."""


SHARES = ("share", "quorum", "territories")
SHARE = re.compile(r"[0-9]{1,9}(/[1-9][0-9]{0,8})?")


def _share(text: object) -> Fraction:
    if not isinstance(text, str) or not SHARE.fullmatch(text):
        raise ValueError(f"{text!r} is not a share, as 1/2")
    return Fraction(text)


@dataclass(frozen=True)
class Side:
    """What was cast in one territory (or altogether)."""

    yes: int
    no: int
    abstain: int = 0
    roll: int = 0
    """How many could vote."""

    def __post_init__(self) -> None:
        if min(self.yes, self.no, self.abstain, self.roll) < 0:
            raise ValueError("a number of votes cannot be below nothing")
        if self.roll and self.cast > self.roll:
            raise ValueError("more votes were cast than there are people on the roll")

    @property
    def cast(self) -> int:
        """Everything cast."""
        return self.yes + self.no + self.abstain

    def base(self, name: str) -> int:
        """The number a share is taken of.

        Raises:
            ValueError: an unknown base.
        """
        if name not in BASES:
            raise ValueError(f"a share is taken of {', '.join(BASES)}, not of {name!r}")
        return {"votes": self.yes + self.no, "cast": self.cast, "roll": self.roll}[name]


@dataclass(frozen=True)
class Majority:
    """The rule of a decision.

    ``share`` of ``of`` must say yes: more than it (``strictly``), or at least it. ``quorum`` is
    the share of the roll that must have taken part (everything cast, at least so many).
    ``territories`` is the share of the territories in which yes must have the same majority
    ("double majority"), at least so many; ``everywhere_quorum`` asks the quorum of each of them.
    """

    share: Fraction = Fraction(1, 2)
    of: str = "votes"
    strictly: bool = True
    quorum: Fraction | None = None
    territories: Fraction | None = None
    everywhere_quorum: bool = False

    def __post_init__(self) -> None:
        if self.of not in BASES:
            raise ValueError(f"a share is taken of {', '.join(BASES)}, not of {self.of!r}")
        for name in SHARES:
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 1:
                raise ValueError(f"{name} is a part of one")

    @classmethod
    def read(cls, config: Mapping[str, Any]) -> Majority:
        """The rule of a configuration as JSON holds it; shares are written ``"2/3"``.

        Raises:
            ValueError: an unknown word, or a value that is not possible.
        """
        if unknown := sorted(set(config) - set(cls.__dataclass_fields__)):
            raise ValueError(f"a majority has no {', '.join(unknown)}")
        given = dict(config)
        for name in SHARES:
            if given.get(name) is not None:
                given[name] = _share(given[name])
        for name in ("strictly", "everywhere_quorum"):
            if not isinstance(given.get(name, False), bool):
                raise ValueError(f"{name} is true or false")
        return cls(**given)

    def canonical(self) -> str:
        """The configuration as canonical JSON (RFC 8785): sorted names, no spaces."""
        told = {
            name: str(value) if isinstance(value, Fraction) else value
            for name, value in vars(self).items()
        }
        return json.dumps(told, sort_keys=True, separators=(",", ":"))

    def enough(self, side: Side) -> bool:
        """Whether yes has the majority here; of nothing it never has."""
        base = side.base(self.of)
        if not base:
            return False
        have = Fraction(side.yes, base)
        return have > self.share if self.strictly else have >= self.share


@dataclass(frozen=True)
class Needed:
    """One condition: its name, the part there was, the part there must be, and whether it held."""

    name: str
    have: Fraction
    need: Fraction
    met: bool
    more_than: bool = False
    """Whether ``need`` had to be passed, not only reached."""


@dataclass(frozen=True)
class Decision:
    """What was decided, and the conditions it hung on."""

    passed: bool
    conditions: tuple[Needed, ...]
    carried: Mapping[str, bool] = field(default_factory=dict)
    """Territory → whether yes had the majority there."""


def decide(rule: Majority, whole: Side, territories: Mapping[str, Side] | None = None) -> Decision:
    """Apply the rule.

    Raises:
        ValueError: the rule counts territories and none are given, a quorum has no roll, or the
            territories do not add up to the whole.
    """
    parts = dict(territories or {})
    if parts:
        for name in ("yes", "no", "abstain", "roll"):
            if sum(getattr(side, name) for side in parts.values()) != getattr(whole, name):
                raise ValueError(f"the territories do not add up to the whole ({name})")
    base = whole.base(rule.of)
    found = [
        Needed(
            f"yes of {rule.of}",
            Fraction(whole.yes, base) if base else Fraction(0),
            rule.share,
            rule.enough(whole),
            rule.strictly,
        )
    ]
    if rule.quorum is not None:
        found.append(_quorum("quorum", whole, rule.quorum))
        if rule.everywhere_quorum:
            _need(parts)
            found += [
                _quorum(f"quorum of {name}", side, rule.quorum) for name, side in parts.items()
            ]
    carried: dict[str, bool] = {}
    if rule.territories is not None:
        _need(parts)
        carried = {name: rule.enough(side) for name, side in parts.items()}
        have = Fraction(sum(carried.values()), len(carried))
        found.append(Needed("territories", have, rule.territories, have >= rule.territories))
    return Decision(all(one.met for one in found), tuple(found), carried)


def _need(parts: Mapping[str, Side]) -> None:
    if not parts:
        raise ValueError("this rule counts territories, and none are given")


def _quorum(name: str, side: Side, quorum: Fraction) -> Needed:
    if not side.roll:
        raise ValueError("a quorum needs the number of people on the roll")
    have = Fraction(side.cast, side.roll)
    return Needed(name, have, quorum, have >= quorum)
