"""Words of notices, pages and lists: applications, screening and appeals."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from veche.core.notices.words import say

Words = Mapping[str, str | Promise]

NOTICES: Mapping[str, str] = {
    "pilots.submitted": gettext_noop(
        "Your application {number} was sent. Its page says what comes next and by when."
    ),
    "pilots.asked": gettext_noop("You are asked about your application {number}. Answer in time."),
    "pilots.replied": gettext_noop("A company answered: application {number} goes on."),
    "pilots.admitted": gettext_noop("Your application {number} was admitted: experts read it."),
    "pilots.admitted-staff": gettext_noop(
        "An application that your department would supervise was admitted: {number}."
    ),
    "pilots.turned-down": gettext_noop(
        "Your application {number} was turned down. The reason is given; you can object once."
    ),
    "pilots.withdrawn": gettext_noop("A colleague withdrew your application {number}."),
    "pilots.withdrawn-staff": gettext_noop("A company withdrew its application {number}."),
    "pilots.dropped": gettext_noop("Your draft {number} was not sent in time and is gone."),
    "pilots.lapsed": gettext_noop(
        "Your application {number} ended: what you were asked was not answered in time."
    ),
    "pilots.lapsed-staff": gettext_noop(
        "A company did not answer in time: application {number} ended."
    ),
    "pilots.appealed": gettext_noop("A colleague objected: appeal {number} will be judged."),
    "pilots.appealed-staff": gettext_noop("A company objected to a decision: appeal {number}."),
    "pilots.appeal-to-judge": gettext_noop("An appeal of a company waits for you: {number}."),
    "pilots.appeal-granted": gettext_noop(
        "Your appeal {number} was granted: your application goes on."
    ),
    "pilots.appeal-denied": gettext_noop("Your appeal {number} was denied; the reason is given."),
    "pilots.appeal-granted-staff": gettext_noop(
        "Appeal {number} was granted: the application is back with you."
    ),
    "pilots.appeal-denied-staff": gettext_noop("Appeal {number} was denied."),
}

REASONS: Words = {
    "not-the-task": _("It does not answer the task of the call"),
    "not-ready": _("It is not ready to be tested in the city"),
    "no-evidence": _("Nothing shows that it works"),
    "unclear": _("It is not clear what would be tested"),
    "same-again": _("The same solution was offered before"),
    "not-lawful": _("The law does not allow to test it here"),
    "other": _("Another reason, in the words below"),
}
"""Why the screening turns an application down."""

STEPS: Words = {
    "profile": _("Company and product"),
    "solution": _("The solution"),
    "questions": _("Questions of the call"),
    "check": _("Check and send"),
}
"""The steps of writing an application."""

STANDS: Words = {
    "draft": _("A draft that only your company sees. Send it by {day}: {left}. After that it is"
               " thrown away."),
    "draft-open": _("A draft that only your company sees. The call takes it until {day}: {left}."),
    "draft-closed": _("A draft that only your company sees. The call does not take applications any"
                      " more; the draft is kept until {day}."),
    "screening": _("{office} decides by {day} whether experts read it: {left}."),
    "screening-late": _("{office} should have decided by {day} whether experts read it: {left}."),
    "more_info": _("The company was asked and must answer by {day}: {left}. Without an answer the"
                   " application ends."),
    "more_info-late": _("The company should have answered by {day}: {left}."),
    "review": _("Experts read and mark it. {office} brings it before the panel by {day}: {left}."),
    "review-late": _("{office} should have brought it before the panel by {day}: {left}."),
    "panel": _("The panel decides by {day}: {left}."),
    "panel-late": _("The panel should have decided by {day}: {left}."),
    "matching": _("The panel chose it. {office} finds a site by {day}: {left}."),
    "matching-late": _("{office} should have found a site by {day}: {left}."),
    "methodology": _("How it is tested is written down by {day}: {left}."),
    "methodology-late": _("How it is tested should have been written down by {day}: {left}."),
    "agreement": _("The company, the site and the agency sign by {day}: {left}."),
    "agreement-late": _("The three should have signed by {day}: {left}."),
    "running": _("It is being tested until {day}: {left}."),
    "running-late": _("The test should have ended by {day}: {left}."),
    "evaluating": _("The report is published by {day}: {left}."),
    "evaluating-late": _("The report should have been published by {day}: {left}."),
    "answering": _("{office} says by {day} whether the city buys it: {left}."),
    "answering-late": _("{office} should have said by {day} whether the city buys it: {left}."),
    "rolled_out": _("The city uses it since {ended}."),
    "not_rolled_out": _("It was tested and is not bought: {ended}."),
    "rejected": _("It was turned down on {ended}."),
    "withdrawn": _("It ended on {ended}: the company withdrew it or did not go on."),
    "raised": _("An arbiter outside the agency judges the appeal by {day}: {left}."),
    "raised-late": _("An arbiter should have judged the appeal by {day}: {left}."),
    "granted": _("The appeal was granted on {ended}."),
    "denied": _("The appeal was denied on {ended}."),
}  # fmt: skip
"""Where a matter stands: who does what by when."""

DID: Words = {
    "begin": _("A draft was begun."),
    "submit": _("The company sent its application."),
    "drop": _("The draft was thrown away: nobody sent it in time."),
    "ask": _("The agency asked the company."),
    "reply": _("The company answered."),
    "reply-revised": _("The company answered and changed its application: revision {revision}."),
    "lapse": _("The company did not answer in time."),
    "admit": _("It was admitted: experts read it."),
    "turn_down": _("It was turned down at the screening."),
    "bring": _("It came before the panel."),
    "select": _("The panel chose it."),
    "decline": _("The panel declined it."),
    "place": _("It was given a site."),
    "find_none": _("No site fits it."),
    "approve": _("The methodology was approved."),
    "rewrite": _("The methodology went back to be written anew."),
    "start": _("The trial began."),
    "lose_site": _("It lost its site; another is looked for."),
    "end_trial": _("The trial ended."),
    "end_by_time": _("The trial ended on its last day."),
    "prolong_trial": _("The trial goes on longer."),
    "publish": _("The report was published."),
    "buy": _("The department buys it."),
    "extend": _("The department lets the trial go on."),
    "stop": _("The department does not buy it."),
    "withdraw": _("The company withdrew it."),
    "restore": _("An appeal was granted: it goes back to the screening."),
    "restore_panel": _("An appeal was granted: it goes back to the panel."),
    "come_to_use": _("It came to use after all."),
}
"""What happened, by the move."""
TURNS = frozenset(
    {"drop", "lapse", "turn_down", "decline", "find_none", "rewrite", "lose_site", "stop",
     "withdraw", "restore", "restore_panel"}
)  # fmt: skip
"""Steps at which it went another way than hoped for."""

BESIDE: Words = {
    "_title": _("Title"),
    "_text": _("What the solution is"),
    "_readiness": _("How ready it is"),
}
"""Words beside the form, where revisions are compared."""


def give_words() -> None:
    """Give the notices the words of this part."""
    for kind, sentence in NOTICES.items():
        say(kind, sentence)
