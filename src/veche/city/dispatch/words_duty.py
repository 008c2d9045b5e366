"""The words of duty and escalation: notices, acts of a ladder, states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from veche.core.notices.words import say

if TYPE_CHECKING:
    from django.utils.functional import Promise

ACTS: dict[str, str | Promise] = {
    "wait": _("nobody is told yet"),
    "person": _("tell a person"),
    "role": _("tell those who hold a role"),
    "duty": _("tell whoever is on duty"),
    "tier_up": _("a tier up"),
    "repeat": _("tell them again"),
}
"""What a step of a ladder does."""
ROLES: dict[str, str | Promise] = {
    "dispatcher": _("the dispatchers"),
    "officer": _("the officers of the office"),
    "head": _("the head of the office"),
    "controller": _("the control department"),
    "mayor": _("the mayor"),
    "commander": _("whoever commands in a crisis"),
    "operator": _("the operators of the indicators"),
}
"""Whom a step can tell."""
TIERS: dict[int, str | Promise] = {
    1: _("the neighbourhood"),
    2: _("the district"),
    3: _("the whole city"),
}
LATE_CALL = "dispatch.hand-over-late"
"""The notice that nobody has taken over a shift."""


def give_words() -> None:
    """Make the sentences of this module's notices known."""
    say("dispatch.waits", gettext_noop("Incident {number} waits: {used} % of its term is used."))
    say("dispatch.overdue", gettext_noop("The term of incident {number} has passed: act now."))
    say(
        "dispatch.raised",
        gettext_noop("Incident {number} has come up to your tier: take it up."),
    )
    say(
        "dispatch.waits-drill",
        gettext_noop("Drill: incident {number} waits, {used} % of its term is used."),
    )
    say("dispatch.overdue-drill", gettext_noop("Drill: the term of incident {number} has passed."))
    say(
        "dispatch.raised-drill",
        gettext_noop("Drill: incident {number} has come up to your tier: take it up."),
    )
    say(
        LATE_CALL,
        gettext_noop("Nobody has taken over the shift in which incident {number} is open."),
    )
