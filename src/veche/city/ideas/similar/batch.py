"""The short runs of thousands of texts at once, by NumPy: the same numbers as `grams.grams`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from veche.city.ideas.similar.grams import (
    LONGEST,
    MIX,
    MOST_TIMES,
    PRIME,
    SPACED_LEAST,
    SPACED_MOST,
    UNSPACED,
    UNSPACED_MOST,
    plain,
)

CHARACTERS = 1_500_000
"""Read at once: about 100 MB of numbers at the height."""

_SPACE = 32
_BETWEEN = "\0"


class Rows(NamedTuple):
    """The distinct numbers of each text, one text after another."""

    starts: NDArray[np.int64]
    """Where the numbers of each text begin; one more entry than there are texts."""
    numbers: NDArray[np.uint32]
    """Rising within a text."""
    times: NDArray[np.uint8]
    """How often each stands in its text, at most 255."""


def rows(texts: Sequence[str], longest: int = LONGEST) -> Rows:
    """The numbers of all texts, in the order of the texts."""
    counts: list[NDArray[np.int64]] = []
    numbers: list[NDArray[np.uint32]] = []
    times: list[NDArray[np.uint8]] = []
    for some in _portions(plain(text, longest) for text in texts):
        count, found, often = _portion(some)
        counts.append(count)
        numbers.append(found)
        times.append(often)
    starts = np.zeros(len(texts) + 1, np.int64)
    if counts:
        np.cumsum(np.concatenate(counts), out=starts[1:])
    return Rows(
        starts,
        np.concatenate(numbers) if numbers else np.zeros(0, np.uint32),
        np.concatenate(times) if times else np.zeros(0, np.uint8),
    )


def _portions(texts: Iterable[str]) -> Iterator[list[str]]:
    some: list[str] = []
    size = 0
    for text in texts:
        some.append(text)
        size += len(text)
        if size >= CHARACTERS:
            yield some
            some, size = [], 0
    if some:
        yield some


def _portion(
    texts: list[str],
) -> tuple[NDArray[np.int64], NDArray[np.uint32], NDArray[np.uint8]]:
    codes = np.frombuffer((_BETWEEN.join(texts) + _BETWEEN).encode("utf-32-le"), "<u4")
    lengths = np.fromiter((len(text) + 1 for text in texts), np.int64, len(texts))
    whose = np.repeat(np.arange(len(texts), dtype=np.uint64), lengths)
    ends = codes == 0
    spaces = codes == _SPACE
    whole = np.zeros(len(codes), bool)
    for first, last in UNSPACED:
        whole |= (codes >= first) & (codes <= last)
    size = len(codes)
    keys: list[NDArray[np.uint64]] = []
    # Of the runs that begin at each place, grown by one character at a time.
    value = np.zeros(size, np.uint32)
    dense = np.zeros(size, bool)
    inner = np.zeros(size, bool)  # a space that is not the first character, before the last one
    over = np.zeros(size, bool)  # the end of the text
    for length in range(1, SPACED_MOST + 1):
        count = size - length + 1
        if count <= 0:
            break
        here = slice(length - 1, size)
        value, dense, inner, over = value[:count], dense[:count], inner[:count], over[:count]
        value = (value ^ codes[here]) * np.uint32(PRIME)
        dense = dense | whole[here]
        over = over | ends[here]
        taken = ~over & np.where(
            dense,
            (length <= UNSPACED_MOST) & ~inner & ~spaces[:count] & ~spaces[here],
            (length >= SPACED_LEAST) & ~inner,
        )
        keys.append((whose[:count][taken] << np.uint64(32)) | _mixed(value[taken]))
        if length > 1:
            inner = inner | spaces[here]
    found = np.sort(np.concatenate(keys))
    firsts = np.flatnonzero(np.diff(found, prepend=found[:1] + np.uint64(1)))
    times = np.diff(firsts, append=len(found)).clip(max=MOST_TIMES).astype(np.uint8)
    found = found[firsts]
    owners = (found >> np.uint64(32)).astype(np.int64)
    return np.bincount(owners, minlength=len(texts)), found.astype(np.uint32), times


def _mixed(value: NDArray[np.uint32]) -> NDArray[np.uint64]:
    value = value ^ (value >> np.uint32(15))
    value = value * np.uint32(MIX)
    return (value ^ (value >> np.uint32(13))).astype(np.uint64)
