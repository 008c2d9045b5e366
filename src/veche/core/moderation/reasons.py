"""Why something is not shown: codes with words in three languages, as rows that a city changes.

The codes below are put into the table by a migration; afterwards the table counts.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from veche.core.moderation.models import Reason
from veche.errors import Invalid
from veche.languages import here

REJECT, HIDE, REDACT, SPAM = "reject", "hide", "redact", "spam"


class UnknownReason(Invalid):
    """The reason is not on the list."""

    code = "unknown-reason"
    sentence = _("Choose a reason from the list.")
    field = "reason"


def reasons(use: str = "") -> list[Reason]:
    """The reasons in use, in their order; ``use`` is `REJECT`, `HIDE`, `REDACT` or `SPAM`."""
    rows = Reason.objects.filter(active=True).order_by("position", "id")
    return [row for row in rows if not use or use in row.used_for]


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
    found = Reason.objects.filter(code=code, active=True).first()
    if found is None or use not in found.used_for:
        raise UnknownReason
    return found


def words(codes: Sequence[str] = ()) -> dict[str, str]:
    """The words of reasons in the reader's language, those no longer in use too."""
    rows = Reason.objects.filter(code__in=codes) if codes else Reason.objects.all()
    return {row.code: here(row.names) for row in rows}


def words_of(code: str) -> str:
    """The words of one reason; the code itself when there is none."""
    return words([code]).get(code, code) if code else ""
