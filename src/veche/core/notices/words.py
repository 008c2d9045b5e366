"""The words of notices, made when they are shown, in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

if TYPE_CHECKING:
    from veche.core.notices.models import Notice

SENTENCES: dict[str, str] = {}
"""Kind of notice → the sentence; modules add theirs with :func:`say`."""


def say(kind: str, sentence: str | Promise) -> None:
    """Give a kind of notice its sentence; ``{number}`` and the notice's details may stand in it."""
    SENTENCES[kind] = str(sentence)


UNKNOWN = gettext_noop("Something happened to matter {number}.")


def worded(notice: Notice) -> tuple[str, str]:
    """Title and text of a notice in the active language."""
    sentence = _(SENTENCES.get(notice.kind, UNKNOWN))
    values = {"number": notice.case.number, **notice.details}
    return _("Matter {number}").format(**values), sentence.format(**values)
