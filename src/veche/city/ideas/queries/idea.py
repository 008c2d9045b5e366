"""An idea as its page shows it: where it stands, its line, its steps, its earlier words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from veche.city.ideas import words as said
from veche.city.ideas.models import Idea, Version
from veche.city.ideas.states import shown as shown_as
from veche.city.ideas.talking import differences
from veche.core.cases.line import by_day, line_in_words
from veche.core.cases.models import Case, CaseEvent
from veche.core.cases.queries import clocks, history
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
    """What the page of an idea shows of its case."""

    stand: SafeString
    line: Sequence[dict[str, Any]]
    steps: Sequence[Step]
    state: str
    """As it is shown."""


_TURNS = ("reject", "remove", "decline", "keep_refusal", "combine", "lapse", "cancel")


def matter(case: Case, at: dt.datetime, office: str = "") -> Matter:
    """The page of a case: two queries, two more where moderators' words stand in it."""
    events, terms = history(case), clocks(case)
    spoken = any("text" in event.public for event in events if isinstance(event.public, dict))
    return Matter(
        stand=stand(case, at, office),
        line=line_in_words(case, events, terms),
        steps=steps(case, events, instead(case) if spoken else {}),
        state=shown_as(case.procedure, case.state),
    )


def steps(
    case: Case, events: Sequence[CaseEvent], instead_of: Mapping[int, str]
) -> list[Step]:  # fmt: skip
    """The steps of a case in words, the newest first."""
    coded = any(event.public.get("reason") for event in events if isinstance(event.public, dict))
    known = reasons.words() if coded else {}
    return [_step(event, known, instead_of) for event in reversed(events)]


def _step(event: CaseEvent, known: Mapping[str, str], instead_of: Mapping[int, str]) -> Step:
    told = event.public if isinstance(event.public, dict) else {}
    office = str(event.organisation) if event.organisation else gettext("The office")
    reason = str(told.get("reason", ""))
    return Step(
        at=event.at,
        did=str(said.DID.get(event.move, event.move)).format(office=office),
        text=instead_of.get(event.seq, str(told.get("text", ""))),
        reason=str(said.REASONS.get(reason) or known.get(reason, reason)),
        turn=event.move in _TURNS,
    )


def stand(case: Case, at: dt.datetime, office: str = "") -> SafeString:
    """The sentence that says where it stands: who does what by when, and what is left."""
    due, late = case.due_at, f"{case.state}-late"
    code = late if due is not None and due < at and late in said.STANDS else case.state
    ended = case.closed_at or case.moved_at or at
    named = office or (str(case.organisation) if case.organisation else gettext("The office"))
    return format_html(
        str(said.STANDS.get(code, "{office}")),
        office=named,
        day=format_html("<b>{}</b>", by_day(due)) if due else "",
        left=format_html('<b class="hot">{}</b>', words.left(at, due)) if due else "",
        ended=format_html("<b>{}</b>", words.day(ended)),
    )


@dataclass(frozen=True)
class Change:
    """One version of an idea beside the one before it."""

    number: int
    until: dt.datetime | None
    """When other words took its place; None for the words that stand now."""
    title: SafeString
    text: SafeString


def versions(idea: Idea) -> list[Change]:
    """All versions, the newest first, with what was put in and taken out; one query."""
    old = list(Version.objects.filter(idea=idea).order_by("number"))
    said_so = [(one.number, one.until, one.title, one.text) for one in old]
    whole: list[tuple[int, dt.datetime | None, str, str]] = [
        *said_so,
        (idea.version, None, idea.title, idea.text),
    ]
    made = []
    for place, (number, until, title, text) in enumerate(whole):
        before = whole[place - 1] if place else None
        made.append(
            Change(
                number=number,
                until=until,
                title=_difference(before[2], title) if before else escape(title),
                text=_difference(before[3], text) if before else escape(text),
            )
        )
    return made[::-1]


def _difference(old: str, new: str) -> SafeString:
    """The new words, with what is new and what is gone marked."""
    pieces = differences(old, new)
    return format_html_join("", "{}", ((_MARKS[one.kind](one.text),) for one in pieces))


_MARKS: dict[str, Callable[[str], SafeString]] = {
    "same": escape,
    "gone": lambda text: format_html("<del>{}</del>", text),
    "added": lambda text: format_html("<ins>{}</ins>", text),
}
