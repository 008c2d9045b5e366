"""Words of notices, pages and refusals: experts, assignments and reviews."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from veche.core.notices.words import say

if TYPE_CHECKING:
    from veche.city.pilots.engines.assign import Impossible
    from veche.city.pilots.models import Application, Expert

Words = Mapping[str, str | Promise]

NOTICES: Mapping[str, str] = {
    "pilots.review-given": gettext_noop(
        "You were given application {number} to read. Say whether you take it on."
    ),
    "pilots.review-due": gettext_noop("Your review of application {number} is due in three days."),
    "pilots.review-gone": gettext_noop(
        "Application {number} was taken back from you: another expert reads it."
    ),
}
REFUSALS: Words = {
    "busy": gettext_lazy("I have no time for it"),
    "field": gettext_lazy("It is not my field"),
    "conflict": gettext_lazy("I am tied to the company"),
    "other": gettext_lazy("Another reason, in the words below"),
}
STANDINGS: Words = {
    "given": gettext_lazy("given"),
    "accepted": gettext_lazy("being read"),
    "refused": gettext_lazy("refused"),
    "done": gettext_lazy("read"),
    "taken_back": gettext_lazy("taken back by the agency"),
}
"""How a task of an expert stands."""
REASONS: Words = {
    **REFUSALS,
    "late": gettext_lazy("It was not read in time"),
    "ended": gettext_lazy("The expert has left"),
    "conflict": gettext_lazy("It goes to another expert"),
}
"""Why a task ended unread."""
MOST_NAMED = 5


def reason(text: str) -> str:
    """Why a task ended, in words."""
    code, _sep, more = text.partition(": ")
    if code not in REASONS:
        return text
    return f"{REASONS[code]}: {more}" if more else str(REASONS[code])


def impossible(
    no: Impossible, applications: Sequence[Application], experts: Sequence[Expert]
) -> str:
    """Why no assignment keeps the rules, with the names of what is in the way."""
    works = _some([str(applications[place]) for place in no.papers])
    people = _some([str(experts[place].person) for place in no.experts])
    said = {
        "few": _("Too few experts without a tie may read: {works}."),
        "crowded": _("All experts who may read these have as much as they take: {works}."),
        "short": _("{needed} reviews are needed, and the experts take {offered}: enrol more, or"
                   " raise how many they take."),
        "idle": _("The least loads ask for {asked} reviews, and only {needed} are needed."),
        "bounds": _("The least load is above the most of: {people}."),
        "unfilled": _("These cannot be given their least load: {people}."),
        "kept": _("What was given out already does not fit these numbers: {works}."),
    }[no.why]  # fmt: skip
    return said.format(works=works, people=people, **no.numbers)


def _some(names: list[str]) -> str:
    shown = _(", ").join(names[:MOST_NAMED])
    more = len(names) - MOST_NAMED
    return _("{shown} and {n} more").format(shown=shown, n=more) if more > 0 else shown


def give_words() -> None:
    """Give the notices of this part their sentences."""
    for kind, sentence in NOTICES.items():
        say(kind, sentence)
