"""The kinds of problems of the demo town, their questions, and words that must not wait."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from veche.town.names import Names, data, names

EMERGENCY_NUMBER: Final = "112"
"""The telephone number for what must not wait for a moderator."""
TERM_DAYS: Final = 8
"""Calendar days an office has for its answer."""


@dataclass(frozen=True)
class Choice:
    """One answer to choose; `code` is unique within its question."""

    code: str
    names: Names


@dataclass(frozen=True)
class Question:
    """A question asked with a category; only a ``choice`` has `choices`."""

    code: str
    kind: Literal["choice", "text", "number", "yesno"]
    label: Names
    choices: tuple[Choice, ...]
    required: bool


@dataclass(frozen=True)
class Group:
    """A shelf of categories."""

    code: str
    names: Names


@dataclass(frozen=True)
class Category:
    """A kind of problem; `months` weighs how often it is reported in January to December.

    `urgent_words` are the words, by language, that lead to the emergency number: those of the
    category and the common ones.
    """

    code: str
    group: str
    names: Names
    questions: tuple[Question, ...]
    urgent_words: dict[str, tuple[str, ...]]
    anonymous_allowed: bool
    term_days: int
    months: tuple[int, ...]


@cache
def groups() -> tuple[Group, ...]:
    """Return the groups in the order of a menu."""
    found: dict[str, str] = data("categories.toml")["groups"]
    return tuple(Group(code, names(text)) for code, text in found.items())


def _question(code: str, row: dict[str, Any]) -> Question:
    choices = tuple(Choice(c, names(text)) for c, text in row.get("choices", {}).items())
    return Question(code, row["kind"], names(row["label"]), choices, bool(row.get("required")))


@cache
def urgent_words() -> dict[str, tuple[str, ...]]:
    """Return, by language, the words that are urgent whatever the category."""
    found: dict[str, list[str]] = data("categories.toml")["urgent"]
    return {language: tuple(words) for language, words in found.items()}


@cache
def categories() -> tuple[Category, ...]:
    """Return all categories in the order of a menu."""
    rows = data("categories.toml")
    questions = {code: _question(code, row) for code, row in rows["questions"].items()}
    out: list[Category] = []
    for code, row in rows["categories"].items():
        own: dict[str, list[str]] = row.get("urgent", {})
        out.append(
            Category(
                code=code,
                group=row["group"],
                names=names(row["names"]),
                questions=tuple(questions[q] for q in row["questions"]),
                urgent_words={
                    language: (*own.get(language, ()), *words)
                    for language, words in urgent_words().items()
                },
                anonymous_allowed=bool(row.get("anonymous", True)),
                term_days=TERM_DAYS,
                months=tuple(row["months"]),
            )
        )
    return tuple(out)


def urgent_word(text: str, category: Category | None = None) -> str | None:
    """Return the first urgent word found in `text`, or None; capitals and ё do not matter."""
    plain = text.casefold().replace("ё", "е")
    words = category.urgent_words if category else urgent_words()
    for language in words.values():
        for word in language:
            if word.casefold().replace("ё", "е") in plain:
                return word
    return None
