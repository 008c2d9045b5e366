"""Instant runoff: who has more than half of the continuing ballots is elected.

Source: Minneapolis Code of Ordinances, title 8.5, chapter 167 (single-seat offices): in each
round write-ins nobody declared go first; then, while nobody has a majority, all who cannot
possibly win are left out together (those whose votes taken together are fewer than the next
one's), otherwise the one with the fewest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from veche.city.ballots.counting.ballots import Papers, preferences
from veche.city.ballots.counting.record import Count, Round
from veche.city.ballots.counting.ties import Order, Ties, declared


def count_irv(
    papers: Papers,
    *,
    order: Order | None = None,
    overvote: str = "exhaust",
    skips: str = "allow",
    together: bool = True,
) -> Count:
    """Elect one option by instant runoff.

    ``together``: leave out at once all who cannot win (the rounds are fewer, the winner is the
    same); otherwise one a round.
    """
    options = papers.options
    read = preferences(papers, overvote=overvote, skips=skips)
    ties = Ties(options, order or declared(len(options)))
    piles: dict[int, dict[tuple[int, ...], int]] = {one: {} for one in range(len(options))}
    for ballot, times in read.ballots.items():
        piles[ballot[0]][ballot] = times
    tally = {one: sum(pile.values()) for one, pile in piles.items()}
    continuing = set(piles)
    exhausted = read.cut
    rounds: list[Round] = []
    winners: tuple[str, ...] = ()
    while continuing:
        shown = {options[one]: tally[one] for one in sorted(continuing)}
        active = sum(tally[one] for one in continuing)
        best = max(continuing, key=tally.__getitem__)
        if tally[best] * 2 > active or len(continuing) == 1:
            # Without a single vote nobody is elected, even when alone.
            winners = (options[best],) if active else ()
            rounds.append(Round(shown, winners, (), exhausted))
            break
        out = _out(papers, continuing, tally, ties, together)
        names = tuple(options[one] for one in out)
        rounds.append(Round(shown, (), names, exhausted, ties=ties.take()))
        continuing.difference_update(out)
        for one in out:
            exhausted += _pass_on(piles.pop(one), continuing, piles, tally)
    return Count("irv", options, winners, tuple(rounds), papers.number, read.valid, read.empty)


def _out(
    papers: Papers, continuing: set[int], tally: Mapping[int, int], ties: Ties, together: bool
) -> Sequence[int]:
    """Who is left out after this round, in the order of the ballot paper."""
    write_ins = sorted(continuing & papers.write_ins)
    if write_ins and len(write_ins) < len(continuing):
        return write_ins
    if together and (losers := hopeless(continuing, tally)):
        return sorted(losers)
    fewest = min(tally[one] for one in continuing)
    return [ties.lowest(sorted(one for one in continuing if tally[one] == fewest))]


def hopeless(continuing: set[int], tally: Mapping[int, int]) -> list[int]:
    """The most options who together have fewer votes than the next one: none of them can win."""
    ranking = sorted(continuing, key=lambda one: (tally[one], one))
    found, running = 0, 0
    for place, one in enumerate(ranking):
        if place and running < tally[one]:
            found = place
        running += tally[one]
    return ranking[:found]


def _pass_on(
    pile: dict[tuple[int, ...], int],
    continuing: set[int],
    piles: dict[int, dict[tuple[int, ...], int]],
    tally: dict[int, int],
) -> int:
    """Give each ballot to its next continuing option; returns how many have none."""
    lost = 0
    for ballot, times in pile.items():
        for one in ballot:
            if one in continuing:
                piles[one][ballot] = times
                tally[one] += times
                break
        else:
            lost += times
    return lost
