"""What is counted: ranked papers as they were filled in, and marks given to options.

Equal papers are kept once with how many there are: eighty thousand real papers are six thousand
different ones, and every rule here gives the same answer on either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

Paper = tuple[tuple[int, ...], ...]
"""A ranked paper as filled in: for each rank the options written there, by their place in
``options``. Nothing at a rank is a skipped rank; more than one is an overvote (or, where a rule
knows equal ranks, options ranked alike). An overvote of which nobody wrote down the names is
``(NOBODY, NOBODY)``."""

NOBODY = -1


@dataclass(frozen=True)
class Papers:
    """All ballots of one contest, as they were read.

    ``ranked`` maps a paper to how many were filled in so; ``marked`` does the same for ballots
    that mark options without ranking them (a tuple of ``(option, mark)``, sorted by option).
    ``write_ins`` are options that stand for nobody who stood; a runoff leaves them out first.
    """

    options: tuple[str, ...]
    ranked: Mapping[Paper, int] = field(default_factory=dict)
    marked: Mapping[tuple[tuple[int, Fraction], ...], int] = field(default_factory=dict)
    write_ins: frozenset[int] = frozenset()
    seats: int | None = None
    """How many are to be elected, where the file says so."""
    title: str = ""

    @property
    def number(self) -> int:
        """How many ballots there are, the empty ones too."""
        return sum(self.ranked.values()) + sum(self.marked.values())


@dataclass(frozen=True)
class Preferences:
    """What of ranked papers is counted: one option at a rank, each option once.

    ``ballots`` maps the order of preference to a number of papers. ``cut`` counts papers whose
    first counted rank is already unreachable (an overvote or too many skipped ranks came before
    it), ``empty`` those on which nothing is written at all.
    """

    ballots: Mapping[tuple[int, ...], int]
    empty: int
    cut: int

    @property
    def valid(self) -> int:
        """Papers that count for somebody in the first round."""
        return sum(self.ballots.values())


def preferences(papers: Papers, *, overvote: str = "exhaust", skips: str = "allow") -> Preferences:
    """Read the order of preference from ranked papers.

    ``overvote``: ``exhaust`` ends a paper at a rank with more than one option, ``skip`` passes
    over that rank. ``skips``: ``allow`` passes over empty ranks, ``exhaust-after-2`` ends a paper
    at the second empty rank in a row. An option written again counts where it stands first.

    Raises:
        ValueError: an unknown way of reading.
    """
    if overvote not in ("exhaust", "skip"):
        raise ValueError(f"overvote is exhaust or skip, not {overvote!r}")
    if skips not in ("allow", "exhaust-after-2"):
        raise ValueError(f"skips is allow or exhaust-after-2, not {skips!r}")
    longest = 1 if skips == "exhaust-after-2" else None
    ballots: Counter[tuple[int, ...]] = Counter()
    empty = cut = 0
    for paper, times in papers.ranked.items():
        if not any(paper):
            empty += times
            continue
        order = _order(paper, overvote == "exhaust", longest)
        if order:
            ballots[order] += times
        else:
            cut += times
    return Preferences(dict(ballots), empty, cut)


def _order(paper: Paper, overvote_ends: bool, longest_gap: int | None) -> tuple[int, ...]:
    found: list[int] = []
    gap = 0
    for rank in paper:
        if not rank:
            gap += 1
            if longest_gap is not None and gap > longest_gap:
                break
            continue
        gap = 0
        if len(rank) > 1:
            if overvote_ends:
                break
            continue
        if rank[0] not in found:
            found.append(rank[0])
    return tuple(found)


def levels(paper: Paper) -> tuple[tuple[int, ...], ...]:
    """The groups of options ranked alike, best first; an option counts where it stands first."""
    seen: set[int] = set()
    found = []
    for rank in paper:
        fresh = tuple(sorted({one for one in rank if one not in seen and one != NOBODY}))
        if fresh:
            seen.update(fresh)
            found.append(fresh)
    return tuple(found)


def gather(rows: Iterable[Paper]) -> dict[Paper, int]:
    """Papers with how many there are of each."""
    return dict(Counter(rows))
