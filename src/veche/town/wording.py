"""How people of the town write: reports of residents and answers of offices, put together.

A report is one main sentence of its category, often a second one, and often a common end, with
words filled into their gaps, so that a long list does not look copied. A sentence that begins with
``w:`` is written in winter only (November to March), ``h:`` in the heating season (October to
April), ``s:`` in the warm months (April to October). An answer speaks of the same things.
"""

from __future__ import annotations

import random
import re
from functools import cache
from typing import Final

from veche.town.names import data

FILES: Final = ("texts-common.toml", "texts-streets.toml", "texts-homes.toml", "texts-people.toml")
_GAP: Final = re.compile(r"\{(\w+)\}")
_WORD: Final = re.compile(r"[а-яё]{3,}")
_ENDING: Final = re.compile(r"[аеёиоуыьэюяй]+$")
_SMALL: Final = re.compile(
    "под|при|для|что|как|все|всё|уже|нет|ещё|где|над|без|был|две|три|тут|она|они|его|чем|это"
)
_SEASONS: Final = {
    "w:": frozenset((11, 12, 1, 2, 3)),
    "h:": frozenset((10, 11, 12, 1, 2, 3, 4)),
    "s:": frozenset(range(4, 11)),
}
_STEM: Final = 4
"""Letters that two words must share to speak of the same thing."""

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


def _in_season(texts: list[str]) -> tuple[tuple[str, ...], ...]:
    """Return what may be written in each month, January first, without the marks of season."""
    out = []
    for month in range(1, 13):
        fit = [
            text[2:] if text[:2] in _SEASONS else text
            for text in texts
            if month in _SEASONS.get(text[:2], (month,))
        ]
        out.append(tuple(fit))
    return tuple(out)


def _stems(text: str) -> set[str]:
    """Return the beginnings of the words of `text` that carry its sense, without endings."""
    words = _WORD.findall(_GAP.sub("", text).lower())
    return {_ENDING.sub("", word)[:_STEM] for word in words if not _SMALL.fullmatch(word)} - {""}


def _fitting(report: str, answers: list[str]) -> tuple[str, ...]:
    """Return the `answers` that share the most words with a `report`, none if they share none."""
    words = _stems(report)
    scores = [len(words & _stems(answer)) for answer in answers]
    best = max(scores, default=0)
    return tuple(a for a, score in zip(answers, scores, strict=True) if score == best > 0)


class Wording:
    """Puts texts together; every choice comes from the `rng` it is given."""

    def __init__(self) -> None:
        rows = _all()
        self._gaps = {
            language: {gap: tuple(words) for gap, words in part.items()}
            for language, part in rows["gaps"].items()
        }
        self._ends = {language: part["ends"] for language, part in rows["common"].items()}
        self._answers = rows["answers"]
        self._rejected = rows["rejected"]["ru"]
        self._texts: dict[tuple[str, str], tuple[tuple[tuple[str, ...], ...], ...]] = {}
        self._done: dict[tuple[str, str], tuple[str, ...]] = {}
        for category, parts in rows.items():
            if category in ("gaps", "common", "answers", "rejected"):
                continue
            for language, part in parts.items():
                self._texts[category, language] = (
                    _in_season(part["first"]),
                    _in_season(part["more"]),
                )
            for text in parts["ru"]["first"]:
                plain = text[2:] if text[:2] in _SEASONS else text
                self._done[category, plain] = _fitting(plain, parts["ru"]["done"])

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

    def report(
        self, category: str, language: str, month: int, rng: random.Random
    ) -> tuple[str, str]:
        """Return what a resident wrote in a `month` (1 to 12), and the pattern it began with.

        KeyError if the category or the language is unknown.
        """
        firsts, mores = self._texts[category, language]
        first, more = firsts[month - 1], mores[month - 1]
        pattern = first[int(rng.random() * len(first))]
        text = self._fill(pattern, language, rng)
        gap = "" if language == "zh" else " "
        luck = rng.random()
        if luck < 0.66 and more:
            text += gap + self._fill(more[int(rng.random() * len(more))], language, rng)
        if luck > 0.4:
            ends = self._ends[language]
            text += gap + ends[int(rng.random() * len(ends))]
        return text, pattern

    def answer(self, category: str, pattern: str, refusal: str | None, rng: random.Random) -> str:
        """Return what the office answered to a report: what was done, or why it refuses."""
        if refusal is not None:
            choices: list[str] | tuple[str, ...] = self._answers["refused"][refusal]
        else:
            choices = self._done.get((category, pattern), ())
            if not choices or rng.random() < 0.25:
                choices = self._answers["done"]["any"]
        text = self._fill(choices[int(rng.random() * len(choices))], "ru", rng)
        if refusal is None and rng.random() < 0.5:
            tails = self._answers["done"]["tails"]
            text += " " + tails[int(rng.random() * len(tails))]
        return text

    def rejected(self, reason: str, rng: random.Random) -> str | None:
        """Return a text that earned this `reason`, None if a usual report could have."""
        choices = self._rejected.get(reason)
        if choices is None:
            return None
        text = self._fill(choices[int(rng.random() * len(choices))], "ru", rng)
        if rng.random() < 0.6:
            ends = self._ends["ru"]
            text += " " + ends[int(rng.random() * len(ends))]
        return text

    def back(self, rng: random.Random) -> str:
        """Return why an author returned an answer."""
        choices = self._answers["back"]["ru"]
        return self._fill(choices[int(rng.random() * len(choices))], "ru", rng)

    def again(self, rng: random.Random) -> str:
        """Return a second answer, after a return."""
        choices = self._answers["back"]["again"]
        return self._fill(choices[int(rng.random() * len(choices))], "ru", rng)
