"""What the town's command handbook says. Pure data; nothing of it is real."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from veche.town.names import Names, data

LANGUAGES = ("ru", "en", "zh")


@dataclass(frozen=True)
class Page:
    """What is done first in a kind of incident, and of whom to think."""

    steps: tuple[Names, ...]
    vulnerable: Names
    text: Names


def _names(words: list[str]) -> Names:
    return dict(zip(LANGUAGES, words, strict=True))


@cache
def book() -> dict[str, Page]:
    """The pages of the handbook by the code of the kind."""
    found = {}
    for code, line in data("handbook.toml")["book"].items():
        parts = line.split("|")
        rows = [[step.strip() for step in part.split(";")] for part in parts[:3]]
        steps = tuple(_names(list(row)) for row in zip(*rows, strict=True))
        found[code] = Page(steps, _names(parts[3:6]), {})
    return found


@cache
def asked_of(office: str) -> Names:
    """What an office is asked for, in the three languages; its ending says so where its code does
    not stand there."""
    table = data("handbook.toml")["asked"]
    line = table.get(office) or table.get(office.rpartition("-")[2]) or table["city-environment"]
    return _names(line.split("|"))
