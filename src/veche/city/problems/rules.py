"""Rules of problems. Pure Python."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

SHORTEST_TEXT = 10
LONGEST_TEXT = 4000
LONGEST_ANSWER = 6000
LONGEST_REASON = 2000
MOST_PHOTOGRAPHS = 5

CHANNELS = ("telephone", "counter", "letter")
"""How a clerk is told of a problem."""

REJECTION_REASONS = ("not-city", "insult", "advertising", "duplicate", "unclear", "personal-data")
NOT_OURS_REASONS = ("other-office", "other-territory", "private-owner", "other-level")
REFUSAL_REASONS = ("not-ours-by-law", "no-fault-found", "private-land", "planned-later", "no-money")


def question_faults(
    questions: Sequence[Mapping[str, Any]], answers: Mapping[str, str]
) -> dict[str, str]:
    """What is wrong with the answers to a category's questions: code → ``required``,
    ``choice`` or ``number``."""
    faults: dict[str, str] = {}
    for question in questions:
        code, kind = question["code"], question["kind"]
        value = answers.get(code, "").strip()
        if not value:
            if question.get("required"):
                faults[code] = "required"
            continue
        allowed = {"yes", "no"}
        if kind == "choice":
            allowed = {choice["code"] for choice in question.get("choices", ())}
        if kind in ("choice", "yesno") and value not in allowed:
            faults[code] = "choice"
        elif kind == "number":
            try:
                float(value.replace(",", "."))
            except ValueError:
                faults[code] = "number"
    return faults


def urgent(words: Mapping[str, Sequence[str]], text: str) -> str | None:
    """The first urgent expression found in a text, in any language; None when there is none."""
    low = _plain(text)
    for expressions in words.values():
        for expression in expressions:
            if _stands_in(_plain(expression), low):
                return expression
    return None


def _stands_in(expression: str, text: str) -> bool:
    """Whether an expression begins a word of the text; endings vary, Chinese has no gaps."""
    spaced = expression[:1].isascii() or "а" <= expression[:1] <= "я"
    start = r"(?<!\w)" if spaced else ""
    return re.search(start + re.escape(expression), text) is not None


def _plain(text: str) -> str:
    """Letters as people type them: no capitals, no ё, one space between words."""
    return " ".join(text.casefold().replace("ё", "е").split())


CHECK_DAYS = 7
"""How long a volunteer has to go and look."""
ROUND_DAYS = 28
"""How long after an answer volunteers are asked about it."""
MOST_ASKED = 8
"""Volunteers asked about one answer, at most."""
MOST_TASKS = 5
"""Places that wait for one volunteer at the same time, at most."""


def verdict(said: Sequence[str]) -> str:
    """What volunteers found, in the order they answered: ``done`` or ``undone`` as soon as two of
    them say the same; empty until then. ``not_found`` and ``declined`` count for nothing."""
    for end in range(2, len(said) + 1):
        for word in ("undone", "done"):
            if said[:end].count(word) == 2:
                return word
    return ""


def still_to_ask(said: Sequence[str], waiting: int) -> int:
    """How many more volunteers must be asked, when ``waiting`` have not answered yet: two, and a
    third where the first two disagree."""
    if verdict(said):
        return 0
    needed = 3 if "done" in said and "undone" in said else 2
    found = sum(word in ("done", "undone") for word in said)
    return max(0, min(needed - found - waiting, MOST_ASKED - len(said) - waiting))


METRES_A_DEGREE = 111_195.0
"""Length of a degree of a great circle."""


def metres(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Distance of two points that lie in one city, in metres."""
    narrow = math.cos(math.radians((lat + other_lat) / 2))
    return METRES_A_DEGREE * math.hypot((lon - other_lon) * narrow, lat - other_lat)


_ENDINGS = re.compile(r"[\W_]+")


def trigrams(text: str) -> frozenset[str]:
    """The three-letter pieces of a text, as PostgreSQL's pg_trgm makes them; Chinese, which has no
    gaps between words, is cut into pairs."""
    pieces: set[str] = set()
    for word in _ENDINGS.split(_plain(text)):
        if not word:
            continue
        if any("\u3400" <= sign <= "\u9fff" for sign in word):
            pieces.update(word[i : i + 2] for i in range(max(1, len(word) - 1)))
        else:
            padded = f"  {word} "
            pieces.update(padded[i : i + 3] for i in range(len(padded) - 2))
    return frozenset(pieces)


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """How much two texts share, 0 to 1: common pieces by those of the shorter text, so that a few
    words are found again in a long report."""
    if not one or not other:
        return 0.0
    return len(one & other) / min(len(one), len(other))


def sameness(*, distance: float, within: float, same_category: bool, alike: float) -> float:
    """How likely two reports mean the same thing, 0 to 1: near, of one category, in like words."""
    near = max(0.0, 1 - distance / within) if within else 0.0
    return 0.45 * near + (0.3 if same_category else 0.0) + 0.25 * alike
