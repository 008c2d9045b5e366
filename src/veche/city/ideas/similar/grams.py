"""What is compared of a text: its short runs of characters, each as one number of 32 bits.

Words are never looked up anywhere, so every language is read in the same way: of a spaced script
the runs of two to four characters within a word and at its edges, of Chinese and Japanese those
of one to three. `grams` reads one text without any library, for a page; `many` reads thousands
at once and gives the very same numbers, for the worker and the command line.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from veche.city.ideas.similar.batch import Rows

LONGEST = 300
"""Characters of a text that are read, its title before it: what a matter is about is said first,
and what follows in a long letter links it with every other long letter."""

UNSPACED = ((0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF),
            (0x20000, 0x2FA1F))  # fmt: skip
"""First and last characters of the scripts that are written without spaces."""

UNSPACED_MOST = 3
SPACED_LEAST, SPACED_MOST = 2, 4

MOST_TIMES = 255

PRIME = 16777619
MIX = 0x85EBCA6B
_ALL = 0xFFFFFFFF
_SPACE = 32
_BREAKS = re.compile(r"[\W_]+")
# Soft hyphens, joiners, marks of direction: a person does not see them, and two texts that look
# the same shall be the same.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069"
    "\ufe00-\ufe0f\ufeff\ud800-\udfff]"
)


def plain(text: str, longest: int = LONGEST) -> str:
    """The text as it is compared: small letters, one space between words and at both ends.

    What a reader cannot see is dropped, what looks alike is one (full-width letters, ligatures).
    Empty where nothing is left to compare.
    """
    # Four times as much is enough for what is dropped, and a megabyte of marks costs nothing.
    text = unicodedata.normalize("NFKC", _UNSEEN.sub("", text[: 4 * longest])).casefold()
    text = _BREAKS.sub(" ", text.replace("ё", "е")).strip()[:longest].strip()
    return f" {text} " if text else ""


def unspaced(code: int) -> bool:
    """Whether a character is of a script written without spaces."""
    return code >= UNSPACED[0][0] and any(first <= code <= last for first, last in UNSPACED)


def is_unspaced(text: str) -> bool:
    """Whether a text is for the most part of a script written without spaces."""
    letters = [ord(letter) for letter in text[:LONGEST] if letter.isalpha()]
    return 2 * sum(map(unspaced, letters)) > len(letters)


def grams(text: str, longest: int = LONGEST) -> dict[int, int]:
    """The numbers of a text, from 0 to 2³² - 1, and how often each stands in it, at most 255."""
    codes = [ord(letter) for letter in plain(text, longest)]
    whole = [unspaced(code) for code in codes]
    found: Counter[int] = Counter()
    size = len(codes)
    for begin in range(size):
        value, dense = 0, False
        for length in range(1, SPACED_MOST + 1):
            end = begin + length
            if end > size:
                break
            code = codes[end - 1]
            value = ((value ^ code) * PRIME) & _ALL
            dense = dense or whole[end - 1]
            if dense:
                if length > UNSPACED_MOST or code == _SPACE or codes[begin] == _SPACE:
                    break
                found[mixed(value)] += 1
            elif length >= SPACED_LEAST:
                found[mixed(value)] += 1
                if code == _SPACE:
                    break
    return {number: min(times, MOST_TIMES) for number, times in found.items()}


def mixed(value: int) -> int:
    """The number of a run out of the sum over its characters: every bit depends on every other."""
    value ^= value >> 15
    value = (value * MIX) & _ALL
    return value ^ (value >> 13)


def many(texts: Sequence[str], longest: int = LONGEST) -> Rows:
    """The numbers of many texts at once; see `veche.city.ideas.similar.batch.Rows`."""
    from veche.city.ideas.similar.batch import rows

    return rows(texts, longest)
