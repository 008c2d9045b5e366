"""The kept map as its page shows it: shapes, sentences, tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from veche.city.ideas.models import OpinionMap, Statement

LETTERS = "ABCDE"
"""Groups are called so on pages, the largest first; in the files they are 0, 1, 2 …"""
MOST = 5
"""Statements in a short list."""
COMMON, APART = 0.6, 0.3
"""Shares from which on all groups are said to agree, or to be apart."""


@dataclass(frozen=True)
class Cell:
    """What one group says to one statement."""

    letter: str
    agree: int
    disagree: int
    seen: int

    @property
    def share(self) -> float:
        """Of those who have seen it, how many agree."""
        return self.agree / self.seen if self.seen else 0.0

    @property
    def against(self) -> float:
        """Of those who have seen it, how many disagree."""
        return self.disagree / self.seen if self.seen else 0.0


@dataclass(frozen=True)
class Line:
    """One statement with what the groups say."""

    number: int
    text: str
    consensus: float
    gap: float
    cells: Sequence[Cell]
    agrees: bool = True


@dataclass(frozen=True)
class Saying:
    """A statement that tells a group from the others."""

    text: str
    agrees: bool
    said: int
    """So many of the group say so …"""
    seen: int
    """… of so many who have seen it."""


@dataclass(frozen=True)
class Shape:
    """A group on the paper."""

    letter: str
    place: int
    members: int
    x: int
    y: int
    outline: str
    dots: str
    says: Sequence[Saying]


@dataclass(frozen=True)
class Picture:
    """All that the page shows of a map."""

    people: int
    """Participants who said anything."""
    grouped: int
    """Those who said enough to stand on the map."""
    votes: int
    groups: Sequence[Shape]
    others: str
    """The dots of those whose group is too small to be shown."""
    others_count: int
    lines: Sequence[Line]
    """Every statement, first those that all groups agree with most."""
    agreed: Sequence[Line]
    rejected: Sequence[Line]
    apart: Sequence[Line]
    you: tuple[int, int] | None
    """Where the reader stands; nobody else is given it."""
    your_group: str


def picture_of(
    kept: OpinionMap, statements: Sequence[Statement], participant: int | None
) -> Picture | None:
    """The map as it is drawn for a reader; None where none was made, or nobody stands on it."""
    body = kept.body
    if not body or not body.get("points"):
        return None
    texts = {one.number: one.text for one in statements}
    letters = [LETTERS[place] for place in range(len(body["groups"]))]
    rows = {one["number"]: one for one in body["statements"] if one["number"] in texts}
    lines = [_line(rows[number], texts[number], letters) for number in rows]
    by_consensus = sorted(lines, key=lambda one: -one.consensus)
    seen_by_all = {number for number, one in rows.items() if one["all"]}
    mine = body["mine"].get(str(participant)) if participant is not None else None
    dots = [
        _dots(point for point in body["points"] if point[2] == place)
        for place in range(-1, len(letters))
    ]
    return Picture(
        people=body["participants"],
        grouped=body["grouped"],
        votes=body["votes"],
        groups=[
            _shape(group, place, dots[place + 1], rows, texts)
            for place, group in enumerate(body["groups"])
        ],
        others=dots[0],
        others_count=sum(point[2] == -1 for point in body["points"]),
        lines=by_consensus,
        agreed=[
            one
            for one in by_consensus
            if one.number in seen_by_all and all(cell.share >= COMMON for cell in one.cells)
        ][:MOST],
        rejected=[
            Line(one.number, one.text, one.consensus, one.gap, one.cells, agrees=False)
            for one in sorted(lines, key=lambda one: -rows[one.number]["against"])
            if one.number in seen_by_all and all(cell.against >= COMMON for cell in one.cells)
        ][:MOST],
        apart=[
            one
            for one in sorted(lines, key=lambda one: -one.gap)
            if one.number in seen_by_all and one.gap >= APART and len(one.cells) > 1
        ][:MOST],
        you=(mine[0], mine[1]) if mine else None,
        your_group=letters[mine[2]] if mine and mine[2] >= 0 else "",
    )


def _line(row: Mapping[str, Any], text: str, letters: Sequence[str]) -> Line:
    cells = [Cell(letter, *cell) for letter, cell in zip(letters, row["cells"], strict=True)]
    return Line(row["number"], text, row["consensus"], row["gap"], cells)


def _dots(points: Any) -> str:
    """Points as one path of lines without length: the end of each is a round dot."""
    return "".join(f"M{x} {y}h0" for x, y, _group in points)


def _shape(
    group: Mapping[str, Any],
    place: int,
    dots: str,
    rows: Mapping[int, Mapping[str, Any]],
    texts: Mapping[int, str],
) -> Shape:
    x, y = group["at"]
    says = []
    for one in group["says"]:
        if one["statement"] not in rows:
            continue
        agree, disagree, seen = rows[one["statement"]]["cells"][place]
        agrees = one["says"] == "agree"
        said = agree if agrees else disagree
        says.append(Saying(texts[one["statement"]], agrees, said, seen))
    outline = " ".join(f"{a},{b}" for a, b in group["hull"])
    return Shape(LETTERS[place], place, group["members"], x, y, outline, dots, says)
