"""How a matter moves: a procedure drawn from its own declaration, as a picture and as tables.

Pure data; nothing here is typed in twice. Every state is a row. Steps that lead on run down on the
right, steps back run up on the left; all steps into one state share one line, so that the picture
stays legible with fifty steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from veche.core.cases.procedure import IMPORTER, START, Procedure, State

if TYPE_CHECKING:
    from django.utils.functional import Promise


@dataclass(frozen=True)
class Size:
    """How large a picture is drawn, in units of the picture."""

    row: int
    box: int
    gap: int
    """The distance of two lines."""
    width: int
    """Of a box."""
    indent: int
    """How far a detour is set in."""
    letters: int
    """Letters in one line of a title; a Chinese letter counts twice."""
    below: int
    """Letters in one line of what stands below it, which is written smaller."""
    lines: int
    """Lines that the title of a box may have, and what stands below it too."""


WIDE = Size(row=62, box=46, gap=9, width=360, indent=22, letters=40, below=48, lines=1)
PHONE = Size(row=100, box=86, gap=6, width=216, indent=8, letters=20, below=26, lines=2)
"""Narrow enough to be read on a telephone without scrolling sideways."""
LINE = 18
"""From one line of words to the next."""


@dataclass(frozen=True)
class Box:
    """One state."""

    code: str
    x: int
    y: int
    width: int
    height: int
    kind: str
    """``main`` on the declared line, ``detour`` beside it, ``end``; ``start`` before the first."""
    text_x: int
    lines: tuple[tuple[str, int, str], ...]
    """What is written in it: ``title`` or ``below``, how far down, the words."""


@dataclass(frozen=True)
class Wire:
    """All steps into one state from one side: a path with an arrow at its end."""

    path: str
    arrow: str
    dots: tuple[tuple[int, int], ...]
    back: bool
    title: str


@dataclass(frozen=True)
class Picture:
    """What the template draws."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    wires: tuple[Wire, ...]


@dataclass(frozen=True)
class Step:
    """One row of the table of steps."""

    name: str
    title: str | Promise
    source: str
    target: str
    role: str


def shown(procedure: Procedure) -> list[State]:
    """The states of matters of our own; records of other systems move by imports only."""
    return [state for state in procedure.states if not state.record]


def steps(procedure: Procedure) -> list[Step]:
    """Every step, in the order of the declaration; imports apart."""
    return [
        Step(move.name, move.title, source, move.target, move.role)
        for move in procedure.moves
        if move.role != IMPORTER
        for source in move.sources
    ]


def _wide(text: str) -> int:
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in text)


def _cut(text: str, most: int) -> str:
    """The text, cut with a sign where the box is too narrow; the table has it whole."""
    if _wide(text) <= most:
        return text
    while text and _wide(text) > most - 1:
        text = text[:-1]
    return text.rstrip() + "…"


def _broken(text: str, most: int, lines: int) -> list[str]:
    """The text in at most so many lines, broken between words, in Chinese between letters."""
    found: list[str] = []
    rest = text.strip()
    while rest and len(found) < lines - 1 and _wide(rest) > most:
        place = len(rest)
        while place > 1 and _wide(rest[:place].rstrip()) > most:
            place -= 1
        space = rest.rfind(" ", 0, place + 1)
        if space > 0 and ord(rest[min(place, len(rest) - 1)]) <= 0x2E80:
            place = space
        found.append(rest[:place].rstrip())
        rest = rest[place:].lstrip()
    return [*found, _cut(rest, most)] if rest else found


def _lanes(spans: Mapping[str, tuple[int, int]]) -> dict[str, int]:
    """A lane for every span of rows, so that no two spans in a lane meet; the short ones inside."""
    taken: list[list[tuple[int, int]]] = []
    found: dict[str, int] = {}
    for code, (low, high) in sorted(spans.items(), key=lambda one: (one[1][1] - one[1][0], one)):
        for lane, others in enumerate(taken):
            if all(high < a or low > b for a, b in others):
                others.append((low, high))
                found[code] = lane
                break
        else:
            found[code] = len(taken)
            taken.append([(low, high)])
    return found


def picture(procedure: Procedure, below: Mapping[str, str], size: Size = WIDE) -> Picture:
    """The picture of a procedure; ``below`` has the second line of each state."""
    states = shown(procedure)
    rows = {START: 0} | {state.code: n for n, state in enumerate(states, 1)}
    titles = {START: str(procedure.start)} | {s.code: str(s.title) for s in states}
    down: dict[str, set[str]] = {}
    up: dict[str, set[str]] = {}
    for step in steps(procedure):
        if step.source == step.target:
            continue
        side = down if rows[step.source] < rows[step.target] else up
        side.setdefault(step.target, set()).add(step.source)

    def spans(side: Mapping[str, set[str]]) -> dict[str, tuple[int, int]]:
        return {
            target: (
                min(rows[target], *(rows[s] for s in sources)),
                max(rows[target], *(rows[s] for s in sources)),
            )
            for target, sources in side.items()
        }

    right, left = _lanes(spans(down)), _lanes(spans(up))
    margin = size.gap * (max(left.values(), default=0) + 2) + 8
    edge = margin + size.width + size.indent
    boxes = [_box(procedure, None, 0, margin, titles[START], "", size)]
    boxes += [
        _box(
            procedure, state, rows[state.code], margin, titles[state.code], below[state.code], size
        )
        for state in states
    ]
    by_code = {box.code: box for box in boxes}
    wires = [
        _wire(by_code, titles, sources, target, edge + size.gap * (right[target] + 1), back=False)
        for target, sources in down.items()
    ] + [
        _wire(by_code, titles, sources, target, margin - size.gap * (left[target] + 1), back=True)
        for target, sources in up.items()
    ]
    width = edge + size.gap * (max(right.values(), default=0) + 2) + 4
    return Picture(width, size.row * len(boxes) + 4, tuple(boxes), tuple(wires))


def _box(
    procedure: Procedure,
    state: State | None,
    row: int,
    margin: int,
    title: str,
    below: str,
    size: Size,
) -> Box:
    if state is None:
        kind = "start"
    elif state.final:
        kind = "end"
    else:
        kind = "main" if state.code in procedure.line else "detour"
    inset = size.indent if kind == "detour" else 0
    x, y = margin + inset, row * size.row + (size.row - size.box) // 2
    said = [("title", line) for line in _broken(title, size.letters, size.lines)]
    said += [("below", line) for line in _broken(below, size.below, size.lines)]
    top = y + (size.box - LINE * len(said)) // 2 + 14
    return Box(
        code=state.code if state else START,
        x=x,
        y=y,
        width=size.width - inset,
        height=size.box,
        kind=kind,
        text_x=x + 12,
        lines=tuple((kind, top + LINE * n, line) for n, (kind, line) in enumerate(said)),
    )


def _wire(
    boxes: Mapping[str, Box],
    titles: Mapping[str, str],
    sources: set[str],
    target: str,
    lane: int,
    *,
    back: bool,
) -> Wire:
    """From the middles of the sources to the lane, along it, and into the target."""
    end = boxes[target]

    def side(box: Box) -> int:
        return box.x if back else box.x + box.width

    into = end.y + end.height // 2 + (7 if back else -7)
    parts, dots, heights = [], [], [into]
    for code in sorted(sources):
        box = boxes[code]
        out = box.y + box.height // 2 + (-7 if back else 7)
        parts.append(f"M{side(box)} {out}H{lane}")
        dots.append((side(box), out))
        heights.append(out)
    tip = side(end)
    parts.append(f"M{lane} {min(heights)}V{max(heights)}M{lane} {into}H{tip}")
    away = -7 if back else 7
    arrow = f"M{tip} {into}l{away} -4v8z"
    names = ", ".join(titles[code] for code in sorted(sources))
    return Wire("".join(parts), arrow, tuple(dots), back, f"{names} → {titles[target]}")
