"""Why something is not shown: codes with words in three languages, as data that a city changes.

The first list stands in `first_reasons`; a row of the table with the same code takes its place, and
a row with another code joins the list (`operations.set_reason`).
"""

from __future__ import annotations

from collections.abc import Sequence

from veche.core.moderation.first_reasons import REASONS
from veche.core.moderation.models import Reason
from veche.languages import LANGUAGES, here
from veche.texts import UnknownReason

REJECT, HIDE, REDACT, SPAM = "reject", "hide", "redact", "spam"


def _all() -> list[Reason]:
    """Every reason, those no longer in use too, in their order."""
    found = {row.code: row for row in _first()}
    found |= {row.code: row for row in Reason.objects.order_by("position", "id")}
    return sorted(found.values(), key=lambda row: row.position)


def _first() -> list[Reason]:
    made = []
    for place, (code, used, names, sentences) in enumerate(REASONS):
        words, told = (dict(zip(LANGUAGES, said, strict=True)) for said in (names, sentences))
        row = Reason(code=code, names=words, sentences=told, used_for=used.split())
        row.position = place * 10
        made.append(row)
    return made


def every() -> list[Reason]:
    """Every reason in order, those that are given no more too."""
    return _all()


def reasons(use: str = "") -> list[Reason]:
    """The reasons in use, in their order; ``use`` is `REJECT`, `HIDE`, `REDACT` or `SPAM`."""
    return [row for row in _all() if row.active and (not use or use in row.used_for)]


def choices(use: str) -> list[tuple[str, str]]:
    """What a form offers: code and words."""
    return [(row.code, here(row.names)) for row in reasons(use)]


def codes(use: str) -> frozenset[str]:
    """The codes that may be given for this."""
    return frozenset(row.code for row in reasons(use))


def check(code: str, use: str) -> Reason:
    """The reason of this code, if it may be given for this.

    Raises:
        UnknownReason: it is not on the list.
    """
    for row in reasons(use):
        if row.code == code:
            return row
    raise UnknownReason


def words(codes: Sequence[str] = ()) -> dict[str, str]:
    """The words of reasons in the reader's language, those no longer in use too."""
    return {row.code: here(row.names) for row in _all() if not codes or row.code in codes}


def words_of(code: str) -> str:
    """The words of one reason; the code itself when there is none."""
    return words([code]).get(code, code) if code else ""
