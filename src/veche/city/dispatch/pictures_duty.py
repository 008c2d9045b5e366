"""Pictures of duty: weeks of turns with their gaps, and a ladder on its time axis. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

WEEK = dt.timedelta(days=7)
ROW = 26
"""How far above each other rungs of one moment stand, in pixels."""
TONES = 6
"""So many people are told apart by tone; their initials stand in the block besides."""


@dataclass(frozen=True)
class Block:
    """A turn or a gap within a week: where it begins and how wide it is, in per cent."""

    x: str
    width: str
    tone: str
    initials: str
    title: str
    middle: str


@dataclass(frozen=True)
class Week:
    """A week of a list: its days and what stands in it."""

    days: tuple[tuple[str, dt.date], ...]
    blocks: tuple[Block, ...]


def initials(name: str) -> str:
    """The first letters of a name, two at most; of a Chinese one its first character."""
    words = [word for word in name.split() if word]
    return "".join(word[0] for word in words[:2]).upper()


def weeks(
    pieces: Sequence[tuple[dt.datetime, dt.datetime, int | None, str]],
    since: dt.datetime,
    until: dt.datetime,
    zone: ZoneInfo,
) -> list[Week]:
    """Weeks from Monday on; a piece is since, until, the person (None: a gap), the name."""
    local = since.astimezone(zone)
    monday = dt.datetime.combine(local.date() - dt.timedelta(days=local.weekday()), dt.time(), zone)
    order: dict[int, int] = {}
    for _since, _until, person, _name in pieces:
        if person is not None:
            order.setdefault(person, len(order) % TONES)
    found = []
    while monday < until:
        end = monday + WEEK
        blocks = []
        for begins, ends, person, name in pieces:
            left, right = max(begins, monday), min(ends, end)
            if left >= right:
                continue
            x, wide = 100 * ((left - monday) / WEEK), 100 * ((right - left) / WEEK)
            blocks.append(
                Block(
                    f"{x:.2f}%",
                    f"{max(wide - 0.2, 0.2):.2f}%",
                    "gap" if person is None else f"p{order[person]}",
                    initials(name) if wide > 4 and person is not None else "",
                    name,
                    f"{x + wide / 2:.2f}%",
                )
            )
        days = tuple(
            (f"{100 * n / 7:.2f}%", (monday + dt.timedelta(days=n)).date()) for n in range(7)
        )
        found.append(Week(days, tuple(blocks)))
        monday = end
    return found


@dataclass(frozen=True)
class Mark:
    """A rung on the axis: where, how far above it, its number and its act."""

    x: str
    y: int
    n: int
    act: str


@dataclass(frozen=True)
class Axis:
    """The axis of a ladder: the rungs, and where the term ends."""

    marks: tuple[Mark, ...]
    end: str
    """Where 100 % is, in per cent of the width."""
    term: str
    """How wide the term is."""
    rows: int
    """How many rungs stand above each other at most."""
    ticks: tuple[tuple[str, int], ...]


def axis(rungs: Sequence[tuple[int, float, str]]) -> Axis:
    """The picture of a ladder; a rung is its number, its share of the term in per cent, its act.

    The axis goes a little beyond the last rung, and beyond the end of the term in any case.
    """
    most = max([120.0, *(share * 1.1 for _n, share, _act in rungs)])

    def place(share: float) -> str:
        return f"{3 + 94 * share / most:.2f}%"

    marks: list[Mark] = []
    last: dict[int, float] = {}
    for n, share, act in sorted(rungs, key=lambda one: (one[1], one[0])):
        # Rungs at the same moment stand above each other.
        row = next(r for r in range(99) if share - last.get(r, -1e9) >= most * 0.06)
        last[row] = share
        marks.append(Mark(place(share), -row * ROW, n, act))
    step = 50 if most <= 320 else 100 if most <= 640 else 200
    ticks = tuple((place(share), share) for share in range(0, int(most) + 1, step))
    return Axis(tuple(marks), place(100), f"{9400 / most:.2f}%", len(last), ticks)
