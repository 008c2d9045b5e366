"""Schulze's method: who beats everybody by the strongest path of pairwise majorities.

Source: M. Schulze, "A new monotonic, clone-independent, reversal symmetric, and
Condorcet-consistent single-winner election method", Social Choice and Welfare 36 (2011); the
strength of a link is its winning votes. Options not ranked stand below all that are.
"""

from __future__ import annotations

from veche.city.ballots.counting.ballots import Papers, levels
from veche.city.ballots.counting.record import Count, Round
from veche.city.ballots.counting.ties import Order, Ties, declared


def pairs(papers: Papers) -> list[list[int]]:
    """How many prefer the option of the row to that of the column."""
    number = len(papers.options)
    over = [[0] * number for _row in range(number)]
    ranked_at_all = [0] * number
    for paper, times in papers.ranked.items():
        groups = levels(paper)
        above: list[int] = []
        for group in groups:
            for one in group:
                ranked_at_all[one] += times
                # Below is whoever is not above and not alike: take those away again.
                row = over[one]
                for other in above:
                    row[other] -= times
                for other in group:
                    if other != one:
                        row[other] -= times
            above.extend(group)
    for one in range(number):
        row = over[one]
        for other in range(number):
            if other != one:
                row[other] += ranked_at_all[one]
    return over


def strongest_paths(over: list[list[int]]) -> list[list[int]]:
    """The strength of the strongest path from each option to each (Floyd and Warshall)."""
    number = len(over)
    path = [
        [over[a][b] if over[a][b] > over[b][a] else 0 for b in range(number)] for a in range(number)
    ]
    for via in range(number):
        through = path[via]
        for a in range(number):
            if a == via or not path[a][via]:
                continue
            row, first = path[a], path[a][via]
            for b in range(number):
                if b not in (a, via):
                    strength = first if first < through[b] else through[b]
                    if strength > row[b]:
                        row[b] = strength
    return path


def count_schulze(papers: Papers, seats: int = 1, *, order: Order | None = None) -> Count:
    """Rank all options and take the first ``seats``.

    A round's tally is the number of options each beats by its strongest path.

    Raises:
        ValueError: fewer than one seat.
    """
    if seats < 1:
        raise ValueError("there must be at least one seat")
    options = papers.options
    number = len(options)
    ties = Ties(options, order or declared(number))
    over = pairs(papers)
    path = strongest_paths(over)
    left = set(range(number))
    empty = sum(times for paper, times in papers.ranked.items() if not any(paper))
    valid = sum(papers.ranked.values()) - empty
    winners: list[str] = []
    rounds: list[Round] = []
    while left and len(winners) < seats and valid:
        best = sorted(
            one for one in left if all(path[one][other] >= path[other][one] for other in left)
        )
        taken = ties.highest(best)
        beats = {
            options[one]: sum(path[one][other] > path[other][one] for other in left - {one})
            for one in sorted(left)
        }
        rounds.append(Round(beats, (options[taken],), ties=ties.take()))
        winners.append(options[taken])
        left.discard(taken)
    return Count(
        "schulze",
        options,
        tuple(winners),
        tuple(rounds),
        papers.number,
        valid,
        empty,
        more={
            "pairwise": {
                options[a]: dict(zip(options, over[a], strict=True)) for a in range(number)
            }
        },
    )
