"""How people of the town write: reports of residents and answers of offices, put together.

A text is one main sentence of its category, often a second one, and often a common end, with words
filled into their gaps, so that a long list does not look copied.
"""

from __future__ import annotations

import random
import re
from functools import cache
from typing import Final

from veche.town.names import data

FILES: Final = ("texts-common.toml", "texts-streets.toml", "texts-homes.toml", "texts-people.toml")
_GAP: Final = re.compile(r"\{(\w+)\}")

_Piece = tuple[tuple[str, ...], tuple[str, ...]]


@cache
def _pieces(text: str) -> _Piece:
    """Return the plain parts of a pattern and the names of the gaps between them."""
    parts = _GAP.split(text)
    return tuple(parts[::2]), tuple(parts[1::2])


@cache
def _all() -> dict[str, dict[str, dict[str, list[str]]]]:
    out: dict[str, dict[str, dict[str, list[str]]]] = {}
    for file in FILES:
        out.update(data(file))
    return out


class Wording:
    """Puts texts together; every choice comes from the `rng` it is given."""

    def __init__(self) -> None:
        rows = _all()
        self._gaps: dict[str, dict[str, list[str]]] = rows["gaps"]
        self._ends: dict[str, list[str]] = {
            language: part["ends"] for language, part in rows["common"].items() if "ends" in part
        }
        self._answers: dict[str, dict[str, list[str]]] = rows["answers"]
        self._kinds = rows

    def _fill(self, text: str, language: str, rng: random.Random) -> str:
        plain, gaps = _pieces(text)
        if not gaps:
            return plain[0]
        words = self._gaps[language]
        out = [plain[0]]
        for gap, after in zip(gaps, plain[1:], strict=True):
            choices = words[gap]
            out.append(choices[int(rng.random() * len(choices))])
            out.append(after)
        if not plain[0]:  # a sentence that begins with a gap
            out[1] = out[1][0].upper() + out[1][1:]
        return "".join(out)

    def report(self, category: str, language: str, rng: random.Random) -> str:
        """Return what a resident wrote; KeyError if category or language is unknown."""
        part = self._kinds[category][language]
        first = part["first"]
        text = self._fill(first[int(rng.random() * len(first))], language, rng)
        gap = "" if language == "zh" else " "
        luck = rng.random()
        if luck < 0.66:
            more = part["more"]
            text += gap + self._fill(more[int(rng.random() * len(more))], language, rng)
        if luck > 0.4:
            ends = self._ends[language]
            text += gap + ends[int(rng.random() * len(ends))]
        return text

    def answer(self, category: str, refusal: str | None, rng: random.Random) -> str:
        """Return what the office answered: what was done, or why it refuses."""
        if refusal is not None:
            choices = self._answers["refused"][refusal]
        else:
            choices = self._kinds[category]["ru"]["done"]
        text = choices[int(rng.random() * len(choices))]
        if refusal is None and rng.random() < 0.5:
            tails = self._answers["done"]["tails"]
            text += " " + tails[int(rng.random() * len(tails))]
        return self._fill(text, "ru", rng)

    def back(self, rng: random.Random) -> str:
        """Return why an author returned an answer."""
        choices = self._answers["back"]["ru"]
        return self._fill(choices[int(rng.random() * len(choices))], "ru", rng)

    def again(self, rng: random.Random) -> str:
        """Return a second answer, after a return."""
        choices = self._answers["back"]["again"]
        return self._fill(choices[int(rng.random() * len(choices))], "ru", rng)
