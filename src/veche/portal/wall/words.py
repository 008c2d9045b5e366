"""The words of the wall."""

from __future__ import annotations

import datetime as dt

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from veche.city.dispatch.procedure import INCIDENT, TASK
from veche.look import words
from veche.portal.wall.snapshot import Snapshot

Word = str | Promise

SEVERITIES: dict[int, tuple[Word, str, str]] = {
    1: (_("minor"), "wait", "half"),
    2: (_("moderate"), "watch", "watch"),
    3: (_("severe"), "warn", "warn"),
    4: (_("extreme"), "bad", "bad"),
}
"""How grave an incident is → word, tone, shape."""
GRAVITIES = dict(zip(("Minor", "Moderate", "Severe", "Extreme"), SEVERITIES.values(), strict=True))
"""The same by the words of CAP 1.2."""
LEVELS: dict[int, tuple[str, str]] = {
    1: ("good", "good"),
    2: ("watch", "watch"),
    3: ("warn", "warn"),
    4: ("bad", "bad"),
    5: ("beyond", "stop"),
}
"""Level of a mode → tone, shape."""
VULNERABLE: dict[str, Word] = {
    "children": _("children are concerned"),
    "old": _("old people are concerned"),
    "disabled": _("disabled people are concerned"),
    "patients": _("patients are concerned"),
}
TITLES: dict[str, Word] = {
    "incidents": _("Open incidents"),
    "late": _("Late, and whose"),
    "pending": _("Pending register"),
    "alerts": _("Messages to the public"),
    "duty": _("On duty"),
    "alarms": _("Alarms"),
    "signs": _("Signs that need attention"),
    "silent": _("Signs without fresh data"),
}
"""What a number of the wall counts; its page has this title."""
_STATES = {one.code: one.title for one in (*TASK.states, *INCIDENT.states)}


def state_word(code: str) -> Word:
    """Where an incident stands."""
    return _STATES.get(code, code)


def clock(due: dt.datetime | None, at: dt.datetime) -> str:
    """How long is left, or for how long it is late."""
    if due is None:
        return ""
    word = gettext("%(time)s late") if due < at else gettext("%(time)s left")
    return word % {"time": words.span(due - at)}


def sentence(shown: Snapshot) -> str:
    """How the city is, in one sentence: it is told aloud when it changes."""
    if shown.calm:
        return gettext("No drill is under way.") if shown.wall.drill else gettext("All is calm.")
    parts = []
    n, late = len(shown.incidents), len(shown.late)
    if n:
        parts.append(
            ngettext("%(n)s incident is open", "%(n)s incidents are open", n)
            % {"n": words.number(n)}
        )
    if late:
        parts.append(ngettext("%(n)s is late", "%(n)s are late", late) % {"n": words.number(late)})
    if alarms := shown.alarms.count:
        parts.append(ngettext("%(n)s alarm", "%(n)s alarms", alarms) % {"n": words.number(alarms)})
    if told := len(shown.alerts):
        parts.append(
            ngettext("%(n)s message to the public", "%(n)s messages to the public", told)
            % {"n": words.number(told)}
        )
    if bad := len(shown.signs.attention):
        parts.append(
            ngettext("%(n)s sign needs attention", "%(n)s signs need attention", bad)
            % {"n": words.number(bad)}
        )
    if silent := len(shown.signs.silent):
        parts.append(
            ngettext("%(n)s sign is silent", "%(n)s signs are silent", silent)
            % {"n": words.number(silent)}
        )
    text = gettext("; ").join(parts)
    if not text:
        return gettext("The city is not in its usual mode.")
    return text[:1].upper() + text[1:] + gettext(".")
