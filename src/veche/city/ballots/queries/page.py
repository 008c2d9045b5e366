"""A vote as its page shows it: where it stands, its line, its steps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from veche.city.ballots import words as said
from veche.city.ballots.models import Vote
from veche.core.cases.models import CaseClock, CaseEvent
from veche.core.cases.queries import clocks, history, procedure_line
from veche.look import words


@dataclass(frozen=True)
class Step:
    """One step of the way of a vote, in words."""

    at: dt.datetime
    did: str
    text: str
    turn: bool


@dataclass(frozen=True)
class Way:
    """What the page of a vote shows of its case."""

    stand: SafeString
    line: Sequence[dict[str, Any]]
    steps: Sequence[Step]
    ends: dt.datetime | None
    """When the present state ends by itself."""


def way_of(vote: Vote, at: dt.datetime) -> Way:
    """The way of a vote so far; two queries."""
    events, terms = history(vote.case), clocks(vote.case)
    ends = next((one.due_at for one in reversed(terms) if one.stopped_at is None), None)
    return Way(
        stand=stand(vote, at, events, ends),
        line=_line(vote, events, terms),
        steps=[_step(one) for one in reversed(events) if one.move not in ("draft", "change")],
        ends=ends,
    )


def stand(
    vote: Vote, at: dt.datetime, events: Sequence[CaseEvent], ends: dt.datetime | None
) -> SafeString:
    """One sentence that says where a vote stands."""

    def entered(state: str) -> dt.datetime | None:
        return next((one.at for one in reversed(events) if one.target == state), None)

    certified = entered("certified")
    closed = entered("closed")
    return format_html(
        "{}",
        str(said.STANDS[vote.case.state]).format(
            opens=words.moment(vote.opens_at, "long"),
            closes=words.moment(vote.closes_at, "long"),
            left=words.left(at, vote.closes_at),
            closed=words.day(closed or vote.closes_at),
            until=words.moment(ends, "long") if ends else "…",
            certified=words.day(certified) if certified else "…",
            ended=words.day(vote.case.closed_at) if vote.case.closed_at else "…",
        ),
    )


def _step(event: CaseEvent) -> Step:
    told = event.public if isinstance(event.public, dict) else {}
    return Step(
        at=event.at,
        did=str(said.DID.get(event.move, event.move)),
        text=str(told.get("text") or told.get("reason") or ""),
        turn=event.move in ("suspend", "annul"),
    )


def _line(
    vote: Vote, events: Sequence[CaseEvent], terms: Sequence[CaseClock]
) -> list[dict[str, Any]]:
    rows = []
    planned = {"published": vote.opens_at, "open": vote.closes_at}
    for step in procedure_line(vote.case, events, terms)[1:]:
        when = ""
        if step.status == "now" and step.state not in ("certified", "archived"):
            ends = planned.get(step.state, step.due_at)
            when = gettext("until {day}").format(day=words.moment(ends)) if ends else ""
        elif step.entered_at is not None:
            when = words.day(step.entered_at, "short")
        elif step.state == "open":
            when = gettext("from {day}").format(day=words.moment(vote.opens_at))
        rows.append(
            {
                "label": step.label,
                "state": step.status if step.status != "next" or not step.last else "end",
                "when": when,
                "by": "",
                "back": "",
            }
        )
    return rows
