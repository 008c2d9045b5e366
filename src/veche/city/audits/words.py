"""What is said to those whom an audit concerns."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from veche.core.notices.words import say


def give_words() -> None:
    """Give the notices of this module their sentences."""
    say("audits.opened", gettext_noop("Audit {number} of an office was opened by the rule."))
    say("audits.concluded", gettext_noop("Audit {number} found faults: say what will change."))
