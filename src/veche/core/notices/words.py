"""The words of notices, made when they are shown, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

SENTENCES: dict[str, str] = {}
"""Kind of notice → the sentence; modules add theirs with :func:`say`."""


def say(kind: str, sentence: str | Promise) -> None:
    """Give a kind of notice its sentence; ``{number}`` and the notice's details may stand in it."""
    SENTENCES[kind] = str(sentence)


PERSONAL: dict[str, tuple[str, Callable[[str, Any, str], str]]] = {}
"""Kind of notice → the words of its link, and what makes it for a number, a reader, a language."""
_PLACE = re.compile(r"\{\{link ([a-z.-]+) ([\w-]+)\}\}")


def personal(kind: str, text: str, make: Callable[[str, Any, str], str]) -> None:
    """Let letters of a kind hold a link that is each reader's own: ``make(number, reader,
    language)`` gives its whole address when the letter is sent, so that letters share their
    words."""
    PERSONAL[kind] = (text, make)


def place_of_link(kind: str, number: str) -> str:
    """What stands in the shared words where each reader's own link goes."""
    return f"{{{{link {kind} {number}}}}}"


def with_links(text: str, reader: Any, language: str) -> str:
    """A letter's words with the reader's own links in their places."""

    def made(found: re.Match[str]) -> str:
        known = PERSONAL.get(found[1])
        return known[1](found[2], reader, language) if known else ""

    return _PLACE.sub(made, text) if "{{link " in text else text


@dataclass(frozen=True)
class Spelt:
    """Words that a module makes itself, in the active language, because they stand with it: each
    of these takes the number of the matter and the details of the notice."""

    sentence: Callable[[str, Mapping[str, Any]], str]
    """What a page and a device show."""
    head: Callable[[str, Mapping[str, Any]], str]
    """The subject of a letter that says nothing else."""
    paragraphs: Callable[[str, Mapping[str, Any]], Sequence[str]]
    """What stands in a letter."""


SPELT: dict[str, Spelt] = {}


def spell(kind: str, spelt: Spelt) -> None:
    """Let a module make the words of a kind of notice itself."""
    SPELT[kind] = spelt


UNKNOWN = gettext_noop("Something happened to matter {number}.")


def sentence(kind: str, number: str, details: Mapping[str, Any]) -> str:
    """What happened to a matter, in the active language."""
    if kind in SPELT:
        return SPELT[kind].sentence(number, details)
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
    "call": gettext_lazy("What calls me when I am on duty"),
    "urgent": gettext_lazy("Severe and extreme incidents when I am on duty, at any hour"),
    "invited": gettext_lazy("Votes I am invited to"),
    "alert": gettext_lazy("Messages to the public about my places"),
    "danger": gettext_lazy("Danger to life in my places"),
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
