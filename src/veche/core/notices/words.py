"""The words of notices, made when they are shown, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

SENTENCES: dict[str, str] = {}
"""Kind of notice → the sentence; modules add theirs with :func:`say`."""


def say(kind: str, sentence: str | Promise) -> None:
    """Give a kind of notice its sentence; ``{number}`` and the notice's details may stand in it."""
    SENTENCES[kind] = str(sentence)


UNKNOWN = gettext_noop("Something happened to matter {number}.")


def sentence(kind: str, number: str, details: Mapping[str, Any]) -> str:
    """What happened to a matter, in the active language."""
    text = _(SENTENCES.get(kind, UNKNOWN))
    try:
        return text.format(**{"number": number, **details})
    except (KeyError, IndexError):
        return _(UNKNOWN).format(number=number)


TOPIC_WORDS = {
    "own": gettext_lazy("What I reported"),
    "followed": gettext_lazy("What I follow"),
    "around": gettext_lazy("What is near me or of a theme I chose"),
    "work": gettext_lazy("What my role concerns"),
}
CHANNEL_WORDS = {
    "mail": gettext_lazy("By e-mail"),
    "push": gettext_lazy("On this and my other devices"),
}
PACE_WORDS = {
    "now": gettext_lazy("at once"),
    "daily": gettext_lazy("once a day, at 8"),
    "weekly": gettext_lazy("once a week, on Monday at 8"),
    "none": gettext_lazy("not at all"),
}
