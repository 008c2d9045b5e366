"""What is said to those who follow a problem."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from veche.core.notices.words import say


def give_words() -> None:
    """Give the notices of this module their sentences."""
    say("problems.accepted", gettext_noop("A moderator published problem {number}."))
    say(
        "problems.passed",
        gettext_noop("No moderator came in 24 hours: problem {number} was published unread."),
    )
    say("problems.rejected", gettext_noop("A moderator did not publish problem {number}."))
    say("problems.removed", gettext_noop("A moderator took problem {number} off the page."))
    say("problems.assigned", gettext_noop("An office was found for problem {number}."))
    say(
        "problems.answered",
        gettext_noop("The office answered problem {number}. Its author checks the result."),
    )
    say("problems.refused", gettext_noop("The office refused problem {number}."))
    say("problems.confirmed", gettext_noop("The author confirmed that {number} is done."))
    say("problems.returned", gettext_noop("The author returned the answer to problem {number}."))
    say(
        "problems.unconfirmed",
        gettext_noop("Nobody checked the answer to problem {number}: it is not confirmed."),
    )
    say("problems.withdrawn", gettext_noop("The author took problem {number} back."))
    say("problems.asked", gettext_noop("Problem {number}: its author is asked for details."))
    say("problems.replied", gettext_noop("The author of {number} replied."))
    say("problems.no-reply", gettext_noop("Problem {number} was closed: its author did not reply."))
    say("problems.hand-back", gettext_noop("The office says that problem {number} is not theirs."))
    say(
        "problems.sent-across",
        gettext_noop("Problem {number} lies beyond the border: the office there has it now."),
    )
    say("problems.dispute", gettext_noop("Offices disagree about {number}; an arbiter decides."))
    say("problems.settled", gettext_noop("An arbiter decided whose problem {number} is."))
    say(
        "problems.routed-late",
        gettext_noop("No dispatcher came in time: problem {number} was given to an office."),
    )
    say(
        "problems.last-resort",
        gettext_noop("Problem {number} went to the office that takes what nobody takes."),
    )
    say(
        "problems.prolongation-asked",
        gettext_noop("An officer asks you to sign a later date for {number}."),
    )
    say(
        "problems.prolongation-refused",
        gettext_noop("The head of the office did not sign a later date for {number}."),
    )
    say(
        "problems.prolonged",
        gettext_noop("The term of problem {number} was prolonged; the reason stands on its page."),
    )
    say("problems.reopened", gettext_noop("The author opened problem {number} again."))
    say("problems.objected", gettext_noop("The author of {number} objects to the refusal."))
    say("problems.upheld", gettext_noop("The objection to the refusal of {number} was not upheld."))
    say(
        "problems.overturned",
        gettext_noop("The refusal of {number} was overturned: the office works again."),
    )
    say("problems.new", gettext_noop("A new problem was published: {number}."))
    say("problems.done", gettext_noop("Problem {number} is done: its author confirmed it."))
    say("problems.ended", gettext_noop("Problem {number} was answered; nobody confirmed it."))
    say("problems.turned-down", gettext_noop("The office refused problem {number}."))
    say(
        "problems.check-asked",
        gettext_noop("Please go and look: is {number} done? See your checks."),
    )
    say("problems.found-undone", gettext_noop("Two volunteers found that {number} is not done."))
    say("problems.verified", gettext_noop("Two volunteers confirmed that {number} is done."))
    say("problems.merged", gettext_noop("{number} is the same as {parent}: follow it there."))
    say("problems.split", gettext_noop("{number} goes its own way again."))
    say(
        "problems.several",
        gettext_noop(
            "Problem {number} needs several offices: it is a part of incident {incident}."
        ),
    )
