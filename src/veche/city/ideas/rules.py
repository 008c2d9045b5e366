"""What ideas may hold, and how the phases of a call follow each other: pure, without Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

SHORTEST_TITLE, LONGEST_TITLE = 5, 120
SHORTEST_TEXT, LONGEST_TEXT = 20, 6_000
LONGEST_ANSWER = 1_000
"""Characters an idea may say to one question of its call."""
LONGEST_REASON = 2_000
MOST_PHOTOGRAPHS = 5
MOST_QUESTIONS = 8
MOST_PHASE_DAYS = 400
"""Days from the first to the last moment of a call with phases."""
ANSWER_DAYS = 30
"""Days the office has for its answer where a call names no phase for it."""
STANDING_DAYS = 365
"""Days after which a standing call is looked at again."""
PHASES = ("collect", "discuss", "synthesise", "vote", "answer")
"""Kinds of phases, in the order in which they begin."""


@dataclass(frozen=True)
class PhasePlan:
    """A stretch of days of a call: one of `PHASES`, from a moment to a moment."""

    kind: str
    opens_at: dt.datetime
    closes_at: dt.datetime


def phase_fault(phases: Sequence[PhasePlan], *, standing: bool) -> str:
    """Why a call cannot have these phases, by code; empty when it can.

    ``kind``: unknown or twice; ``collect``: none in which ideas are taken; ``closes``: one closes
    before it opens; ``order``: one begins before the one it follows; ``answer``: the office
    answers before the others have closed; ``long``: too many days; ``standing``: a standing call
    has none.
    """
    if standing:
        return "standing" if phases else ""
    kinds = [one.kind for one in phases]
    if len(set(kinds)) < len(kinds) or not set(kinds) <= set(PHASES):
        return "kind"
    if "collect" not in kinds:
        return "collect"
    if any(one.closes_at <= one.opens_at for one in phases):
        return "closes"
    ordered = sorted(phases, key=lambda one: PHASES.index(one.kind))
    opens = [one.opens_at for one in ordered]
    if opens != sorted(opens):
        return "order"
    before = [one.closes_at for one in ordered if one.kind != "answer"]
    if ordered[-1].kind == "answer" and ordered[-1].opens_at < max(before):
        return "answer"
    if max(one.closes_at for one in phases) - opens[0] > dt.timedelta(days=MOST_PHASE_DAYS):
        return "long"
    return ""


def ends_at(phases: Sequence[PhasePlan]) -> dt.datetime | None:
    """When the last phase closes in which residents take part; None without phases."""
    return max((one.closes_at for one in phases if one.kind != "answer"), default=None)


def answered_by(phases: Sequence[PhasePlan]) -> dt.datetime | None:
    """Until when the office answers by these phases; None without phases."""
    ends = ends_at(phases)
    if ends is None:
        return None
    named = max((one.closes_at for one in phases if one.kind == "answer"), default=None)
    return named or ends + dt.timedelta(days=ANSWER_DAYS)


def open_now(phases: Sequence[PhasePlan], at: dt.datetime) -> list[str]:
    """The kinds of the phases that run at a moment, in their order."""
    running = {one.kind for one in phases if one.opens_at <= at < one.closes_at}
    return [kind for kind in PHASES if kind in running]
