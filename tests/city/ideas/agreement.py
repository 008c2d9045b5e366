"""How much two ways of making groups agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from math import comb


def rand_index(one: Sequence[Hashable], other: Sequence[Hashable]) -> float:
    """The adjusted Rand index: 1 for the same groups, about 0 for chance."""
    pairs = comb(len(one), 2)
    both = sum(comb(n, 2) for n in Counter(zip(one, other, strict=True)).values())
    first = sum(comb(n, 2) for n in Counter(one).values())
    second = sum(comb(n, 2) for n in Counter(other).values())
    chance = first * second / pairs
    most = (first + second) / 2
    return 1.0 if most == chance else (both - chance) / (most - chance)
