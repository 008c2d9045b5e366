"""The words of appeals: reasons, kinds, what is said to those who follow one."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from veche.core.notices.words import say

Words = dict[str, str | Promise]

KINDS: Words = {
    "letter": _("Letter"),
    "question": _("Question"),
    "thanks": _("Thanks"),
}
KIND_SENTENCES: Words = {
    "letter": _("You ask an office to do something or complain: it answers within 30 days."),
    "question": _("You want to know something: an office answers within 8 days."),
    "thanks": _("Somebody did well: the office is told. No answer is owed."),
}
REASONS: Words = {
    "insult": _("the words insult somebody"),
    "advertising": _("this is advertising"),
    "unclear": _("it is not clear what is asked"),
    "personal-data": _("it names or shows private persons"),
    "not-a-letter": _("this is not a letter to the city"),
    "answered-before": _("the same was answered before"),
    "court": _("a court decides this"),
    "secret-by-law": _("the law keeps this secret"),
    "no-such-power": _("no office of the city may decide this"),
    "not-so": _("the registry is right: we looked"),
    "not-found": _("nothing was found at the place"),
    "other-registry": _("this belongs to a registry that the city does not keep"),
    "already-known": _("the registry says so already"),
}
LATER: Words = {
    "asked-elsewhere": _("another authority was asked and has not answered"),
    "look-there": _("somebody must go and look first"),
    "many-offices": _("several offices must answer together"),
    "papers-awaited": _("papers that the answer needs have not come"),
}
SATISFACTION: Words = {
    "yes": _("it helps"),
    "partly": _("it helps in part"),
    "no": _("it does not help"),
}
WRONGS: Words = {
    "missing": _("It is missing"),
    "place": _("It stands elsewhere"),
    "owner": _("It belongs to somebody else"),
    "gone": _("It is not there any more"),
}
DID: Words = {
    "write": _("It was written."),
    "send": _("It was sent to the office only."),
    "accept": _("A moderator published it."),
    "pass": _("It was published without a moderator: none had come within the term."),
    "close_to_others": _("A moderator sent it on to the office without publishing it."),
    "reject": _("A moderator did not publish it."),
    "appeal": _("The author objected."),
    "uphold": _("Another moderator kept the rejection."),
    "overturn": _("Another moderator published it after all."),
    "climb": _("No second moderator decided in time: the control department does."),
    "uphold_above": _("An administrator kept the rejection."),
    "overturn_above": _("An administrator published it after all."),
    "remove": _("A moderator took it away after publication."),
    "assign": _("A dispatcher chose {office}."),
    "route": _("{office} was given the letter."),
    "route_question": _("{office} was given the question."),
    "pass_on": _("The thanks were passed on: {office}."),
    "hand_on": _("It was handed on to {office}."),
    "ask_later": _("{office} asked its head for a later date."),
    "prolong": _("The head of {office} signed a later date: {until}."),
    "refuse_later": _("The head of {office} did not sign the later date: the promise stays."),
    "answer": _("{office} answered."),
    "refuse": _("{office} refused."),
    "rate": _("The author rated the answer."),
    "lapse": _("The author did not rate the answer in time."),
    "withdraw": _("The author took it back."),
    "propose": _("A resident proposed the correction."),
    "repair": _("The keeper of the registry accepted it, and the registry was repaired."),
    "keep": _("The keeper of the registry refused it."),
}
STANDS: Words = {
    "moderation": _("A moderator must read it by {day}: {left}."),
    "moderation-late": _("A moderator had to read it by {day}: {left}."),
    "routing": _("A dispatcher must find the office that answers by {day}: {left}."),
    "routing-late": _("A dispatcher had to find the office that answers by {day}: {left}."),
    "work": _("{office} must answer by {day}: {left}."),
    "work-late": _("{office} had to answer by {day}: {left}."),
    "question": _("{office} must answer by {day}: {left}."),
    "question-late": _("{office} had to answer by {day}: {left}."),
    "answered": _("{office} has answered. Its author can say until {day} whether it helps."),
    "rated": _("{office} has answered. The author says: {satisfaction}."),
    "unrated": _("{office} has answered; the author did not say whether it helps."),
    "passed_on": _("Passed on to {office} on {ended}. No answer is owed."),
    "refused": _("{office} refused on {ended}. Its reason stands below."),
    "rejected": _("A moderator did not publish it on {ended}. The reason stands below."),
    "appealed": _("Another moderator must look again by {day}: {left}."),
    "appealed-late": _("Another moderator had to look again by {day}: {left}."),
    "appealed_up": _("The control department must look again by {day}: {left}."),
    "appealed_up-late": _("The control department had to look again by {day}: {left}."),
    "removed": _("A moderator took it away on {ended}. The reason stands below."),
    "withdrawn": _("The author took it back on {ended}."),
    "dropped": _("The author took it back on {ended}."),
    "proposed": _("The keeper of the registry must decide by {day}: {left}."),
    "proposed-late": _("The keeper of the registry had to decide by {day}: {left}."),
    "repaired": _("Accepted on {ended}: the registry was repaired."),
    "kept": _("Refused on {ended}: the registry stays as it is. The reason stands below."),
}


def give_words() -> None:
    """Give the notices of this module their sentences."""
    say("appeals.accepted", gettext_noop("A moderator passed {number} on; it can be read now."))
    say("appeals.passed", gettext_noop("No moderator came in 24 hours: {number} was passed on."))
    say("appeals.closed", gettext_noop("{number} was sent to the office without being published."))
    say("appeals.rejected", gettext_noop("A moderator did not publish {number}."))
    say("appeals.removed", gettext_noop("A moderator took {number} away."))
    say("appeals.new", gettext_noop("A new letter can be read: {number}."))
    say("appeals.outcome", gettext_noop("The office answered the letter {number}."))
    say("appeals.given", gettext_noop("An office has {number} now."))
    say("appeals.passed-on", gettext_noop("Your thanks {number} were passed on to the office."))
    say(
        "appeals.routed-late",
        gettext_noop("No dispatcher came in time: {number} was given to an office."),
    )
    say("appeals.handed-on", gettext_noop("{number} was handed on to another office."))
    say("appeals.later-asked", gettext_noop("A later date for {number} waits for your signature."))
    say("appeals.later", gettext_noop("{number} will be answered later; the reason stands there."))
    say("appeals.later-refused", gettext_noop("The later date for {number} was not signed."))
    say("appeals.answered", gettext_noop("The office answered {number}. Does it help?"))
    say("appeals.refused", gettext_noop("The office refused {number} and gave its reason."))
    say("appeals.rated", gettext_noop("The author rated the answer to {number}."))
    say("appeals.unrated", gettext_noop("Nobody rated the answer to {number}."))
    say("appeals.withdrawn", gettext_noop("The author took {number} back."))
    say("appeals.repaired", gettext_noop("Your correction {number} was accepted."))
    say("appeals.kept", gettext_noop("Your correction {number} was refused, with a reason."))
