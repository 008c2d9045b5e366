"""Signs of spam in what somebody sends: a score whose every point has a reason in words.

The score decides nothing but one thing: from `HOLD` points on, what would be shown at once waits
for a moderator instead, who sees the reasons. It is made of the text and of how fast the same text
or the same account writes; nothing is remembered of a person but the counts that the limits keep
(`limits`), and of a text only a keyed digest, for `limits.KEEP`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.core.moderation.first_spam_words import WORDS
from veche.core.moderation.limits import digest
from veche.core.moderation.models import SpamWord, TextPrint

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from veche.core.cases.models import Case

HOLD = 5
"""From so many points on a text waits for a moderator."""
MOST_WORDS = 5
"""Points that words of the list give together at most."""
REPEATED_FROM = 40
"""Letters and digits of a text that is looked for elsewhere: “I agree” is written by many."""
NEW_DAYS, FAST, FAST_SECONDS = 3, 5, 600
"""An account younger than so many days that writes so much in so many seconds is fast."""

_LINK = re.compile(
    r"https?://\S+|\bwww\.\S+|(?<![\w@.-])(?:[\w-]+\.)+"
    r"(?:com|ru|net|org|info|biz|top|xyz|shop|online|site|cn|рф|su|io|me|cc)\b(?:/\S*)?",
    re.I,
)
_HIDDEN = re.compile("[\u200b\u2060\ufeff\u00ad\u180e\u202a-\u202e\u2066-\u2069]")
_MIXED = re.compile(r"\b(?=\w*[a-z])(?=\w*[а-яё])[a-zа-яё]{3,}\b", re.I)
_PILED = re.compile(r"([!?！？])\1{3,}|(\S)\2{9,}")
_COMBINED = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{4,}")


@dataclass(frozen=True)
class Mark:
    """One reason of a score."""

    code: str
    """A key of `SENTENCES`."""
    points: int
    detail: str = ""
    """What was found: a number or words."""

    @property
    def sentence(self) -> str:
        """The reason in words."""
        return str(SENTENCES.get(self.code, self.code)).format(detail=self.detail)


SENTENCES: dict[str, str | Promise] = {
    "links": _("addresses of other sites: {detail}"),
    "words": _("words of the list: {detail}"),
    "shouting": _("most letters are capitals"),
    "piled": _("the same sign many times in a row"),
    "hidden": _("signs that nobody can see: {detail}"),
    "mixed": _("words of Latin and Cyrillic letters mixed: {detail}"),
    "repeated": _("the same text was sent before: {detail}"),
    "fast": _("a new account wrote much in ten minutes: {detail}"),
}


@dataclass(frozen=True)
class Score:
    """What a text weighs, and why."""

    marks: tuple[Mark, ...] = ()

    @property
    def points(self) -> int:
        """All points together."""
        return sum(one.points for one in self.marks)

    @property
    def high(self) -> bool:
        """Whether it waits for a moderator."""
        return self.points >= HOLD

    def kept(self) -> list[list[str | int]]:
        """The reasons as a row keeps them: ``[code, points, detail]`` each."""
        return [[one.code, one.points, one.detail] for one in self.marks]


def marks_of(kept: Sequence[Sequence[str | int]]) -> list[Mark]:
    """The reasons that a row kept."""
    return [Mark(str(code), int(points), str(detail)) for code, points, detail in kept]


def plain(text: str) -> str:
    """Letters and digits only, small: two texts that look alike are alike."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if c.isalnum())


def weigh(
    text: str, words: Mapping[str, int], *, repeated: int = 0, fast: int = 0
) -> Score:  # fmt: skip
    """The score of a text as it was sent, before it was cleaned.

    ``repeated``: how often the same text was sent before; ``fast``: how much a new account wrote
    shortly before (0: the account is not new, or not fast).
    """
    found: list[Mark] = []
    if links := len(_LINK.findall(text[:20_000])):
        found.append(Mark("links", (1, 3)[links - 1] if links < 3 else HOLD, str(links)))
    small = text.casefold()
    said = {word: points for word, points in words.items() if points and word in small}
    if said:
        found.append(Mark("words", min(sum(said.values()), MOST_WORDS), ", ".join(sorted(said))))
    letters = [c for c in text if c.isalpha() and c.upper() != c.lower()]
    if len(letters) >= 20 and sum(c.isupper() for c in letters) > 0.7 * len(letters):
        found.append(Mark("shouting", 2))
    if _PILED.search(text):
        found.append(Mark("piled", 1))
    if hidden := len(_HIDDEN.findall(text)) + len(_COMBINED.findall(text)):
        found.append(Mark("hidden", 2 if hidden < 5 else 4, str(hidden)))
    if mixed := _MIXED.findall(text):
        found.append(Mark("mixed", 1 if len(mixed) == 1 else 3, ", ".join(mixed[:3])))
    if repeated:
        found.append(Mark("repeated", 3 if repeated < 3 else HOLD, str(repeated)))
    if fast:
        found.append(Mark("fast", 3, str(fast)))
    return Score(tuple(found))


def word_list() -> dict[str, int]:
    """The words of the list and their points: the city's own before those of the program; a word
    of no points is looked for no more."""
    return dict(WORDS) | dict(SpamWord.objects.values_list("word", "points"))


def print_of(text: str) -> bytes | None:
    """The keyed digest by which a text is found again elsewhere; None for a short one."""
    short = plain(text)
    return digest("text", short) if len(short) >= REPEATED_FROM else None


def repeated_in(key: bytes | None, case: Case | None) -> int:
    """In how many other matters the same text stands, a hundred at most."""
    if key is None:
        return 0
    rows = TextPrint.objects.filter(key=key)
    if case is not None:
        rows = rows.exclude(case=case)
    return rows[:100].count()


def signs_of(case: Case, texts: Sequence[str]) -> Score:
    """The score of the words of a matter that a moderator reads now; nothing is remembered."""
    whole = "\n".join(texts)
    repeated = max((repeated_in(print_of(one), case) for one in texts), default=0)
    return weigh(whole, word_list(), repeated=repeated)
