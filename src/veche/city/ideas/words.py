"""The words of ideas: where one stands, what was done, what is said to those who follow one."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from veche.core.notices.words import say

Words = dict[str, str | Promise]

PHASES: Words = {
    "collect": _("Ideas are collected"),
    "discuss": _("Ideas are discussed"),
    "synthesise": _("Experts sum them up"),
    "vote": _("Residents vote"),
    "answer": _("The office answers"),
}
WHO: Words = {
    "anyone": _("Everybody with an account can write."),
    "residents": _("Residents of {place} can write."),
}
CALL_STANDS: Words = {
    "draft": _("Being prepared; only its organisers see it."),
    "coming": _("Ideas are taken from {day} on."),
    "taking": _("Ideas are taken until {day}: {left}."),
    "standing": _("A standing call: ideas are taken at any time."),
    "discuss": _("Ideas are discussed and supported until {day}: {left}."),
    "synthesise": _("Experts sum the ideas up until {day}: {left}."),
    "vote": _("Residents vote until {day}: {left}."),
    "between": _("No ideas are taken now. {office} answers them next."),
    "answering": _("{office} must answer every idea by {day}: {left}."),
    "answering-late": _("{office} had to answer every idea by {day}: {left}."),
    "answered": _("Every author has an answer since {ended}."),
    "cancelled": _("It was called off on {ended}. The reason stands below."),
    "dropped": _("It was dropped before it was announced."),
}
REASONS: Words = {}
"""Why an office did not take an idea up, by code; filled by `answers`."""
DID: Words = {
    "write": _("Its author wrote it."),
    "synthesise": _("Facilitators wrote it out of the ideas of others."),
    "accept": _("A moderator read it and published it."),
    "pass": _("It was published without a moderator: none had come within the term."),
    "reject": _("A moderator read it and did not publish it."),
    "appeal": _("The author objected."),
    "uphold": _("Another moderator kept the rejection."),
    "overturn": _("Another moderator published it after all."),
    "climb": _("No second moderator decided in time: the control department does."),
    "uphold_above": _("An administrator kept the rejection."),
    "overturn_above": _("An administrator published it after all."),
    "remove": _("A moderator took it away after it was published."),
    "reword": _("The author reworded it."),
    "shortlist": _("A facilitator put it on the shortlist."),
    "unlist": _("A facilitator took it off the shortlist."),
    "combine": _("It was joined to another idea."),
    "join": _("{office} joined it to another idea."),
    "separate": _("It stands by itself again."),
    "put_to_vote": _("{office} put it to a vote."),
    "unput": _("The vote came to nothing; it is on the shortlist again."),
    "take_up": _("{office} accepted it."),
    "decline": _("{office} did not take it up."),
    "object": _("The author objected to the refusal."),
    "keep_refusal": _("The head of {office} kept the refusal."),
    "look_again": _("The head of {office} lets it be looked at again."),
    "promise": _("It became a promise of the city."),
    "withdraw": _("The author took it back."),
    "call_off": _("Its call was called off."),
    "bring": _("It was written on another platform and brought in later."),
    "reach": _("Enough people endorsed it."),
    "lapse": _("Too few people endorsed it in time."),
    "answer": _("{office} answered point by point."),
    "announce": _("It was announced."),
    "go_on": _("It goes on for another year."),
    "end_phases": _("No more ideas are taken; the office answers."),
    "close": _("Every author has an answer."),
    "cancel": _("It was called off."),
}
STANDS: Words = {
    "moderation": _("A moderator must read it by {day}: {left}."),
    "moderation-late": _("A moderator had to read it by {day}: {left}."),
    "appealed": _("Another moderator must look again by {day}: {left}."),
    "appealed-late": _("Another moderator had to look again by {day}: {left}."),
    "appealed_up": _("The control department must look again by {day}: {left}."),
    "appealed_up-late": _("The control department had to look again by {day}: {left}."),
    "rejected": _("A moderator did not publish it on {ended}. The reason stands below."),
    "removed": _("It was taken away by a moderator on {ended}. The reason stands below."),
    "dropped": _("Its author took it back on {ended}."),
    "open": _("You can support and discuss it. {office} answers by {day}: {left}."),
    "open-late": _("You can support and discuss it. {office} had to answer by {day}: {left}."),
    "shortlisted": _("It is on the shortlist. {office} decides by {day}: {left}."),
    "shortlisted-late": _("It is on the shortlist. {office} had to decide by {day}: {left}."),
    "at_vote": _("It is put to a vote. {office} decides by {day}: {left}."),
    "at_vote-late": _("It was put to a vote. {office} had to decide by {day}: {left}."),
    "accepted": _("{office} accepted it and writes the promise by {day}: {left}."),
    "accepted-late": _("{office} accepted it and had to write the promise by {day}: {left}."),
    "objected": _("The author objects. The head of {office} decides by {day}: {left}."),
    "objected-late": _("The author objects. The head of {office} had to decide by {day}: {left}."),
    "promised": _("It became a promise of the city on {ended}."),
    "combined": _("It was joined to another idea on {ended}: it goes on there."),
    "refused": _("{office} did not take it up on {ended}. The reason stands below."),
    "withdrawn": _("Its author took it back on {ended}."),
    "called_off": _("It ended on {ended}: its call was called off."),
    "brought": _("It was written on another platform and is kept as it stood there."),
    "collecting": _("Endorsements are collected until {day}: {left}."),
    "collecting-late": _("Endorsements were collected until {day}: {left}."),
    "reached": _("Enough people endorsed it. {office} must answer by {day}: {left}."),
    "reached-late": _("Enough people endorsed it. {office} had to answer by {day}: {left}."),
    "answered": _("{office} answered point by point on {ended}."),
    "lapsed": _("Too few people endorsed it by {ended}."),
}


def give_words() -> None:
    """Give the notices of this module their sentences."""
    say("ideas.call", gettext_noop("The city asks for ideas: {number}."))
    say("ideas.call-off", gettext_noop("The call for ideas {number} was called off."))
    say("ideas.phases-over", gettext_noop("Call {number} takes no more ideas; the office answers."))
    say("ideas.call-answered", gettext_noop("Every idea of call {number} has an answer."))
    say("ideas.new", gettext_noop("A new idea can be read: {number}."))
    say("ideas.accepted", gettext_noop("A moderator published your idea {number}."))
    say("ideas.passed", gettext_noop("No moderator came in 24 hours: {number} was published."))
    say("ideas.rejected", gettext_noop("A moderator did not publish {number}."))
    say("ideas.removed", gettext_noop("A moderator took {number} away."))
    say("ideas.reworded", gettext_noop("The author reworded idea {number}."))
    say("ideas.called-off", gettext_noop("The call of {number} was called off: it ends."))
    say("ideas.withdrawn", gettext_noop("The author took idea {number} back."))
    say("ideas.reached", gettext_noop("Enough people endorsed {number}: the office must answer."))
    say("ideas.to-answer", gettext_noop("Your office must answer {number} point by point."))
    say("ideas.answered-points", gettext_noop("The office answered {number} point by point."))
    say("ideas.lapsed", gettext_noop("Too few people endorsed {number} in time."))
