"""Words of notices: conflicts of interest."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_noop

from veche.core.notices.words import say

NOTICES: Mapping[str, str] = {
    "pilots.task-came-back": gettext_noop(
        "An application lost an expert and needs another: {number}."
    ),
}


def give_words() -> None:
    """Give the notices these words."""
    for kind, sentence in NOTICES.items():
        say(kind, sentence)
