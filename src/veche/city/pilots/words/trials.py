"""Words of trials, measurements, stages and their notices."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from veche.core.notices.words import say

STAGES: Mapping[str, Promise] = {
    "application": _("Application"),
    "selection": _("Selection"),
    "agreement": _("Agreement"),
    "trial": _("Trial"),
    "evaluation": _("Evaluation"),
    "all": _("The whole way"),
}
ORIGINS: Mapping[str, Promise] = {
    "hand": _("entered by hand"),
    "file": _("from a table"),
    "stream": _("from a stream of the city"),
}
MEASURES: Mapping[str, Promise] = {
    "mean": _("mean"),
    "median": _("median"),
    "share": _("share of yes, in percent"),
    "sum": _("sum"),
    "last": _("last value"),
    "most": _("largest value"),
    "least": _("smallest value"),
}
HOW: Mapping[str, Promise] = {
    "done": _("The trial has ended."),
    "safety": _("The trial was stopped for safety."),
    "site": _("The trial lost its site; another is being found."),
    "withdrawn": _("The company took its application back, and the trial ended."),
}
NOTICES: Mapping[str, str] = {
    "pilot.breached": gettext_noop("Pilot {number} takes longer than the programme allows."),
    "pilot.trial-begun": gettext_noop("The trial of pilot {number} has begun."),
    "pilot.trial-ended": gettext_noop("The trial of pilot {number} has ended."),
    "pilot.trial-due": gettext_noop(
        "The trial of pilot {number} ended on its last day: its report is due."
    ),
    "pilot.trial-prolonged": gettext_noop("The trial of pilot {number} goes on longer."),
    "pilot.trial-stopped": gettext_noop("The trial of pilot {number} was stopped for safety."),
    "pilot.trial-withdrawn": gettext_noop(
        "The trial of pilot {number} ended: the company took its application back."
    ),
    "pilot.site-lost": gettext_noop("Pilot {number} lost its site; another is being found."),
    "pilot.testers-report": gettext_noop(
        "You tested in pilot {number}: the report is out, with what you and others said."
    ),
    "pilot.testers-answer": gettext_noop(
        "You tested in pilot {number}: the department has said whether the city uses it."
    ),
}


def give_words() -> None:
    """Give the notices the words of this part."""
    for kind, sentence in NOTICES.items():
        say(kind, sentence)
