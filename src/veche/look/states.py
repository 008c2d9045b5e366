"""Every state has one word, one sentence, one tone and one shape, the same on every page.

The tone is a CSS class and the shape an icon of the sprite, so that a state is never told by its
colour alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from veche.look.states_delivery import DELIVERY, DELIVERY_ALSO
from veche.look.states_dispatch import DISPATCH, DISPATCH_ALSO
from veche.look.states_ideas import IDEAS
from veche.look.states_pilots import PILOTS, PILOTS_ALSO


@dataclass(frozen=True)
class State:
    """How a state is shown."""

    word: Promise | str
    sentence: Promise | str
    tone: str
    """CSS class: good, watch, warn, bad, stale, wait, work or check."""
    shape: str
    """Name of the icon in the sprite."""


STATES: dict[str, State] = {
    "inspecting": State(
        _("being audited"), _("The control department looks at the office."), "work", "work"
    ),
    "remedying": State(
        _("office answers"),
        _("Faults were found; the office says what will change."),
        "warn",
        "wait",
    ),
    "remedied": State(
        _("will change"), _("Faults were found; the office said what will change."), "good", "good"
    ),
    "cleared": State(_("no fault"), _("No fault of the office was found."), "good", "good"),
    "unanswered": State(
        _("no answer"), _("Faults were found; the office did not answer."), "bad", "stop"
    ),
    "draft": State(_("draft"), _("Only you see it; it has not been sent."), "wait", "wait"),
    "moderation": State(
        _("with a moderator"), _("A moderator reads it before it is published."), "wait", "wait"
    ),
    "rejected": State(
        _("not published"), _("A moderator did not publish it; the reason is given."), "bad", "stop"
    ),
    "routing": State(_("looking for an office"), _("It has no office yet."), "wait", "wait"),
    "work": State(_("in work"), _("An office must answer by its date."), "work", "work"),
    "check": State(
        _("author checks"),
        _("The office has answered; the author checks the result."),
        "check",
        "check",
    ),
    "confirmed": State(
        _("confirmed"), _("The author confirmed that it is solved."), "good", "good"
    ),
    "unconfirmed": State(
        _("not confirmed"),
        _("The office answered; the author did not check in time."),
        "wait",
        "half",
    ),
    "refused": State(
        _("refused"), _("The office refused and gave its reason and the rule."), "warn", "stop"
    ),
    "withdrawn": State(_("withdrawn"), _("The author took it back."), "wait", "stop"),
    "dropped": State(
        _("taken back"), _("The author took it back before a moderator read it."), "wait", "stop"
    ),
    "asked": State(
        _("question to the author"),
        _("The moderator needs to know more before it can be published."),
        "watch",
        "wait",
    ),
    "appealed": State(
        _("looked at again"),
        _("The author objected to the rejection; another moderator decides."),
        "wait",
        "wait",
    ),
    "appealed_up": State(
        _("looked at higher up"),
        _("No second moderator decided on the author's objection; the control department does."),
        "wait",
        "wait",
    ),
    "queried": State(
        _("waits for the author"),
        _("The office asked the author; the term stands still until the reply."),
        "watch",
        "wait",
    ),
    "handed_back": State(
        _("not theirs, they say"),
        _("The office returned it with a reason; a dispatcher decides within a working day."),
        "watch",
        "warn",
    ),
    "disputed": State(
        _("disputed"),
        _("Offices disagree whose it is; an arbiter decides. The author's term runs on."),
        "warn",
        "warn",
    ),
    "objected": State(
        _("objection"),
        _("The author objects to the refusal; the head of the office decides."),
        "watch",
        "warn",
    ),
    "verified": State(
        _("seen by volunteers"),
        _("Two volunteers looked and say that it is solved; its author did not check."),
        "good",
        "half",
    ),
    "removed": State(
        _("removed"),
        _("A moderator removed it after publication; the reason is given."),
        "bad",
        "stop",
    ),
    "silent": State(
        _("closed without a reply"),
        _("The author did not answer the moderator's question; it was never published."),
        "wait",
        "stop",
    ),
    "no_details": State(
        _("not enough details"),
        _("The author did not answer the question of the office."),
        "wait",
        "stop",
    ),
    "merged": State(
        _("joined"), _("It is the same as another problem and goes on there."), "wait", "end"
    ),
    "returned": State(
        _("returned"),
        _("The author says that it is not solved; the office works again."),
        "warn",
        "warn",
    ),
    "question": State(
        _("question at an office"),
        _("An office must answer a question by its date."),
        "work",
        "work",
    ),
    "answered": State(
        _("answered"),
        _("The office has answered; the author says whether it helps."),
        "check",
        "check",
    ),
    "rated": State(
        _("answered and rated"),
        _("The office answered, and the author said whether it helps."),
        "good",
        "good",
    ),
    "unrated": State(
        _("answered, not rated"),
        _("The office answered; the author did not say whether it helps."),
        "wait",
        "half",
    ),
    "passed_on": State(
        _("passed on"), _("Thanks were passed on to the office; no answer is owed."), "good", "end"
    ),
    "proposed": State(
        _("proposed"), _("The keeper of the registry must decide by a date."), "wait", "wait"
    ),
    "repaired": State(
        _("registry repaired"),
        _("The correction was accepted and the registry was repaired."),
        "good",
        "good",
    ),
    "kept": State(
        _("correction refused"),
        _("The registry stays as it is; the reason is given."),
        "warn",
        "stop",
    ),
    "late": State(_("late"), _("The term is over and there is no answer."), "bad", "bad"),
    "soon": State(_("due soon"), _("The term ends within a day."), "watch", "watch"),
    "vote-coming": State(
        _("opens later"), _("The vote is announced; it opens later."), "wait", "wait"
    ),
    "vote-open": State(_("voting now"), _("The vote is open: ballots are taken."), "check", "work"),
    "vote-suspended": State(
        _("suspended"), _("No ballots are taken until the vote goes on."), "watch", "stop"
    ),
    "vote-counting": State(
        _("being counted"), _("The vote is closed and is being counted."), "work", "work"
    ),
    "vote-counted": State(
        _("counted, not final"),
        _("The vote is counted; appeals can still change the result."),
        "watch",
        "half",
    ),
    "vote-certified": State(_("certified"), _("The result is final and signed."), "good", "good"),
    "vote-annulled": State(
        _("annulled"), _("It does not count; the reason is given."), "bad", "stop"
    ),
    "vote-counts": State(_("counts"), _("This ballot is the one that is counted."), "good", "good"),
    "filed": State(
        _("with the commission"), _("The voting commission decides by its date."), "work", "work"
    ),
    "requested": State(
        _("asks for a place on the roll"),
        _("The voting commission adds the person or says why not."),
        "work",
        "wait",
    ),
    "upheld": State(
        _("appeal upheld"),
        _("The commission found it right and says what follows."),
        "good",
        "good",
    ),
    "dismissed": State(
        _("appeal dismissed"), _("The commission found it wrong and says why."), "warn", "stop"
    ),
    "added": State(_("put on the roll"), _("The person can vote."), "good", "good"),
    "lapsed": State(
        _("not answered in time"), _("The vote closed before anybody answered."), "bad", "stop"
    ),
    "record_open": State(
        _("open in the source"), _("The record of the source says that it is open."), "work", "work"
    ),
    "record_closed": State(
        _("closed in the source"),
        _("The record of the source says that it is closed; it does not say who checked."),
        "wait",
        "end",
    ),
    "stale": State(
        _("no fresh value"), _("The value is older than it should be."), "stale", "stale"
    ),
    **{code: State(*told) for code, told in {**IDEAS, **DELIVERY, **DISPATCH, **PILOTS}.items()},
}


ALSO = {
    "published": "vote-coming",
    "open": "vote-open",
    "suspended": "vote-suspended",
    "closed": "vote-counting",
    "provisional": "vote-counted",
    "appeal": "vote-counted",
    "certified": "vote-certified",
    "archived": "vote-certified",
    "annulled": "vote-annulled",
    **DELIVERY_ALSO,
    **DISPATCH_ALSO,
    **PILOTS_ALSO,
}
"""States of a case that are shown as another one; of votes, at the desk and in lists."""


def find(code: str) -> State:
    """The state with this code; an unknown code is shown as it is, never as a good state."""
    return STATES.get(ALSO.get(code, code)) or State(code, "", "wait", "wait")
