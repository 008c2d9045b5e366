"""The states of promises and of their steps: word, sentence, tone, shape."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Told = tuple[Promise, Promise, str, str]

DELIVERY: Mapping[str, Told] = {
    "promise-drafted": (
        _("steps being written"), _("The office writes its steps with their dates."), "wait",
        "wait",
    ),
    "promise-under_way": (
        _("being delivered"), _("The office works by its steps."), "work", "work",
    ),
    "promise-late": (
        _("behind its dates"), _("A date of the promise has passed."), "bad", "bad",
    ),
    "promise-acceptance": (
        _("residents are asked"), _("The office says it is done; residents say whether it is."),
        "check", "check",
    ),
    "promise-repair": (
        _("being put right"), _("Residents refused what was done; the office puts it right."),
        "warn", "work",
    ),
    "promise-kept": (
        _("promise kept"), _("Residents accepted what was done."), "good", "good",
    ),
    "promise-unconfirmed": (
        _("done, not confirmed"),
        _("The office says it is done; too few residents answered to tell. It is not counted as"
          " kept."),
        "wait", "half",
    ),
    "promise-broken": (
        _("promise broken"), _("The control department declared it broken."), "bad", "stop",
    ),
    "promise-replaced": (
        _("replaced"), _("Another promise stands in its place; both are shown."), "warn", "end",
    ),
    "step-planned": (
        _("to be done"), _("The step waits for its date."), "wait", "wait",
    ),
    "step-late": (
        _("step late"), _("The date of the step has passed and it is not done."), "bad", "bad",
    ),
    "step-done": (
        _("step done"), _("The office finished the step."), "good", "good",
    ),
    "step-dropped": (
        _("not needed"), _("The step was dropped; the reason is given."), "warn", "stop",
    ),
}  # fmt: skip

DELIVERY_ALSO: Mapping[str, str] = {
    "drafted": "promise-drafted",
    "under_way": "promise-under_way",
    "acceptance": "promise-acceptance",
    "repair": "promise-repair",
    "planned": "step-planned",
}
"""States of a case that are shown as one of these, at the desk; those that share their code with
another matter (kept, unconfirmed, done, dropped) are named by the pages of promises."""
