"""Rules of problems. Pure Python."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

SHORTEST_TEXT = 10
LONGEST_TEXT = 4000
LONGEST_ANSWER = 6000
LONGEST_REASON = 2000
MOST_PHOTOGRAPHS = 5
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")

CHANNELS = ("telephone", "counter", "letter")
"""How a clerk is told of a problem."""

REJECTION_REASONS = ("not-city", "insult", "advertising", "duplicate", "unclear", "personal-data")
NOT_OURS_REASONS = ("other-office", "other-territory", "private-owner", "other-level")
REFUSAL_REASONS = ("not-ours-by-law", "no-fault-found", "private-land", "planned-later", "no-money")


def readable(text: str) -> str:
    """A text without the characters that nobody can read and XML cannot hold."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n"))


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
