"""The rules once more, as slowly and plainly as they can be written: what the fast ones must say.

Nothing is shared with the library but the kind of a ballot: a tuple of options in order of
preference, or a tuple of marks.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise, permutations

Ballot = tuple[int, ...]


def irv(ballots: list[Ballot], options: int) -> int | None:
    """Who wins an instant runoff; the first on the ballot paper is left out last."""
    standing = list(range(options))
    while True:
        votes = dict.fromkeys(standing, 0)
        for ballot in ballots:
            for one in ballot:
                if one in standing:
                    votes[one] += 1
                    break
        total = sum(votes.values())
        if total == 0:
            return None
        for one in standing:
            if votes[one] > Fraction(total, 2) or len(standing) == 1:
                return one
        fewest = min(votes.values())
        standing.remove(max(one for one in standing if votes[one] == fewest))


def stv(ballots: list[Ballot], options: int, seats: int) -> list[int]:
    """Who is elected by the Scottish rules, every paper a thing of its own."""
    papers = [[ballot, 100_000] for ballot in ballots if ballot]
    if not papers:
        return []
    quota = (len(papers) // (seats + 1) + 1) * 100_000
    holder = {number: paper[0][0] for number, paper in enumerate(papers)}
    continuing, elected, waiting = list(range(options)), [], []
    past: list[list[int]] = []

    def votes() -> list[int]:
        return [
            sum(papers[number][1] for number in holder if holder[number] == one)
            for one in range(options)
        ]

    def choose(among: list[int], now: list[int], most: bool) -> int:
        pick = max if most else min
        for tally in [now, *reversed(past)]:
            wanted = pick(tally[one] for one in among)
            among = [one for one in among if tally[one] == wanted]
        return min(among) if most else max(among)

    def hand_on(number: int) -> None:
        for one in papers[number][0]:
            if one in continuing:
                holder[number] = one
                return
        del holder[number]

    while True:
        now = votes()
        reached = [one for one in continuing if now[one] >= quota]
        while reached and len(elected) < seats:
            one = choose(reached, now, True)
            reached.remove(one)
            continuing.remove(one)
            elected.append(one)
            if now[one] > quota:
                waiting.append(one)
        if len(continuing) <= seats - len(elected):
            while continuing:
                one = choose(continuing, now, True)
                continuing.remove(one)
                elected.append(one)
        if len(elected) >= seats or not continuing:
            return elected
        if waiting:
            one = choose(waiting, now, True)
            waiting.remove(one)
            surplus, total = now[one] - quota, now[one]
            kept = [number for number in holder if holder[number] == one]
            for number in kept:
                papers[number][1] = papers[number][1] * surplus // total
                hand_on(number)
            # The quota stays with the elected: one paper that holds it all.
            papers.append([(one,), quota])
            holder[len(papers) - 1] = one
        else:
            one = choose(continuing, now, False)
            continuing.remove(one)
            for number in [number for number in holder if holder[number] == one]:
                hand_on(number)
        past.append(now)


def schulze(ballots: list[Ballot], options: int) -> set[int]:
    """All who win: strongest paths by trying every path."""

    def prefer(a: int, b: int) -> int:
        count = 0
        for ballot in ballots:
            place_a = ballot.index(a) if a in ballot else options
            place_b = ballot.index(b) if b in ballot else options
            count += place_a < place_b
        return count

    def link(a: int, b: int) -> int:
        return prefer(a, b) if prefer(a, b) > prefer(b, a) else 0

    def path(a: int, b: int) -> int:
        others = [one for one in range(options) if one not in (a, b)]
        best = 0
        for length in range(len(others) + 1):
            for middle in permutations(others, length):
                way = [a, *middle, b]
                best = max(best, min(link(x, y) for x, y in pairwise(way)))
        return best

    return {
        a for a in range(options) if all(path(a, b) >= path(b, a) for b in range(options) if b != a)
    }
