"""The words of notices about lessons."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from veche.core.notices.words import say


def give_words() -> None:
    """Give the notices about lessons their sentences."""
    say("dispatch.lesson", gettext_noop("A review of {number} has a lesson for your office."))
    say(
        "dispatch.lesson-drill",
        gettext_noop("DRILL. A review of {number} has a lesson for your office."),
    )
