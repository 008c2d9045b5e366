"""Sources in words: their states, lengths of time, and what went wrong."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from veche.city.pulse.connectors import base
from veche.city.pulse.operations.intake import REASONS
from veche.city.pulse.operations.sources import DOOR
from veche.languages import here
from veche.look import words


class Told(NamedTuple):
    """How a state is shown: never by its colour alone."""

    code: str
    word: str | Promise
    sentence: str | Promise
    tone: str
    shape: str


STATES: dict[str, Told] = {
    one.code: one
    for one in (
        Told("fresh", _("tells"), _("Its data come as they should."), "good", "good"),
        Told("stale", _("silent"), _("Nothing came for longer than it may be."), "stale", "warn"),
        Told("new", _("nothing yet"), _("It is connected; nothing has come."), "wait", "wait"),
        Told("off", _("switched off"), _("Nothing is taken from it."), "stale", "stop"),
    )
}
"""State of a source → how it is shown. Silent is never green."""
QUALITY: dict[str, str | Promise] = {
    "bronze": _("bronze"),
    "silver": _("silver"),
    "gold": _("gold"),
}


def connector_word(name: str) -> str:
    """What a connector is called."""
    if name == DOOR:
        return gettext("It sends to the city’s own door (SensorThings)")
    try:
        return here(base.manifest(name).names)
    except KeyError:
        return name


def reason_word(reason: str) -> str:
    """Why readings were refused, in words."""
    return str(REASONS.get(reason, reason))


def span(seconds: int) -> str:
    """A cadence or a limit of silence in words."""
    return words.span(dt.timedelta(seconds=seconds))
