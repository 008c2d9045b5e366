"""What a methodology must say, what changed between two of them, and the digest by which an
agreement names one. Pure: no Django."""

from __future__ import annotations

import difflib
import hashlib
import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

MOST_HYPOTHESES = 10
MOST_INDICATORS = 20
LEAST_TESTERS = 5
"""Fewer could be told apart by their answers, so they are never shown."""
MOST_TESTERS = 20_000
MOST_DAYS = 366
MOST_COST = Decimal("99999999999999.99")
LEAST_TEXT, MOST_TEXT = 10, 5_000
MOST_NOTE = 500
MOST_NAME, MOST_UNIT = 160, 40
MEASURES = ("mean", "median", "share", "sum", "last", "most", "least")
OF_ONE = ("last", "most", "least")
"""Those whose value is one of the values: of residents it would tell what one of them said."""
DIRECTIONS = ("at_least", "at_most")
TEXTS = ("sample", "safety", "data_protection")
"""What is written in sentences."""
NUMBERS = ("testers", "days", "cost")


@dataclass(frozen=True)
class IndicatorGiven:
    """What is measured, and from where on it is a success."""

    name: str
    unit: str
    measure: str
    """One of `MEASURES`: how one value is made of many."""
    direction: str
    """``at_least`` or ``at_most`` the threshold."""
    threshold: float
    baseline: float | None = None
    """Where it stands without the solution; empty: nobody knows."""
    by_testers: bool = False
    code: str = ""
    """Keeps an indicator the same through versions; empty: a new one."""

    @property
    def met_before(self) -> bool:
        """Whether the threshold is met without the solution: such an indicator shows that nothing
        became worse, not that something became better."""
        if self.baseline is None:
            return False
        if self.direction == "at_least":
            return self.baseline >= self.threshold
        return self.baseline <= self.threshold


@dataclass(frozen=True)
class MethodologyGiven:
    """A whole methodology, as somebody writes it."""

    hypotheses: tuple[str, ...]
    indicators: tuple[IndicatorGiven, ...]
    sample: str
    safety: str
    data_protection: str
    days: int
    testers: int = 0
    cost: Decimal | None = None


class Wrong(ValueError):
    """Something in a methodology cannot stand; ``code`` says what, ``number`` in which line."""

    def __init__(self, code: str, number: int = 0) -> None:
        self.code, self.number = code, number
        super().__init__(code)


def check(given: MethodologyGiven) -> None:
    """Let pass a methodology by which a trial can be judged.

    Raises:
        Wrong: ``hypotheses`` or ``indicators`` (none, or too many), ``twice`` (two indicators of
            one name), ``measure``, ``of-one`` (residents are asked for it, and the value would be
            what one of them said), ``direction``, ``number`` (not finite), ``days``, ``testers``
            (fewer than 5 where they are asked), ``cost``.
    """
    if not 1 <= len(given.hypotheses) <= MOST_HYPOTHESES:
        raise Wrong("hypotheses")
    if not 1 <= len(given.indicators) <= MOST_INDICATORS:
        raise Wrong("indicators")
    seen: set[str] = set()
    for number, one in enumerate(given.indicators, 1):
        name = " ".join(one.name.casefold().split())
        if name in seen:
            raise Wrong("twice", number)
        seen.add(name)
        if one.measure not in MEASURES:
            raise Wrong("measure", number)
        if one.by_testers and one.measure in OF_ONE:
            raise Wrong("of-one", number)
        if one.direction not in DIRECTIONS:
            raise Wrong("direction", number)
        numbers = [one.threshold] if one.baseline is None else [one.threshold, one.baseline]
        if not all(math.isfinite(value) and abs(value) < 1e15 for value in numbers):
            raise Wrong("number", number)
    if not 1 <= given.days <= MOST_DAYS:
        raise Wrong("days")
    asked = any(one.by_testers for one in given.indicators)
    if not (LEAST_TESTERS if asked else 0) <= given.testers <= MOST_TESTERS:
        raise Wrong("testers")
    if given.cost is not None and not 0 <= given.cost <= MOST_COST:
        raise Wrong("cost")


def codes(indicators: Sequence[IndicatorGiven], had: Sequence[IndicatorGiven] = ()) -> list[str]:
    """A code for each indicator: the one it had in the version before (``had``), by its code or
    else by its name; a new one is called by its name. Never the same twice.

    >>> codes([IndicatorGiven("Weight, g", "g", "mean", "at_most", 50)])
    ['weight-g']
    >>> codes([IndicatorGiven("Вес", "г", "mean", "at_most", 50)])
    ['i1']
    """
    known = {one.code for one in had}
    by_name = {one.name.casefold(): one.code for one in had}
    kept = [
        one.code if one.code in known else by_name.get(one.name.casefold(), "")
        for one in indicators
    ]
    taken = known | set(kept)
    found: list[str] = []
    for one, code in zip(indicators, kept, strict=True):
        if not code or code in found:
            code = re.sub(r"[^a-z0-9]+", "-", one.name.casefold()).strip("-")[:36]
            number = 1
            while not code or code in taken or code in found:
                code, number = f"i{number}", number + 1
        found.append(code)
    return found


def digest(given: MethodologyGiven) -> str:
    """SHA-256 of all that a methodology says, in one fixed form: JSON with sorted keys."""
    said = {
        "hypotheses": list(given.hypotheses),
        "indicators": [
            {
                "code": one.code,
                "name": one.name,
                "unit": one.unit,
                "measure": one.measure,
                "direction": one.direction,
                "baseline": None if one.baseline is None else float(one.baseline),
                "threshold": float(one.threshold),
                "by_testers": one.by_testers,
            }
            for one in given.indicators
        ],
        "sample": given.sample,
        "safety": given.safety,
        "data_protection": given.data_protection,
        "days": given.days,
        "testers": given.testers,
        "cost": None if given.cost is None else f"{given.cost:.2f}",
    }
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Piece:
    """A run of words: ``same``, ``gone`` or ``new``."""

    kind: str
    text: str


@dataclass(frozen=True)
class Change:
    """One thing that is different between two versions."""

    part: str
    """``hypothesis``, ``indicator``, or the name of a text or number of the methodology."""
    kind: str
    """``new``, ``gone`` or ``changed``."""
    name: str = ""
    """The indicator's name."""
    what: str = ""
    """Which of the indicator's properties changed."""
    before: object = None
    after: object = None
    pieces: tuple[Piece, ...] = ()
    """Of sentences: which words went and came."""


def changes(before: MethodologyGiven, after: MethodologyGiven) -> list[Change]:
    """What is different between two versions, indicators first: thresholds are what counts."""
    found: list[Change] = []
    old = {one.code: one for one in before.indicators}
    new = {one.code: one for one in after.indicators}
    for code, one in new.items():
        was = old.get(code)
        if was is None:
            found.append(Change("indicator", "new", one.name, after=one))
            continue
        for what in (
            "threshold", "direction", "baseline", "measure", "unit", "by_testers", "name",
        ):  # fmt: skip
            a, b = getattr(was, what), getattr(one, what)
            if a != b:
                found.append(Change("indicator", "changed", one.name, what, a, b))
    found += [
        Change("indicator", "gone", one.name, before=one)
        for code, one in old.items()
        if code not in new
    ]
    found += _sentences(before.hypotheses, after.hypotheses)
    for part in TEXTS:
        a, b = getattr(before, part), getattr(after, part)
        if a != b:
            found.append(Change(part, "changed", before=a, after=b, pieces=pieces(a, b)))
    for part in NUMBERS:
        a, b = getattr(before, part), getattr(after, part)
        if a != b:
            found.append(Change(part, "changed", before=a, after=b))
    return found


def _sentences(before: Sequence[str], after: Sequence[str]) -> list[Change]:
    found: list[Change] = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        gone, come = list(before[a:b]), list(after[c:d])
        if kind == "equal":
            continue
        while gone and come:
            one, other = gone.pop(0), come.pop(0)
            found.append(
                Change("hypothesis", "changed", before=one, after=other, pieces=pieces(one, other))
            )
        found += [Change("hypothesis", "gone", before=one) for one in gone]
        found += [Change("hypothesis", "new", after=one) for one in come]
    return found


def pieces(before: str, after: str) -> tuple[Piece, ...]:
    """Which words of a text went and came; Chinese is compared by characters.

    >>> [(one.kind, one.text) for one in pieces("at most 60 g", "at most 50 g")]
    [('same', 'at most '), ('gone', '60'), ('new', '50'), ('same', ' g')]
    """
    han = r"\u3000-\u303f\u3400-\u9fff\uff00-\uffef"
    cut = re.compile(rf"[{han}]|\s+|[^\W{han}]+|[^\w\s]")
    a, b = cut.findall(before), cut.findall(after)
    found: list[Piece] = []
    matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            found.append(Piece("same", "".join(a[i:j])))
            continue
        if i < j:
            found.append(Piece("gone", "".join(a[i:j])))
        if k < m:
            found.append(Piece("new", "".join(b[k:m])))
    return tuple(found)
