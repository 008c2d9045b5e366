"""What the authors of statements are told."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from veche.core.notices.words import say


def give_words() -> None:
    """Give the notices about statements their sentences."""
    say(
        "ideas.statement-shown",
        gettext_noop("Everybody can vote on your statement about {number}."),
    )
    say(
        "ideas.statement-rejected",
        gettext_noop(
            "Your statement about {number} is not shown; the page of statements says why."
        ),
    )
