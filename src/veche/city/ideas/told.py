"""What people are told of talk, of ratings and of rushes."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from veche.core.notices.words import say


def give_words() -> None:
    """Give the notices of talk and ratings their sentences."""
    say("ideas.commented", gettext_noop("Somebody commented on {number}."))
    say("ideas.office-commented", gettext_noop("The office commented on {number}."))
    say("ideas.comment-answered", gettext_noop("Somebody replied to your comment on {number}."))
    say("ideas.comment-shown", gettext_noop("A moderator let your comment on {number} through."))
    say("ideas.comment-to-read", gettext_noop("A comment on {number} waits for a moderator."))
    say("ideas.rush", gettext_noop("Many new accounts rate {number}: what came is held."))
    say(
        "ideas.rating-void",
        gettext_noop("Your voice for or against {number} was taken out with others of a rush."),
    )
    say("ideas.rating-back", gettext_noop("Your voice for or against {number} is back."))
