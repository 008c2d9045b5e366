"""The line of a matter's procedure in the words of its page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language, gettext

from veche.core.cases.queries import procedure_line
from veche.look import words

if TYPE_CHECKING:
    from veche.core.cases.models import Case, CaseClock, CaseEvent


def line_in_words(
    case: Case, events: Sequence[CaseEvent], clocks: Sequence[CaseClock]
) -> list[dict[str, Any]]:
    """Rows for ``{% procedure_line %}``: label, state, by whom, when, and when it came back."""
    rows = []
    for step in procedure_line(case, events, clocks):
        when = back = ""
        if step.due_at:
            when = gettext("by %(day)s") % {"day": by_day(step.due_at, "short")}
        elif step.entered_at:
            when = words.day(step.entered_at, "short")
        if step.back_at:
            back = gettext("returned %(day)s") % {"day": words.day(step.back_at, "short")}
        ahead = step.status == "next"
        rows.append(
            {
                "label": step.label,
                "state": "end" if ahead and step.last else step.status,
                "by": step.organisation if step.due_at else "",
                "when": when,
                "back": back,
            }
        )
    if rows and rows[-1]["state"] == "end" and case.closed_at:
        rows[-1]["state"] = "now"  # it has come to its end: this is where it stands
    return rows


def by_day(moment: dt.datetime, options: str = "") -> str:
    """A day after “by”: Russian has no form of the weekday that fits there."""
    weekday = "" if (get_language() or "").startswith("ru") else "weekday "
    return words.day(moment, weekday + options)
