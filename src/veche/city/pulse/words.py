"""The words of the pulse: states, levels, spheres, themes, and what happened to an alarm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from veche.languages import here

if TYPE_CHECKING:
    from veche.city.pulse.models import Alarm

Word = str | Promise

STATES: dict[str, tuple[Word, str, str]] = {
    "normal": (_("as usual"), "good", "good"),
    "watch": (_("to be watched"), "watch", "watch"),
    "warning": (_("warning"), "warn", "warn"),
    "critical": (_("critical"), "bad", "bad"),
    "stale": (_("no fresh data"), "stale", "stale"),
    "none": (_("no data yet"), "stale", "stale"),
}
"""State of a vital sign → word, tone, shape of the sprite: never told by its colour alone."""
LEVELS: dict[str, Word] = {
    "watch": _("To be watched"),
    "warning": _("Warning"),
    "critical": _("Critical"),
}
"""Level of an alarm → word, as it begins a sentence."""
SPHERES: dict[str, Word] = {
    "environment": _("Air, weather and rivers"),
    "water": _("Water"),
    "energy": _("Heat, electricity and gas"),
    "homes": _("Homes and waste"),
    "transport": _("Roads and transport"),
    "flows": _("Flows of people"),
    "safety": _("Safety"),
    "cameras": _("Cameras"),
    "city": _("The city's own work"),
}
"""Sphere → word, in the order of the page."""
THEMES: dict[str, Word] = {
    "environment": _("Environment and climate change"),
    "water": _("Water"),
    "wastewater": _("Wastewater"),
    "energy": _("Energy"),
    "housing": _("Housing"),
    "waste": _("Solid waste"),
    "transportation": _("Transportation"),
    "safety": _("Safety"),
    "health": _("Health"),
    "governance": _("Governance"),
    "telecommunication": _("Telecommunication"),
    "recreation": _("Recreation"),
    "agriculture": _("Urban agriculture and food security"),
}
"""Theme of ISO 37120 in words of our own."""
HANDLING: dict[str, Word] = {
    "new": _("nobody has seen it yet"),
    "seen": _("seen"),
    "shelved": _("put away for a time"),
    "suppressed": _("put away by a rule"),
}
"""Who knows of an alarm → word."""
HAPPENED: dict[str, Word] = {
    "raised": _("It came"),
    "repeated": _("It came again"),
    "worse": _("It got worse"),
    "better": _("It got better"),
    "returned": _("It is as it should be again"),
    "acknowledged": _("An operator saw it"),
    "shelved": _("Put away for a time"),
    "unshelved": _("Brought back"),
    "suppressed": _("Put away by a rule"),
    "released": _("Taken back"),
    "grouped": _("Put together with others near by"),
    "dispatched": _("Became an incident"),
    "handled": _("Its incident was closed"),
    "false": _("On the spot nothing was found: a false alarm"),
    "reopened": _("Its incident was opened again"),
    "closed": _("Closed"),
}
"""What happened to an alarm → word."""
LEVEL_PLACES: dict[str, Word] = {
    "city": _("the whole city"),
    "district": _("every district"),
    "neighbourhood": _("every neighbourhood"),
    "thing": _("every single device"),
}
"""Of what an indicator has a value of its own → words."""


def sphere_word(code: str) -> Word:
    """The word of a sphere; its code where it is none of ours."""
    return SPHERES.get(code, code)


def alarm_name(alarm: Alarm) -> str:
    """What an alarm is about, in the active language."""
    if alarm.indicator is not None:
        return here(alarm.indicator.names)
    if alarm.text:
        return here(alarm.text)
    if alarm.source is not None:
        return here(alarm.source.names)
    return str(alarm.rule)
