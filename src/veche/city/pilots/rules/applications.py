"""What an application must hold, the steps of writing one, and why one is turned down."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

SHORTEST_TITLE, LONGEST_TITLE = 2, 160
SHORTEST_TEXT, LONGEST_TEXT = 20, 8_000
SHORTEST_REASON, LONGEST_REASON = 5, 4_000
LONGEST_LINE, LONGEST_ANSWER = 300, 8_000
"""Characters of an answer of the kind ``text``, and of the kind ``long``."""
READINESS = range(1, 10)
"""Technology readiness levels of ISO 16290."""
LEAST_READINESS = 6
"""A trial in the city needs what was shown to work in a relevant environment; below it the
screening is told. The scale: ISO 16290."""
ALIKE = 0.6
"""From how much two texts share (`veche.city.problems.rules.likeness`) they are shown as alike."""
MOST_DRAFTS = 10
"""Drafts that a company may have open for one call."""

STEPS = ("profile", "solution", "questions", "check")
"""The steps of writing an application, in their order."""

CHOSEN = ("matching", "methodology", "agreement", "running", "evaluating", "answering",
          "rolled_out", "not_rolled_out")  # fmt: skip
"""States of an application that the panel chose: everybody reads its words."""

REASONS = (
    "not-the-task", "not-ready", "no-evidence", "unclear", "same-again", "not-lawful", "other",
)  # fmt: skip
"""Why the screening turns an application down."""

TITLE, TEXT, READY = "_title", "_text", "_readiness"
"""Under which codes the words beside the form stand among the answers of a revision; the codes of
a form never begin so (`veche.city.pilots.rules.questions`)."""


@dataclass(frozen=True)
class Given:
    """What is asked whether it is complete; the answers by the code of their question."""

    title: str
    text: str
    readiness: int | None
    product: bool
    answers: Mapping[str, str]
    papers: frozenset[str] = frozenset()
    """Codes of the questions to which a document was sent."""


def missing(given: Given, questions: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """What an application still lacks: the step, and the name of the field or the code of the
    question; empty when it can be sent.

    >>> missing(Given("", "", None, True, {}), [])
    [('solution', 'title'), ('solution', 'text'), ('solution', 'readiness')]
    """
    found: list[tuple[str, str]] = []
    if not given.product:
        found.append(("profile", "product"))
    if len(given.title.strip()) < SHORTEST_TITLE:
        found.append(("solution", "title"))
    if len(given.text.strip()) < SHORTEST_TEXT:
        found.append(("solution", "text"))
    if given.readiness not in READINESS:
        found.append(("solution", "readiness"))
    for one in questions:
        code = one["code"]
        there = code in given.papers if one["kind"] == "file" else bool(given.answers.get(code))
        if one.get("needed") and not there:
            found.append(("questions", code))
    return found


def first_gap(gaps: Sequence[tuple[str, str]]) -> str:
    """The step to go on with: the first that lacks something, else the last."""
    steps = {step for step, _name in gaps}
    return next((step for step in STEPS if step in steps), "check")


def number(text: str) -> str | None:
    """A number as people write it, in its plain form; None: it is none.

    >>> number("1 234,50"), number("-3"), number("1e5"), number("twelve")
    ('1234.50', '-3', None, None)
    """
    plain = re.sub(r"[\s\u00a0\u202f]", "", text).replace(",", ".")
    if not re.fullmatch(r"-?\d{1,15}(\.\d{1,6})?", plain):
        return None
    try:
        return f"{Decimal(plain):f}"
    except InvalidOperation:  # pragma: no cover - the pattern lets none through
        return None


@dataclass(frozen=True)
class Piece:
    """A piece of a text that stayed, was added, or was taken out."""

    kind: str
    """``same``, ``new`` or ``old``."""
    text: str


_WORDS = re.compile(r"\s+|[^\W\u3400-\u9fff]+|[\u3400-\u9fff]|[^\w\s]")
MOST_WORDS = 4_000
"""Longer texts are compared by lines: comparing by words would take seconds."""


def changed(before: str, after: str) -> list[Piece]:
    """What was changed from one text to another, in pieces, in the order of reading.

    >>> [(one.kind, one.text) for one in changed("It weighs 60 g.", "It weighs 50 g.")]
    [('same', 'It weighs '), ('old', '60'), ('new', '50'), ('same', ' g.')]
    """
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if max(len(old), len(new)) > MOST_WORDS:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    pieces: list[Piece] = []
    for what, i, j, k, n in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            pieces.append(Piece("same", "".join(old[i:j])))
            continue
        if j > i:
            pieces.append(Piece("old", "".join(old[i:j])))
        if n > k:
            pieces.append(Piece("new", "".join(new[k:n])))
    return pieces
