"""A letter or a correction as its page shows it: where it stands, its line, its steps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from veche.city.appeals import words as said
from veche.core.cases.line import by_day, line_in_words
from veche.core.cases.models import Case, CaseEvent
from veche.core.cases.operations import subject
from veche.core.cases.queries import clocks, history
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
        line=line_in_words(case, events, terms),
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
        day=format_html("<b>{}</b>", by_day(due)) if due else "",
        left=format_html('<b class="hot">{}</b>', words.left(at, due)) if due else "",
        ended=format_html("<b>{}</b>", words.day(ended)),
    )
