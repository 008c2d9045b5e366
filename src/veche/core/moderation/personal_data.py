"""Finds what tells private persons in a text: pure Python, Russian, English and Chinese.

It points out; a person decides. It is made to miss little and to cry seldom: numbers are believed
when their checksum fits or a word before them says what they are. It finds no name without a sign
of one (a patronymic, initials, "my name is"), and it does not read photographs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from veche.core.moderation import names, numbers


class Kind(StrEnum):
    """What was found."""

    CARD = "card"
    DOCUMENT = "document"
    EMAIL = "email"
    PHONE = "phone"
    ACCOUNT = "account"
    PLATE = "plate"
    FLAT = "flat"
    NAME = "name"
    OTHER = "other"
    """Marked by a person."""


@dataclass(frozen=True)
class Finding:
    """A piece of a text: ``text[start:end]``."""

    kind: Kind
    start: int
    end: int
    text: str


LONGEST = 20_000
"""Characters read; what people may write here is shorter."""


def find(text: str) -> list[Finding]:
    """What tells private persons in ``text``, in the order it stands there, without overlaps.

    Where two overlap the surer kind wins (a card before a telephone), then the longer.
    """
    text = text[:LONGEST]
    order = list(Kind)
    found: list[Finding] = []
    for kind, pieces in _FINDERS:
        for start, end in pieces(text):
            while start < end and text[start] in " \t\n-–,;:(":
                start += 1
            while start < end and text[end - 1] in " \t\n-–,;:(":
                end -= 1
            if start < end:
                found.append(Finding(kind, start, end, text[start:end]))
    found.sort(key=lambda one: (order.index(one.kind), one.start - one.end))
    kept: list[Finding] = []
    for one in found:
        if all(one.end <= other.start or one.start >= other.end for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)


def hide(text: str, findings: Sequence[Finding], label: Callable[[Kind], str]) -> str:
    """``text`` with every finding replaced by its label; those that no longer fit are left out."""
    for one in sorted(findings, key=lambda one: -one.start):
        if text[one.start : one.end] == one.text:
            text = text[: one.start] + label(one.kind) + text[one.end :]
    return text


def parts(text: str, findings: Sequence[Finding]) -> list[tuple[str, Finding | None]]:
    """``text`` cut into pieces, each with the finding it is, for a page that marks them."""
    cut: list[tuple[str, Finding | None]] = []
    at = 0
    for one in sorted(findings, key=lambda one: one.start):
        if one.start > at:
            cut.append((text[at : one.start], None))
        cut.append((one.text, one))
        at = one.end
    if at < len(text):
        cut.append((text[at:], None))
    return cut


Pieces = Iterator[tuple[int, int]]


def _all(*patterns: str, flags: int = 0) -> Callable[[str], Pieces]:
    """Every match of the patterns; of their group ``it`` where they have one."""
    made = [re.compile(p, flags) for p in patterns]

    def pieces(text: str) -> Pieces:
        for pattern in made:
            group = "it" if "it" in pattern.groupindex else 0
            for match in pattern.finditer(text):
                yield match.span(group)

    return pieces


_EMAIL = _all(
    r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,5}[^\W\d_]{2,24}(?![\w@])",
    r"(?<![\w.+-])[a-z0-9._+-]{2,64}\s?(?:\(at\)|\[at\]|\(a\)|\bсобака\b)\s?"
    r"[a-z0-9-]{2,40}\s?(?:\.|\(dot\)|\bточка\b)\s?(?:ru|com|by|org|net|cn|рф)\b",
    flags=re.I,
)
_ACCOUNT = _all(
    r"(?<![\w/])(?:https?://)?(?:t\.me|wa\.me|vk\.com|vk\.ru|ok\.ru|instagram\.com|facebook\.com|"
    r"weibo\.com|viber\.click)/[\w.@/?=+-]{2,80}(?<![.?])",
    r"(?<![\w.@/])@[a-z][a-z0-9_]{4,31}\b",
    r"(?:微信号?|QQ号?|телеграм\w{0,2}|telegram|whatsapp|skype|скайп|вотсап\w{0,2})\s?[:：]\s?"
    r"(?P<it>[@\w.+-]{4,40})",
    flags=re.I,
)
_PLATE = _all(
    # Russia: letter, three digits, two letters, region.
    r"(?<!\w)[АВЕКМНОРСТУХABEKMHOPCTYX]\s?\d{3}\s?[АВЕКМНОРСТУХABEKMHOPCTYX]{2}\s?(?:\d{2,3})?"
    r"(?:\s?RUS)?(?!\w)",
    # Belarus: four digits, two letters, region.
    r"(?<!\w)\d{4}\s?[АВЕІКМНОРСТХABEIKMHOPCTX]{2}\s?-\s?[0-8](?!\w)",
    # China: province, letter, five or six.
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]\s?[A-HJ-NP-Z]\s?[·•\s]?\s?"
    r"[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳](?![A-Z0-9])",
    flags=re.I,
)
_FLAT = _all(
    r"(?<!\w)(?:кв(?:артир[аеуыой]{1,2})?)(?:\.|\b)\s?(?:№\s?)?\d{1,4}(?!\d)"
    r"(?!\s?(?:градус|°|м\b|кв))",
    r"\b(?:flat|apartment|apt\.?)\s(?:no\.?\s|#\s?)?\d{1,4}[a-z]?\b",
    r"(?:\d{1,3}\s?号楼\s?)?(?:\d{1,2}\s?单元\s?)?\d{3,4}\s?室",
    flags=re.I,
)

_FINDERS: tuple[tuple[Kind, Callable[[str], Pieces]], ...] = (
    (Kind.CARD, numbers.cards),
    (Kind.DOCUMENT, numbers.documents),
    (Kind.EMAIL, _EMAIL),
    (Kind.PHONE, numbers.telephones),
    (Kind.ACCOUNT, _ACCOUNT),
    (Kind.PLATE, _PLATE),
    (Kind.FLAT, _FLAT),
    (Kind.NAME, names.people),
)


def mark(text: str, phrase: str) -> list[Finding]:
    """Every place where a phrase stands in a text, letter for letter, as a person marked it."""
    found, at = [], 0
    while phrase and (at := text.find(phrase, at)) >= 0:
        found.append(Finding(Kind.OTHER, at, at + len(phrase), phrase))
        at += len(phrase)
    return found
