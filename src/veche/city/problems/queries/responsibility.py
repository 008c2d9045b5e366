"""What the page of a problem says of its terms and of disputes about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext, ngettext

from veche.city.problems.models import Problem
from veche.city.problems.queries.reasons import PROLONGED
from veche.core.cases.models import Case, CaseEvent, Dispute, Prolongation
from veche.core.cases.queries import contract_until, disputes, prolongations
from veche.core.cases.rules import days_late
from veche.core.cases.terms import city_zone
from veche.look import words


@dataclass(frozen=True)
class Fact:
    """A moment with its label and a note."""

    label: str
    at: dt.datetime
    note: str = ""


@dataclass(frozen=True)
class Judged:
    """A dispute in words."""

    row: Dispute
    decided: str
    wrong: str


@dataclass(frozen=True)
class Duty:
    """The terms of a problem and the disputes about it."""

    sentences: Sequence[str]
    terms: Sequence[Fact]
    disputes: Sequence[Judged]
    asked: Prolongation | None
    asked_reason: str


_OPENING = ("hand_back", "dispute")
_GIVEN = ("answer", "refuse")


def duty(problem: Problem, events: Sequence[CaseEvent], at: dt.datetime, *, inside: bool) -> Duty:
    """Terms and disputes; ``inside``: for the staff, who also see what the head has not decided.

    Reads nothing more where nothing happened.
    """
    case = problem.case
    moves = {event.move for event in events}
    later: list[Prolongation] = []
    # `seen_by` has looked already whether a request waits: most pages ask nothing more.
    if "prolong" in moves or (inside and getattr(problem, "later_asked", True)):
        later = prolongations(case)
    signed = [one for one in later if one.signed]
    asked = next((one for one in later if _waits(one, problem)), None) if inside else None
    found = disputes(case) if moves & set(_OPENING) else []
    # A contract is about objects of the registry: other problems ask nothing.
    until = contract_until(case) if problem.object_id and case.promised_at else None
    return Duty(
        sentences=[*_by_contract(case, until, at), *_sentences(problem, events, signed, at)],
        terms=_terms(problem, signed, until),
        disputes=[Judged(one, _decided(one), _wrong(one)) for one in found],
        asked=asked,
        asked_reason=str(PROLONGED.get(asked.reason, asked.reason)) if asked else "",
    )


def _waits(one: Prolongation, problem: Problem) -> bool:
    case = problem.case
    return (
        one.decided_at is None
        and one.first_promised_at == case.first_promised_at
        and case.promised_at is not None
    )


def _by_contract(case: Case, until: dt.datetime | None, at: dt.datetime) -> list[str]:
    """“By contract: until 3 Dec”, whose it is, and what the author may count on all the same."""
    if until is None or case.promised_at is None:
        return []
    sentence = (
        gettext("By contract: until %(day)s for %(office)s. The contract's term has passed.")
        if until < at
        else gettext("By contract: until %(day)s for %(office)s.")
    )
    return [sentence % {"day": words.day(until, "short"), "office": case.organisation}]


def _sentences(
    problem: Problem, events: Sequence[CaseEvent], signed: Sequence[Prolongation], at: dt.datetime
) -> list[str]:
    """“Promised by 3 Dec, prolonged to 10 Dec, late against the first term by 4 days”; nothing
    where a promise was neither moved nor missed."""
    case, found = problem.case, []
    for first in dict.fromkeys(one.first_promised_at for one in signed):
        mine = [one for one in signed if one.first_promised_at == first]
        done = _answered_after(events, mine[0].asked_at) or at
        late = days_late(first, done, city_zone())
        values = {"first": words.day(first, "short"), "last": words.day(mine[-1].until, "short")}
        if late:
            found.append(
                ngettext(
                    "Promised by %(first)s, prolonged to %(last)s, late against the first term by"
                    " %(n)s day.",
                    "Promised by %(first)s, prolonged to %(last)s, late against the first term by"
                    " %(n)s days.",
                    late,
                )
                % {**values, "n": late}
            )
        else:
            found.append(gettext("Promised by %(first)s, prolonged to %(last)s.") % values)
    if case.climbed >= 3:
        found.append(gettext("It stands on the public list of overdue promises."))
    elif case.climbed == 2:
        found.append(gettext("The control department has been told that it is overdue."))
    elif case.climbed == 1:
        found.append(gettext("The head of the office has been told that it is overdue."))
    return found


def _answered_after(events: Sequence[CaseEvent], moment: dt.datetime) -> dt.datetime | None:
    return next((e.at for e in events if e.move in _GIVEN and e.at >= moment), None)


def _terms(
    problem: Problem, signed: Sequence[Prolongation], until: dt.datetime | None
) -> list[Fact]:
    """Both clocks, where they differ: the promise to the author, and the one that runs now."""
    case = problem.case
    if case.promised_at is None:
        return []
    found = []
    if case.first_promised_at and case.first_promised_at != case.promised_at:
        found.append(Fact(gettext("Promised first"), case.first_promised_at))
    if case.due_at is not None and case.due_at != case.promised_at:
        found.append(Fact(gettext("Next step due"), case.due_at))
    if until is not None:
        found.append(Fact(gettext("By contract"), until))
    if found or signed:
        note = gettext("stands still until the author replies") if case.paused_at else ""
        found.append(Fact(gettext("Promised to the author"), case.promised_at, note))
    return found


def _decided(one: Dispute) -> str:
    whose = str(one.decided_for) if one.decided_for else ""
    sentences = {
        "": gettext("not yet"),
        Dispute.Decided.DISPATCHER: gettext("by a dispatcher: {office}"),
        Dispute.Decided.ARBITER: gettext("by an arbiter, binding: {office}"),
        Dispute.Decided.LAPSED: gettext("nobody decided in time: {office}"),
        Dispute.Decided.LAST_RESORT: gettext("by the rule of last resort: {office}"),
        Dispute.Decided.ENDED: gettext("it ended before"),
    }
    return sentences[one.decided_as].format(office=whose)


def _wrong(one: Dispute) -> str:
    if one.wrong == "office":
        return gettext("{office}: it was theirs").format(office=one.office)
    if one.wrong == "routing":
        return gettext("whoever had sent it there")
    return "–"
