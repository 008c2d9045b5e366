"""What of a person's data somebody of the staff can have looked at, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WHAT: dict[str, str | Promise] = {
    "author": _("who wrote the matter"),
    "contact": _("how to reach the author"),
    "original": _("the words or photographs before they were redacted"),
    "account": _("the account"),
    "letter": _("a letter to an office alone"),
    "residence": _("where the account lives"),
    "ties": _("what ties you to organisations"),
    "roll": _("whether you may vote, at a counter"),
}
"""Code → what was looked at."""


def word(what: str) -> str | Promise:
    """The words of a code; the code itself where another version wrote one we do not know."""
    return WHAT.get(what, what)
