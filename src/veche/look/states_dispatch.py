"""The states of incidents and of help in them: word, sentence, tone, shape."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Told = tuple[Promise, Promise, str, str]

DISPATCH: Mapping[str, Told] = {
    "incident-reported": (
        _("to be verified"), _("A dispatcher makes sure whether it is so."), "watch", "wait",
    ),
    "incident-verified": (
        _("needs an office"), _("It is so; a dispatcher gives it to the office that leads."),
        "warn", "warn",
    ),
    "incident-dispatched": (
        _("not accepted yet"), _("The office that is to lead has not accepted yet."), "watch",
        "wait",
    ),
    "incident-in_work": (
        _("being dealt with"), _("The office that leads is dealing with it."), "work", "work",
    ),
    "incident-pending": (
        _("put off with a reason"),
        _("It cannot be ended in time; the reason stands in the register."), "warn", "half",
    ),
    "incident-done": (
        _("to be checked on site"), _("Reported done; a dispatcher verifies it on site."),
        "check", "check",
    ),
    "incident-closed": (
        _("over: verified"), _("It was verified on site that it is done."), "good", "good",
    ),
    "incident-evaluated": (
        _("over and evaluated"), _("The control department looked at how it was handled."),
        "good", "good",
    ),
    "incident-false_alarm": (
        _("false alarm"), _("Nothing had happened."), "wait", "stop",
    ),
    "incident-joined": (
        _("part of another"), _("It goes on in another incident."), "wait", "half",
    ),
    "incident-late": (
        _("past its term"), _("Its present term has passed."), "bad", "bad",
    ),
    "shut-off-announced": (
        _("announced beforehand"), _("It will not come for a time; it comes now."), "watch", "wait",
    ),
    "shut-off-running": (
        _("shut off now"), _("It does not come now."), "warn", "warn",
    ),
    "shut-off-late": (
        _("shut off longer than promised"), _("It should have come again by now."), "bad", "stop",
    ),
    "shut-off-over": (
        _("restored"), _("It comes again."), "good", "good",
    ),
    "shut-off-called_off": (
        _("does not take place"), _("It was announced and does not take place."), "wait", "half",
    ),
    "crew-free": (
        _("ready to go"), _("The crew can be sent."), "good", "good",
    ),
    "crew-sent": (
        _("on its way"), _("The crew is on its way."), "work", "work",
    ),
    "crew-there": (
        _("there"), _("The crew is at work there."), "check", "check",
    ),
    "help-asked": (
        _("asked to help"), _("The office has not accepted yet."), "watch", "wait",
    ),
    "help-in_work": (
        _("helping"), _("The office is helping."), "work", "work",
    ),
    "help-done": (
        _("did its part"), _("The office did what it was asked for."), "good", "good",
    ),
    "help-refused": (
        _("cannot help"), _("The office sent it back with a reason."), "warn", "stop",
    ),
    "help-dropped": (
        _("help not needed"), _("The help was no longer needed."), "wait", "stop",
    ),
}  # fmt: skip

DISPATCH_ALSO: Mapping[str, str] = {
    code: f"incident-{code}"
    for code in ("reported", "dispatched", "in_work", "pending", "false_alarm", "joined",
                 "evaluated")
}  # fmt: skip
"""States of a case that are shown as one of these, at the desk; those that share their code with
another matter (verified, done, closed) are named by the pages of incidents."""
