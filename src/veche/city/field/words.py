"""What is said to officers about contractors."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from veche.core.notices.words import say


def give_words() -> None:
    """Give the notices of this module their sentences."""
    say("field.reported", gettext_noop("A contractor reported on {number}: look and answer."))
