"""A letter or a correction as its page shows it: where it stands, its line, its steps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from veche.city.appeals import words as said
from veche.core.cases.models import Case, CaseClock, CaseEvent
from veche.core.cases.operations import subject
from veche.core.cases.queries import clocks, history, procedure_line
from veche.core.journal.queries import about
from veche.core.moderation import reasons
from veche.core.moderation.written import instead
from veche.look import words


@dataclass(frozen=True)
class Step:
    """One step of the history, in words."""

    at: dt.datetime
    did: str
    text: str
    reason: str
    turn: bool


@dataclass(frozen=True)
class Matter:
    """What the page of a letter or a correction shows of its case."""

    stand: SafeString
    line: Sequence[dict[str, Any]]
    steps: Sequence[Step]
    records: int


_TURNS = ("reject", "refuse", "keep", "hand_on", "remove")


def matter(case: Case, at: dt.datetime, texts: dict[str, str], satisfaction: str = "") -> Matter:
    """The page of a case; ``texts`` are words of steps (by move) that stand outside of them."""
    events, terms, shown = history(case), clocks(case), instead(case)
    known = reasons.words()
    return Matter(
        stand=stand(case, at, satisfaction),
        line=_line(case, events, terms),
        steps=[_step(event, texts, known, shown) for event in reversed(events)],
        records=about(subject(case)).count(),
    )


def _step(
    event: CaseEvent, texts: dict[str, str], known: dict[str, str], shown: Mapping[int, str]
) -> Step:
    told = event.public if isinstance(event.public, dict) else {}
    office = str(event.organisation) if event.organisation else gettext("The office")
    reason = str(told.get("reason", ""))
    rating = str(told.get("satisfaction", ""))
    text = str(told.get("text", "")) or texts.get(event.move, "")
    text = shown.get(event.seq, text)  # parts of it were hidden
    if rating in said.SATISFACTION:
        text = f"{said.SATISFACTION[rating]}. {text}".strip()
    until = str(told.get("until", ""))
    day = words.day(dt.date.fromisoformat(until), "year") if until else ""
    return Step(
        at=event.at,
        did=str(said.DID.get(event.move, event.move)).format(office=office, until=day),
        text=text,
        reason=str(said.REASONS.get(reason) or said.LATER.get(reason) or known.get(reason, reason)),
        turn=event.move in _TURNS,
    )


def _line(
    case: Case, events: Sequence[CaseEvent], terms: Sequence[CaseClock]
) -> list[dict[str, Any]]:
    """The procedure line in the words of the page."""
    steps = []
    for step in procedure_line(case, events, terms):
        when = ""
        if step.due_at:
            when = gettext("by %(day)s") % {"day": _by(step.due_at, "short")}
        elif step.entered_at:
            when = words.day(step.entered_at, "short")
        ahead = step.status == "next"
        steps.append(
            {
                "label": step.label,
                "state": "end" if ahead and step.last else step.status,
                "by": step.organisation if step.due_at else "",
                "when": when,
                "back": "",
            }
        )
    if steps and steps[-1]["state"] == "end" and case.closed_at:
        steps[-1]["state"] = "now"  # it has come to its end: this is where it stands
    return steps


def _by(moment: dt.datetime, options: str = "") -> str:
    """A day after “by”: Russian has no form of the weekday that fits there."""
    weekday = "" if (get_language() or "").startswith("ru") else "weekday "
    return words.day(moment, weekday + options)


def stand(case: Case, at: dt.datetime, satisfaction: str = "") -> SafeString:
    """The sentence that says where it stands: who does what by when, and what is left."""
    due = case.due_at
    late = f"{case.state}-late"
    code = late if due is not None and due < at and late in said.STANDS else case.state
    ended = case.closed_at or case.moved_at or at
    return format_html(
        str(said.STANDS.get(code, "{office}")),
        office=str(case.organisation) if case.organisation else gettext("The office"),
        satisfaction=said.SATISFACTION.get(satisfaction, ""),
        day=format_html("<b>{}</b>", _by(due)) if due else "",
        left=format_html('<b class="hot">{}</b>', words.left(at, due)) if due else "",
        ended=format_html("<b>{}</b>", words.day(ended)),
    )
