"""Which texts are about the same matter: groups that do not chain.

Texts that are near are linked; what hangs together by links is split by average linkage, so that a
text belongs to a group only when it is near to the whole of it, not to one neighbour that is near
to another. Of one author at most :data:`OF_ONE` texts make a group, and a group of one author is
none: a flood of one person is not a matter of many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from veche.city.ideas.similar.index import Index, Near


class Bounds(NamedTuple):
    """From which nearness on texts belong together."""

    link: float
    """Two texts nearer than this are looked at together."""
    together: float
    """The average nearness of the texts of a group to each other is no less than this."""


SPACED = Bounds(link=0.32, together=0.28)
"""Words of a spaced script share endings and short words: strangers are near to 0.2."""
UNSPACED = Bounds(link=0.12, together=0.11)
"""Three Chinese characters in common say more: strangers are near to 0.06."""
OF_ONE = 3
MOST_TOGETHER = 3_000
"""Texts that are split at once; what hangs together in a greater number is linked more strictly."""
STRICTER = 0.04
DIMENSIONS = 8_192
"""Of the vectors that stand for texts where all are compared with all: the products differ from
the exact ones by about a hundredth."""
_NONE = -9.0
"""Nearness where there is nothing to be near to."""


def clusters(
    index: Index,
    nearest: Iterable[Sequence[Near]],
    authors: Sequence[str] | None = None,
    spaced: Bounds = SPACED,
) -> list[list[int]]:
    """Groups of two or more texts, those of most people first, then of most texts.

    Args:
        index: the texts.
        nearest: for every text in turn its nearest others.
        authors: for every text who wrote it, or an empty string; None where nobody knows.
        spaced: the bounds of texts in a spaced script.
    """

    def bounds(one: int, other: int) -> Bounds:
        return UNSPACED if index.unspaced[one] and index.unspaced[other] else spaced

    pairs = [
        (text, near.text, near.score)
        for text, others in enumerate(nearest)
        for near in others
        if near.score >= bounds(text, near.text).link
    ]
    found: list[list[int]] = []
    for texts in _linked(pairs):
        kept = _capped(texts, authors)
        if len(kept) > 1:
            most = 2 * sum(index.unspaced[text] for text in kept) > len(kept)
            found += split(index, kept, (UNSPACED if most else spaced).together)
    if authors is not None:
        found = [group for group in found if people(group, authors) > 1]
        found.sort(key=lambda group: (-people(group, authors), -len(group), group[0]))
    else:
        found.sort(key=lambda group: (-len(group), group[0]))
    return found


def people(group: Sequence[int], authors: Sequence[str]) -> int:
    """How many people wrote the texts of a group; a text of nobody is one person's."""
    named = {authors[text] for text in group if authors[text]}
    return len(named) + sum(not authors[text] for text in group)


def _capped(texts: list[int], authors: Sequence[str] | None) -> list[int]:
    if authors is None:
        return texts
    met: Counter[str] = Counter()
    kept = []
    for text in texts:
        met[authors[text]] += 1
        if not authors[text] or met[authors[text]] <= OF_ONE:
            kept.append(text)
    return kept


def _linked(pairs: list[tuple[int, int, float]]) -> list[list[int]]:
    """What hangs together by pairs, in parts that can be split: what is too much for that is
    taken without its weakest pairs."""
    above: dict[int, int] = {}

    def top(text: int) -> int:
        while above.setdefault(text, text) != text:
            above[text] = text = above[above[text]]
        return text

    for first, second, _score in pairs:
        one, other = sorted((top(first), top(second)))
        above[other] = one
    parts: dict[int, list[int]] = {}
    for text in sorted(above):
        parts.setdefault(top(text), []).append(text)
    found: list[list[int]] = []
    for head, texts in parts.items():
        if len(texts) <= MOST_TOGETHER:
            found.append(texts)
            continue
        mine = [pair for pair in pairs if top(pair[0]) == head]
        least = min(score for _one, _other, score in mine) + STRICTER
        found += _linked([pair for pair in mine if pair[2] >= least])
    return found


def split(index: Index, texts: Sequence[int], together: float = SPACED.together) -> list[list[int]]:
    """Groups of the texts by average linkage; a text near to no group is in none."""
    near = _products(index, texts)
    np.fill_diagonal(near, _NONE)
    sizes = np.ones(len(texts))
    open_groups: dict[int, list[int]] = {place: [place] for place in range(len(texts))}
    ready: list[list[int]] = []
    # The nearest neighbour of each is followed until two are nearest to each other: with average
    # linkage those may be joined at once, whatever is joined later.
    chain: list[int] = []
    while open_groups:
        if not chain:
            chain.append(next(iter(open_groups)))
        here = chain[-1]
        other = int(np.argmax(near[here]))
        back = chain[-2] if len(chain) > 1 else -1
        if back >= 0 and near[here, back] >= near[here, other]:
            other = back
        if near[here, other] < together:
            # What others are joined to is no nearer to it than they were: it is complete.
            ready.append(open_groups.pop(chain.pop()))
            near[here, :] = near[:, here] = _NONE
        elif other == back:
            del chain[-2:]
            kept, gone = min(here, other), max(here, other)
            whole = sizes[kept] + sizes[gone]
            joined = (near[kept] * sizes[kept] + near[gone] * sizes[gone]) / whole
            joined[near[kept] == _NONE] = _NONE
            near[kept, :] = near[:, kept] = joined
            near[gone, :] = near[:, gone] = _NONE
            near[kept, kept] = _NONE
            sizes[kept] = whole
            open_groups[kept] += open_groups.pop(gone)
        else:
            chain.append(other)
    return [sorted(texts[place] for place in group) for group in ready if len(group) > 1]


def _products(index: Index, texts: Sequence[int]) -> NDArray[np.float64]:
    """How near each of the texts is to each other."""
    dense = np.zeros((len(texts), DIMENSIONS), np.float32)
    for row, text in enumerate(texts):
        part = slice(index.starts[text], index.starts[text + 1])
        numbers = index.vocabulary[index.columns[part]]
        places = (numbers >> np.uint32(1)) % np.uint32(DIMENSIONS)
        signs = np.where(numbers & np.uint32(1), 1, -1)
        dense[row] = np.bincount(places, index.weights[part] * signs, DIMENSIONS)
    return (dense @ dense.T).astype(np.float64)
