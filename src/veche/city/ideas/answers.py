"""The words of choosing among ideas: reasons, criteria, outcomes, and what people are told."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from veche.city.ideas import words
from veche.core.notices.words import say

Words = Mapping[str, str | Promise]

REASONS: Words = {
    "done-already": _("it is done already"),
    "planned-already": _("it is promised already"),
    "not-the-city": _("the city may not decide this"),
    "against-the-law": _("the law forbids it"),
    "too-costly": _("it costs more than it brings"),
    "harms-others": _("it would harm others"),
    "no-place": _("there is no place for it"),
    "few-support": _("too few people want it"),
    "beside-the-topic": _("it is about something else"),
    "other": _("another reason, in words"),
}
"""Why an office does not take an idea up, by code."""
CRITERIA: Words = {
    "feasibility": _("Can it be done?"),
    "cost": _("Is it worth its cost?"),
    "effect": _("How much does it change?"),
}
OUTCOMES: Words = {
    "accepted": _("Accepted"),
    "combined": _("Joined to another idea"),
    "at_vote": _("Put to a vote"),
    "refused": _("Not taken up"),
}
"""What an office can answer."""


def give_words() -> None:
    """Give the notices of facilitation and selection their sentences, and the pages the words of
    reasons."""
    words.REASONS.update(REASONS)
    say(
        "ideas.combined",
        gettext_noop(
            "The idea {number}, which you support, was joined to {into}. You count there once,"
            " and can withdraw."
        ),
    )
    say(
        "ideas.separated",
        gettext_noop("The idea {number}, which was joined to another, stands by itself again."),
    )
    say(
        "ideas.cited",
        gettext_noop(
            "Your words went into {number}: “{title}”. It is shown there which ones and where."
        ),
    )
    say("ideas.help", gettext_noop("A facilitator asks you something about the idea {number}."))
    say("ideas.shortlisted", gettext_noop("The idea {number} is on the shortlist."))
    say("ideas.unlisted", gettext_noop("The idea {number} was taken off the shortlist."))
    say("ideas.accepted-by-office", gettext_noop("The office accepted the idea {number}."))
    say(
        "ideas.refused-by-office",
        gettext_noop("The office did not take up the idea {number}, and said why."),
    )
    say("ideas.at-vote", gettext_noop("The idea {number} is put to a vote."))
    say("ideas.vote-ended", gettext_noop("The vote on the idea {number} is certified."))
    say(
        "ideas.vote-nothing",
        gettext_noop(
            "The vote on the idea {number} came to nothing: it is on the shortlist again."
        ),
    )
    say(
        "ideas.vote-drafted",
        gettext_noop("An office put ideas to a vote: look the draft {number} over."),
    )
    say("ideas.objected", gettext_noop("The author objects to the refusal of {number}."))
    say("ideas.refusal-kept", gettext_noop("The head of the office kept the refusal of {number}."))
    say("ideas.look-again", gettext_noop("The idea {number} is looked at again."))
