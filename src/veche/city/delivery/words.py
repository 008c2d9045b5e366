"""The words of promises: where one stands, what was done, where it comes from, who is asked."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise as Text
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from veche.core.notices.words import say

Words = Mapping[str, str | Text]

SOURCES: Words = {
    "idea": _("An idea of residents"),
    "vote": _("A vote"),
    "budget": _("The budget"),
    "hearing": _("A public hearing"),
    "programme": _("A programme"),
    "word": _("The mayor's word"),
}
WHY: Words = {
    "proposed": _("proposed it"),
    "supported": _("supported it"),
    "voted": _("voted on it"),
    "lives": _("live there"),
}
WHY_YOU: Words = {
    "proposed": _("You are asked because you proposed it."),
    "supported": _("You are asked because you supported it."),
    "voted": _("You are asked because you took part in the vote."),
    "lives": _("You are asked because you live there."),
}
REFUSALS: Words = {
    "not-done": _("it was not done at all"),
    "in-part": _("only a part of it was done"),
    "badly": _("it was done badly"),
    "elsewhere": _("something else was done, or in another place"),
    "broken-again": _("it is broken again"),
    "other": _("another reason"),
}
PLACES: Words = {
    "city": _("about the whole city"),
    "district": _("about a district"),
    "neighbourhood": _("about a neighbourhood"),
}
MONEY: Words = {"planned": _("Planned"), "spent": _("Spent")}
STANDS: Words = {
    "drafted": _("{office} must write its steps by {day}: {left}."),
    "drafted-late": _("{office} had to write its steps by {day}: {left}."),
    "under_way": _("{office} must be done by {day}: {left}."),
    "under_way-late": _("{office} had to be done by {day}: {left}."),
    "missed": _(
        "Step {step} was due on {missed} and is not done. {office} must say why before it can do "
        "anything else."
    ),
    "acceptance": _(
        "{office} says that it is done. Residents say until {day} whether it is: {left}."
    ),
    "repair": _("Residents refused what was done. {office} must put it right by {day}: {left}."),
    "repair-late": _(
        "Residents refused what was done. {office} had to put it right by {day}: {left}."
    ),
    "kept": _("Kept: residents accepted it on {ended}."),
    "unconfirmed": _(
        "{office} says that it is done; too few residents answered to tell. It is not counted as "
        "kept."
    ),
    "broken": _("Broken: the control department said so on {ended}. Its reason stands below."),
    "replaced": _("Replaced by another promise on {ended}. The reason stands below."),
}
DID: Words = {
    "make": _("It was promised."),
    "write_steps": _("{office} wrote its steps."),
    "start": _("{office} began. All must be done by {due}."),
    "explain": _("{office} said why step {step} is late."),
    "say_done": _("{office} said that it is done. {asked} people are asked."),
    "accept": _("Residents accepted it: {accepts} said yes, {refuses} no."),
    "refuse": _("Residents refused it: {accepts} said yes, {refuses} no."),
    "lapse": _("Too few residents answered to tell: {accepts} said yes, {refuses} no."),
    "find_undone": _("The control department found that it is not done."),
    "break": _("The control department declared it broken."),
    "replace": _("The control department put another promise in its place."),
    "change": _("{office} changed something."),
    # What a change says, by what stands in it:
    "change.after": _("Step {step} has a later date: {after} instead of {before}."),
    "change.redo": _("Step {redo} is done again, until {after}."),
    "change.dropped": _("Step {dropped} is no longer needed."),
    "change.done": _("Step {done} is done."),
    "change.steps": _("{office} added steps."),
    "change.planned": _("Money was planned: {amount}."),
    "change.spent": _("Money was spent: {amount}."),
    "change.instead": _("A line of money was replaced: {amount} instead of {before}."),
    "change.target": _("The target was set: {target}."),
    "change.retarget": _("The target was replaced: {target} instead of {before}."),
    "change.measured": _("It was measured: {measured}."),
}


def give_words() -> None:
    """Give the notices of this module their sentences."""
    say("delivery.new", gettext_noop("The city has made a new promise: {number}."))
    say("delivery.made", gettext_noop("What you took part in became promise {number}."))
    say("delivery.begun", gettext_noop("The office began to deliver promise {number}."))
    say("delivery.steps-added", gettext_noop("Promise {number} has new steps."))
    say("delivery.step-done", gettext_noop("Step {step} of promise {number} is done."))
    say(
        "delivery.step-late",
        gettext_noop("Step {step} of promise {number} is late; the office said why."),
    )
    say(
        "delivery.step-dropped",
        gettext_noop("Step {step} of promise {number} is no longer needed, says the office."),
    )
    say("delivery.step-again", gettext_noop("Step {step} of promise {number} is done again."))
    say("delivery.postponed", gettext_noop("Step {step} of promise {number} has a later date."))
    say("delivery.said-done", gettext_noop("The office says that promise {number} is kept."))
    say("delivery.asked", gettext_noop("Is promise {number} kept? You are asked."))
    say("delivery.kept", gettext_noop("Promise {number} is kept: residents accepted it."))
    say(
        "delivery.refused",
        gettext_noop("Residents refused promise {number}: the office must put it right."),
    )
    say("delivery.unconfirmed", gettext_noop("Too few answered whether promise {number} is kept."))
    say("delivery.broken", gettext_noop("Promise {number} was declared broken."))
    say("delivery.replaced", gettext_noop("Another promise stands in the place of {number}."))
    say("delivery.undone", gettext_noop("Promise {number} turned out not to be kept."))
    say("delivery.ended", gettext_noop("There is something new about promise {number}."))
