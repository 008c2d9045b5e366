"""What people write: without what nobody can read, of a length that is taken, for a known reason.

One place for all modules, so that no door lets through what breaks a feed or a file later.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _

from veche.errors import Invalid

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


class TextLength(Invalid):
    """Too few or too many characters."""

    code = "text-length"
    sentence = _("Write between {least} and {most} characters; now there are {count}.")
    field = "text"


class UnknownReason(Invalid):
    """The reason is not on the list."""

    code = "unknown-reason"
    sentence = _("Choose a reason from the list.")
    field = "reason"


def readable(text: str) -> str:
    """A text without the characters that nobody can read and XML cannot hold."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n"))


def sized(text: str, least: int, most: int, fault: type[TextLength] = TextLength) -> str:
    """A readable text of ``least`` to ``most`` characters, without the space around it.

    Raises:
        TextLength: it is too short or too long.
    """
    text = readable(text).strip()
    if not least <= len(text) <= most:
        raise fault(least=least, most=most, count=len(text))
    return text
