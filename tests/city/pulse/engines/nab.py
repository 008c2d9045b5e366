"""The Numenta Anomaly Benchmark's own rule of counting, from its published description.

An alarm inside a window of a true anomaly is worth the more the earlier it comes, by a sigmoid
over the window; only the best one of a window counts. A window without an alarm costs 1; an alarm
outside costs up to 0.11, less when it comes just after a window (standard profile). The first
15 % of a series (of at most 5,000 rows) are for learning and count for nothing. One threshold
holds for all series, the best one; 0 is what never alarming reaches, 100 what a perfect detector
would. Data and rule are Numenta's (MIT licence); the data is not part of this project.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

FALSE_ALARM = 0.11
LEARNING, LEARNING_AT_MOST = 0.15, 750


@dataclass(frozen=True)
class Labelled:
    """A series and its windows of true anomalies (first and last row, both inside)."""

    name: str
    values: list[float]
    windows: list[tuple[int, int]]

    @property
    def family(self) -> str:
        """The folder it stands in: series of one kind."""
        return self.name.split("/")[0]


def load(archive: Path, windows: Path) -> list[Labelled]:
    """The series whose windows are known."""
    found = []
    known: dict[str, list[list[str]]] = json.loads(windows.read_text())
    with zipfile.ZipFile(archive) as files:
        for name, spans in known.items():
            text = files.read(f"data/{name}").decode()
            rows = [row for row in list(csv.reader(io.StringIO(text)))[1:] if row]
            moments = [row[0][:19] for row in rows]
            ends = [(moments.index(a[:19]), _last(moments, b[:19])) for a, b in spans]
            found.append(Labelled(name, [float(row[1]) for row in rows], ends))
    return found


def _last(moments: list[str], moment: str) -> int:
    return len(moments) - 1 - moments[::-1].index(moment)


def _sigmoid(position: np.ndarray) -> np.ndarray:
    """1 far before the end of a window, 0 at it, -1 from three widths after it."""
    near = 2 / (1 + np.exp(5 * np.minimum(position, 3.0))) - 1
    return np.where(position > 3.0, -1.0, near)


BEST = float(_sigmoid(np.array(-1.0)))


def worth(rows: int, windows: Sequence[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    """What an alarm at each row is worth, and the window it is in (-1 none, -2 learning)."""
    value = np.full(rows, -FALSE_ALARM)
    window = np.full(rows, -1)
    for number, (first, last) in enumerate(windows):
        width = last - first + 1
        after = np.arange(last + 1, rows)
        value[after] = FALSE_ALARM * _sigmoid((after - last) / max(width - 1, 1))
        inside = np.arange(first, last + 1)
        value[inside] = _sigmoid(-(last - inside + 1) / width) / BEST
        window[inside] = number
    window[: int(min(LEARNING * rows, LEARNING_AT_MOST))] = -2
    return value, window


@dataclass(frozen=True)
class Standing:
    """What every threshold would reach, from the highest threshold down."""

    thresholds: np.ndarray
    gained: np.ndarray
    """Above a detector that never alarms."""
    windows: int

    @property
    def best(self) -> tuple[float, float]:
        """The score (0 … 100; below 0 is never best) and its threshold."""
        if not len(self.gained) or self.gained.max() <= 0:
            return 0.0, float("inf")
        at = int(np.argmax(self.gained))
        return 50 * float(self.gained[at]) / self.windows, float(self.thresholds[at])

    def at(self, threshold: float) -> float:
        """What a threshold gains above never alarming."""
        reached = np.flatnonzero(self.thresholds >= threshold)
        return float(self.gained[reached[-1]]) if len(reached) else 0.0


def standing(series: Sequence[Labelled], scores: Sequence[Sequence[float]]) -> Standing:
    """Count the alarms of every threshold over all series together."""
    height, change = [], []
    for one, given in zip(series, scores, strict=True):
        score = np.asarray(given, float)
        value, window = worth(len(score), one.windows)
        outside = window == -1
        height.append(score[outside])
        change.append(value[outside])
        for number in range(len(one.windows)):
            inside = np.flatnonzero(window == number)
            order = inside[np.argsort(-score[inside], kind="stable")]
            best = np.maximum.accumulate(value[order])
            height.append(score[order])
            change.append(np.diff(np.concatenate([[-1.0], best])))
    heights, changes = np.concatenate(height), np.concatenate(change)
    order = np.argsort(-heights, kind="stable")
    heights, total = heights[order], np.cumsum(changes[order])
    last = np.append(heights[1:] != heights[:-1], True)
    return Standing(heights[last], total[last], sum(len(one.windows) for one in series))
