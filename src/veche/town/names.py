"""Names in three languages: the invented names of the town and how they are written."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any, Final

Names = dict[str, str]
"""A name in each language of the town: keys ``ru``, ``en``, ``zh``."""

LANGUAGES: Final = ("ru", "en", "zh")

_CYRILLIC: Final = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_LATIN: Final = "a b v g d e yo zh z i y k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya"
_LETTERS: Final = dict(zip(_CYRILLIC, _LATIN.split(" "), strict=True))


def names(text: str) -> Names:
    """Return the names written as ``Russian|English|Chinese``; ValueError if one is missing."""
    ru, en, zh = text.split("|")
    return {"ru": ru, "en": en, "zh": zh}


def latin(text: str) -> str:
    """Return Russian `text` in Latin letters, as a road sign would write it."""
    out: list[str] = []
    for letter in text:
        small = _LETTERS.get(letter.lower())
        if small is None:
            out.append(letter)
        elif small != "_":
            out.append(small.capitalize() if letter.isupper() else small)
    written = "".join(out)
    for ending, plain in (("iy", "y"), ("yy", "y")):
        if written.endswith(ending):
            written = written[: -len(ending)] + plain
    return written


@cache
def data(file: str) -> dict[str, Any]:
    """Return the content of a TOML `file` of this package; FileNotFoundError if there is none."""
    return tomllib.loads((resources.files(__package__) / file).read_text(encoding="utf-8"))


def _pairs(block: str) -> Iterable[tuple[str, str]]:
    for word in block.split():
        ru, zh = word.split("|")
        yield ru, zh


@cache
def street_names() -> tuple[tuple[str, Names], ...]:
    """Return every street as (how an address writes it, its names), streets before lanes."""
    words = data("names.toml")
    out: list[tuple[str, Names]] = []
    for ru, zh in _pairs(words["streets"]):
        street = {"ru": f"улица {ru}", "en": f"{latin(ru)} Street", "zh": f"{zh}街"}
        out.append((f"ул. {ru}", street))
    for ru, zh in _pairs(words["lanes"]):
        lane = {"ru": f"переулок {ru}", "en": f"{latin(ru)} Lane", "zh": f"{zh}巷"}
        out.append((f"пер. {ru}", lane))
    return tuple(out)
