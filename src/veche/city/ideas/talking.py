"""The rules of talking about ideas and of rating them. Pure Python."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

SHORTEST_COMMENT, LONGEST_COMMENT = 2, 3_000
SHORTEST_REASON, LONGEST_REASON = 5, 1_000
THREADS = 20
"""Threads on one page."""
REPLIES = 10
"""Replies of a thread shown beneath its first comment; a page of its own shows the others."""
REPLIES_ALONE = 100
"""Replies on the page of one thread."""
DEEPEST = 4
"""Replies are moved in so many times; below that they stand under each other, and all are kept."""

RUSH_MOST, RUSH_DAYS = 30, 7
"""Without a rule of the city: so many ratings of one idea by accounts younger than so many days
are counted in a minute."""
RUSH_SECONDS = 60

_WORD = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|[^\s\u3400-\u9fff\uf900-\ufaff]+\s*|\s+")
"""A word with the space after it; each Chinese character by itself."""
MOST_PIECES = 2_000
"""Words of a text that are compared one by one; a longer one is shown as a whole."""


@dataclass(frozen=True)
class Piece:
    """A part of a text compared with an earlier one: ``same``, ``added`` or ``gone``."""

    kind: str
    text: str


def differences(before: str, after: str) -> list[Piece]:
    """What changed from one text to another, word by word; Chinese character by character.

    Texts of more than `MOST_PIECES` words are given whole: the first gone, the second added.
    """
    old, new = _WORD.findall(before), _WORD.findall(after)
    if max(len(old), len(new)) > MOST_PIECES:
        return [Piece("gone", before), Piece("added", after)]
    found: list[Piece] = []
    for tag, i, j, k, m in difflib.SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece("same", "".join(old[i:j])))
            continue
        if i < j:
            found.append(Piece("gone", "".join(old[i:j])))
        if k < m:
            found.append(Piece("added", "".join(new[k:m])))
    return found
