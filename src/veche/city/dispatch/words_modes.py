"""The words of modes and of command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import rules_modes as rules
from veche.city.dispatch.models import CommandAct, ModeAct, ModeRule
from veche.languages import here

Word = str | Promise

COLOURS: Final[Mapping[int, Word]] = {
    1: _("green"),
    2: _("yellow"),
    3: _("orange"),
    4: _("red"),
    5: _("purple"),
}
"""A level is never told by its colour alone: number, word and colour stand together."""
ACTS: Final[Mapping[str, Word]] = {
    ModeAct.Kind.ENTERED: _("Entered"),
    ModeAct.Kind.EXTENDED: _("Extended"),
    ModeAct.Kind.ENDED: _("Ended before its term"),
    ModeAct.Kind.REPLACED: _("Replaced by another level"),
    ModeAct.Kind.OVER: _("Over: its term has passed"),
}
ROLES: Final[Mapping[str, Word]] = {
    "mayor": _("the mayor"),
    "commander": _("the commander, for the mayor"),
    "dispatcher": _("a dispatcher"),
    "machine": _("the city's control room, by the command line"),
    "": _("by its term"),
}
"""As what somebody did it: everybody is told the role, the house the name."""
POWERS: Final[Mapping[str, Word]] = {
    rules.MODES: _("Enter and leave every level, 4 and 5 too"),
    rules.TIERS: _("Take up and hand down every incident of the city"),
    rules.ORDERS: _("Order an office so that it cannot send it back"),
    rules.SECONDING: _("Second people from their offices"),
}
COMMAND_ACTS: Final[Mapping[str, Word]] = {
    CommandAct.Kind.NAMED: _("Named by the mayor"),
    CommandAct.Kind.EXTENDED: _("Extended by the mayor"),
    CommandAct.Kind.ENDED: _("Ended before its term"),
    CommandAct.Kind.OVER: _("Over: its term has passed"),
    CommandAct.Kind.SECONDED: _("Somebody was seconded"),
    CommandAct.Kind.RECALLED: _("A secondment was revoked"),
    CommandAct.Kind.ACTED: _("Done for the mayor"),
}
ACTED: Final[Mapping[str, Word]] = {
    "mode-entered": _("entered a mode"),
    "mode-extended": _("extended a mode"),
    "mode-ended": _("ended a mode"),
    "take-up": _("took up an incident"),
    "hand-down": _("handed an incident down"),
    "order": _("ordered an office"),
}
"""What was done for the mayor; also the roles people were seconded as are said by their words."""


LEADS: Final[Mapping[int, Word]] = {
    1: _("Led by the neighbourhood: {what}"),
    2: _("Led by the district: {what}"),
    3: _("Led by the city: {what}"),
}
GRAVITY: Final[Mapping[int | None, Word]] = {
    None: "{kind}",
    1: "{kind}",
    2: _("{kind}, if moderate or worse"),
    3: _("{kind}, if severe or worse"),
    4: _("{kind}, if extreme"),
}


def tier_rule(rule: ModeRule) -> str:
    """Which tier leads which incidents, in the active language."""
    kind = here(rule.kind.names) if rule.kind is not None else str(_("every kind"))
    what = str(GRAVITY[rule.severity]).format(kind=kind)
    return str(LEADS[rule.tier]).format(what=what)


def sign(level: int) -> SafeString:
    """The level as five bars, as many of them full: a shape that needs no colour."""
    bars = format_html_join(
        "",
        '<rect class="{}" x="{}" y="{}" width="8" height="{}"/>',
        (
            ("full" if n <= level else "void", 2 + 11 * (n - 1), 24 - 4 * n, 4 + 4 * n)
            for n in rules.LEVELS
        ),
    )
    return format_html(
        '<svg class="mode-sign mode-{}" viewBox="0 0 57 30" aria-hidden="true">{}</svg>',
        level,
        bars,
    )
