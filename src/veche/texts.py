"""What people write: without what nobody can read, of a length that is taken, for a known reason.

One place for all modules, so that no door lets through what breaks a feed or a file later.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _

from veche.errors import Invalid

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
# Turning the writing direction of what follows, spaces without width, tags, lone halves of a
# character: they hide or turn around what others read. The marks that Arabic or Persian words and
# joined emoji need stay.
_UNSEEN = re.compile(
    "[\u200b\u2060-\u2064\ufeff\u180e\u202a-\u202e\u2066-\u206f\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
_PILED = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{4})"
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
"""Marks above and below letters: more than four on one letter cover the lines around it."""
_NOTHING = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u200c-\u200f\u2800\u3164\ufe00-\ufe0f\uffa0]"
)
"""What may stand between letters and is none itself."""


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
    """A text without the characters that nobody can read and XML cannot hold, and without those
    that hide or turn around the words of others."""
    text = _UNSEEN.sub("", _CONTROLS.sub("", text.replace("\r\n", "\n")))
    return _PILED.sub(r"\1", text)


def sized(text: str, least: int, most: int, fault: type[TextLength] = TextLength) -> str:
    """A readable text of ``least`` to ``most`` characters, without the space around it.

    Characters that show nothing are not enough: they count against ``most`` only.

    Raises:
        TextLength: it is too short or too long.
    """
    text = readable(text).strip()
    shown = len(_NOTHING.sub("", text).strip())
    if shown < least or len(text) > most:
        raise fault(least=least, most=most, count=shown if shown < least else len(text))
    if not shown:
        return ""
    return text
