"""Texts by what they say: the nearest of each, and of a new one.

A text is a vector over its short runs of characters (`grams`): ``(1 + ln times) × (1 + ln(texts /
texts that hold it))``, brought to length one; two texts are as near as the product of their
vectors, from 0 to 1. Rare runs are looked up first, since they say most and their lists are
short; the best met so far are then compared in full. Everything is computed in the same order
every time: the same texts give the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from veche.city.ideas.similar.batch import rows
from veche.city.ideas.similar.grams import LONGEST, is_unspaced

LOOKED_AT = 20_000
"""Entries of the lists of runs that are read for one text, the rarest first."""
LEAST_LOOKED_AT = 5_000
AT_MOST = 100_000_000
"""Entries read where all texts are gone through: in a large collection fewer for each."""
COMPARED = 40
"""Texts that are compared in full, for one text; half as many where fewer entries are read."""


class Near(NamedTuple):
    """Another text and how near it is."""

    text: int
    score: float


class Index:
    """The texts of one collection, by their place in the sequence given."""

    def __init__(self, texts: Sequence[str], longest: int = LONGEST) -> None:
        self.size, self.longest = len(texts), longest
        self.unspaced = [is_unspaced(text) for text in texts]
        """Of each text whether it is written without spaces: such are near at a lower score."""
        found = rows(texts, longest)
        self.starts = found.starts
        lengths = np.diff(found.starts)
        # One sort of pairs (number, place among all) is the list of every number at once.
        keys = (found.numbers.astype(np.uint64) << np.uint64(32)) | np.arange(
            len(found.numbers), dtype=np.uint64
        )
        keys.sort()
        places = keys.astype(np.uint32)
        keys >>= np.uint64(32)
        heads = np.flatnonzero(np.diff(keys, prepend=np.uint64(1 << 40)))
        self.vocabulary = keys[heads].astype(np.uint32)
        self.heads = np.append(heads, len(keys))
        del keys
        self.known = np.diff(self.heads)
        """How many texts hold each number of the vocabulary."""
        self.columns = np.empty(len(places), np.int32)
        self.columns[places] = np.repeat(
            np.arange(len(heads), dtype=np.int32), self.known.astype(np.int64)
        )
        self.rarity = (1 + np.log(max(self.size, 1) / np.maximum(self.known, 1))).astype(np.float32)
        often = (1 + np.log(np.arange(256, dtype=np.float32).clip(1))).astype(np.float32)
        self.weights = often[found.times] * self.rarity[self.columns]
        sums = np.add.reduceat(
            np.append(self.weights.astype(np.float64) ** 2, 0.0), self.starts[:-1]
        )
        norms = np.sqrt(np.where(lengths > 0, sums, 1.0)).astype(np.float32)
        self.weights /= np.repeat(norms, lengths)
        owners = np.repeat(np.arange(self.size, dtype=np.int32), lengths)
        self.lists = owners[places]
        self.list_weights = self.weights[places]
        self._often = often
        self._asked = np.zeros(len(self.vocabulary) + 1, np.float32)

    def nearest(
        self, most: int = 5, first: int = 0, last: int | None = None
    ) -> Iterator[list[Near]]:
        """The nearest others of the texts from ``first`` to before ``last``, best first."""
        looked_at = max(LEAST_LOOKED_AT, min(LOOKED_AT, AT_MOST // max(self.size, 1)))
        for text in range(first, self.size if last is None else last):
            part = slice(self.starts[text], self.starts[text + 1])
            yield self._near(self.columns[part], self.weights[part], most, looked_at, text)

    def like(self, text: str, most: int = 5) -> list[Near]:
        """The texts nearest to one that need not be among them, best first."""
        asked = rows([text], self.longest)
        if not len(asked.numbers) or not len(self.vocabulary):
            return []
        columns = np.searchsorted(self.vocabulary, asked.numbers)
        columns[columns == len(self.vocabulary)] = 0
        met = self.vocabulary[columns] == asked.numbers
        # A run that no text holds still says that the texts differ: as rare as rare can be.
        rarity = np.where(met, self.rarity[columns], np.float32(1 + np.log(self.size)))
        weights = self._often[asked.times] * rarity
        weights = (weights / np.sqrt((weights.astype(np.float64) ** 2).sum())).astype(np.float32)
        return self._near(columns[met].astype(np.int32), weights[met], most)

    def _near(
        self,
        columns: NDArray[np.int32],
        weights: NDArray[np.float32],
        most: int,
        looked_at: int = LOOKED_AT,
        without: int = -1,
    ) -> list[Near]:
        known = self.known[columns]
        if without >= 0:
            # What no other text holds is in no list but its own.
            shared = np.flatnonzero(known > 1)
            order = shared[np.argsort(known[shared], kind="stable")]
        else:
            order = np.argsort(known, kind="stable")
        read = np.cumsum(known[order])
        enough = int(np.searchsorted(read, looked_at, "right"))
        partly = enough < len(order)
        order = order[: max(enough, 1)]
        if not len(order):
            return []
        counts = known[order]
        places = _ranges(self.heads[columns[order]], counts)
        given = self.list_weights[places] * np.repeat(weights[order], counts)
        sums = np.asarray(np.bincount(self.lists[places], given, self.size), np.float64)
        if without >= 0:
            sums[without] = 0
        found = np.flatnonzero(sums > 0)
        compared = COMPARED if looked_at == LOOKED_AT else COMPARED // 2
        if len(found) > compared:
            best = np.partition(sums[found], len(found) - compared)[len(found) - compared]
            found = found[sums[found] >= best][: 2 * compared]
        if not len(found):
            return []
        exact = self._compared(columns, weights, found) if partly else sums[found]
        best_first = np.lexsort((found, -exact))[:most]
        return [
            Near(int(text), float(score))
            for text, score in zip(found[best_first], exact[best_first], strict=True)
        ]

    def _compared(
        self, columns: NDArray[np.int32], weights: NDArray[np.float32], others: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        self._asked[columns] = weights
        sizes = self.starts[others + 1] - self.starts[others]
        ends = np.cumsum(sizes)
        places = _ranges(self.starts[others], sizes)
        products = self._asked[self.columns[places]].astype(np.float64) * self.weights[places]
        self._asked[columns] = 0
        return np.asarray(np.add.reduceat(products, ends - sizes), np.float64)


def _ranges(starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The places of several runs of places, one after another."""
    ends = np.cumsum(sizes)
    return np.asarray(np.arange(ends[-1]) + np.repeat(starts - (ends - sizes), sizes), np.int64)
