"""Pure rules of choosing among ideas: lengths, criteria, reasons."""

from __future__ import annotations

LEAST_WORDS, MOST_WORDS = 10, 3000
"""Characters of a reason, a reply, a question to supporters."""
LEAST_TITLE, MOST_TITLE = 5, 120
LEAST_MEASURE, MOST_MEASURE = 40, 20_000
"""Characters of a measure that facilitators write."""
LEAST_QUOTE, MOST_QUOTE = 3, 1000
"""Characters of the words of a source that a measure cites."""
MOST_SOURCES = 200
"""Sources that one measure cites."""
MOST_AT_ONCE = 2000
"""Ideas joined, listed or answered in one operation."""

CRITERIA = ("feasibility", "cost", "effect")
"""What experts score, each from 1, poor, to 5, good; a low cost is good."""

ACCEPTED, COMBINED, AT_VOTE, REFUSED = "accepted", "combined", "at_vote", "refused"
OUTCOMES = (ACCEPTED, COMBINED, AT_VOTE, REFUSED)
"""What an office can answer."""

REASONS = (
    "done-already",
    "planned-already",
    "not-the-city",
    "against-the-law",
    "too-costly",
    "harms-others",
    "no-place",
    "few-support",
    "beside-the-topic",
    "other",
)
"""Why an office does not take an idea up, by code; the words stand in `veche.city.ideas.answers`.
"""


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text: what empty lines part, without those that say nothing."""
    parts = text.replace("\r\n", "\n").split("\n\n")
    return [part.strip() for part in parts if part.strip()]


def flat(text: str) -> str:
    """A text as one line, for comparing words whatever the line breaks between them."""
    return " ".join(text.split())
