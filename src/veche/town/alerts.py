"""What the demo town says first of each kind of incident. Pure data; nothing of it is real."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from veche.town.names import Names, data

LANGUAGES = ("ru", "en", "zh")


@dataclass(frozen=True)
class Words:
    """How grave a kind of incident is for the public, and what is said of it first."""

    severity: str
    urgency: str
    certainty: str
    response: str
    hours: int
    event: Names
    headline: Names
    instruction: Names
    description: Names


def _names(line: str) -> Names:
    return dict(zip(LANGUAGES, line.split("|"), strict=True))


@cache
def first_words() -> dict[str, Words]:
    """The first words by the code of the kind."""
    found = {}
    for code, kept in data("alerts.toml").items():
        severity, urgency, certainty, response, hours = kept["how"].split("|")
        said = {name: _names(kept[name]) for name in ("event", "headline", "instruction",
                                                      "description")}  # fmt: skip
        found[code] = Words(severity, urgency, certainty, response, int(hours), **said)
    return found
