"""One problem as its page shows it: where it stands, its line, its history, its pictures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from veche.city.problems.models import Problem
from veche.city.problems.queries.reasons import NOT_OURS, PROLONGED
from veche.city.problems.queries.responsibility import Duty, duty
from veche.core.cases.line import by_day, line_in_words
from veche.core.cases.models import Case, CaseClock, CaseEvent, CaseFile
from veche.core.cases.operations import subject
from veche.core.cases.queries import clocks, files, history
from veche.core.journal.queries import about
from veche.core.moderation.reasons import words_of
from veche.core.moderation.written import instead
from veche.core.notices.queries import follows
from veche.core.people.models import Person
from veche.look import words

REASONS: dict[str, str | Promise] = {
    **NOT_OURS,
    **PROLONGED,
    "not-city": _("this is not a matter of the city"),
    "insult": _("the words insult somebody"),
    "advertising": _("this is advertising"),
    "duplicate": _("it was reported already"),
    "unclear": _("it is not clear what is wrong or where"),
    "personal-data": _("it names or shows private persons"),
    "not-ours-by-law": _("by law this is not the office's duty"),
    "no-fault-found": _("the office looked and found no fault"),
    "private-land": _("the place is private land"),
    "planned-later": _("the work is planned for later"),
    "no-money": _("there is no money for it this year"),
}
"""The words of the reasons a moderator or an office may give."""

_DID: dict[str, str | Promise] = {
    "report": _("A resident reported it."),
    "accept": _("A moderator published it."),
    "pass": _("It was published without a moderator: none had come within the term."),
    "reject": _("A moderator did not publish it."),
    "route": _("{office} was given the problem."),
    "route_late": _("No dispatcher came in time: {office} was given the problem."),
    "assign": _("A dispatcher gave the problem to {office}."),
    "answer": _("{office} answered."),
    "refuse": _("{office} refused."),
    "confirm": _("The author confirmed that it is done."),
    "return": _("The author returned the answer."),
    "lapse": _("The author did not check in time."),
    "withdraw": _("The author took it back."),
    "ask": _("A moderator asked the author."),
    "reply": _("The author replied."),
    "appeal": _("The author objected."),
    "uphold": _("The decision was upheld."),
    "overturn": _("The decision was overturned."),
    "climb": _("No second moderator decided in time: the control department does."),
    "uphold_above": _("The decision was upheld."),
    "overturn_above": _("The decision was overturned."),
    "unheard": _("The head of the office did not decide in time: {office} works again."),
    "hand_back": _("{office} returned it as not theirs; a dispatcher decides."),
    "reassign": _("A dispatcher decided: {office} has it."),
    "pass_on": _("No dispatcher decided in time: {office} has it now."),
    "dispute": _("{office} says before an arbiter that it is not theirs."),
    "settle": _("An arbiter decided, and it binds: {office} has it."),
    "last_resort": _("It went to the owner of last resort: {office}."),
    "prolong": _("The head of {office} signed a later date: {until}."),
    "query": _("{office} asked the author; the term stands still."),
    "object": _("The author objected to the refusal; the head of the office decides."),
    "verify": _("Two volunteers looked: it is done."),
    "find_undone": _("Two volunteers looked: it is not done."),
    "find_undone_later": _("Two volunteers looked: it is not done."),
    "reopen": _("The author opened it again."),
    "merge": _("It was joined to another problem."),
    "split": _("It was separated again."),
    "unjoin": _("Joining it was taken back."),
    "unjoin_work": _("Joining it was taken back; {office} works on it."),
    "remove": _("A moderator removed it."),
    "record_open": _("An import brought it, open."),
    "record_closed": _("An import brought it, closed."),
    "close_record": _("An import says that it was closed."),
    "reopen_record": _("An import says that it was opened again."),
}
_TAKEN: dict[str, str | Promise] = {
    "telephone": _("A clerk took it by telephone."),
    "counter": _("A clerk took it at a counter."),
    "letter": _("A clerk took it from a letter on paper."),
}
"""How a report that did not come through this site came."""
_TURNS = (
    "return",
    "refuse",
    "reject",
    "hand_back",
    "dispute",
    "overturn",
    "unheard",
    "reopen",
    "find_undone",
    "find_undone_later",
)
_SILENT = {
    "asked": _("The author did not reply in time."),
    "queried": _("The author did not reply in time."),
}
"""What “lapse” means where it does not mean that nobody checked."""


@dataclass(frozen=True)
class Step:
    """One step of the history, in words."""

    at: dt.datetime
    did: str
    text: str
    reason: str
    turn: bool
    files: Sequence[tuple[int, CaseFile]]
    """Photographs that came with it, each with its number on the page."""


@dataclass(frozen=True)
class Matter:
    """Everything the page of a problem shows."""

    problem: Problem
    stand: SafeString
    line: Sequence[dict[str, Any]]
    steps: Sequence[Step]
    before: Sequence[tuple[int, CaseFile]]
    after: Sequence[tuple[int, CaseFile]]
    witness: Sequence[tuple[int, CaseFile]]
    """Photographs by volunteers."""
    records: int
    followed: bool
    clock: CaseClock | None
    duty: Duty

    @property
    def case(self) -> Case:
        """The case of the problem."""
        return self.problem.case


def matter(
    problem: Problem, person: Person | None, at: dt.datetime, *, inside: bool = False
) -> Matter:
    """The page of a problem for somebody who may see it; ``inside``: they hold a role."""
    case = problem.case
    events, terms = history(case), clocks(case)
    pictures = list(enumerate(pictures_of(problem), 1))
    return Matter(
        problem=problem,
        stand=stand(problem, at, events),
        line=line_in_words(case, events, terms),
        steps=steps_of(events, problem, pictures),
        before=[(n, one) for n, one in pictures if one.kind == "before"],
        after=[(n, one) for n, one in pictures if one.kind == "after"],
        witness=[(n, one) for n, one in pictures if one.kind == "witness"],
        records=about(subject(case)).count(),
        followed=follows(person, case),
        clock=next((c for c in reversed(terms) if c.stopped_at is None), None),
        duty=duty(problem, events, at, inside=inside),
    )


def pictures_of(problem: Problem) -> list[CaseFile]:
    """The photographs of a problem; asked for where they did not come with it."""
    found: list[CaseFile] | None = getattr(problem, "pictures", None)
    return files(problem.case) if found is None else found


def steps_of(
    events: Sequence[CaseEvent], problem: Problem, pictures: Sequence[tuple[int, CaseFile]]
) -> list[Step]:
    """These steps in words, newest first; ``pictures`` are all of the problem, numbered."""
    told = any(isinstance(e.public, dict) and e.public.get("text") for e in events)
    shown = instead(problem.case) if told else {}
    return [_step(event, problem, pictures, shown) for event in reversed(events)]


def _step(
    event: CaseEvent,
    problem: Problem,
    pictures: Sequence[tuple[int, CaseFile]],
    shown: Mapping[int, str],
) -> Step:
    said = event.public if isinstance(event.public, dict) else {}
    office = str(event.organisation) if event.organisation else gettext("The office")
    did = _DID.get(event.move, event.move)
    if event.move == "lapse":
        did = _SILENT.get(event.source, did)
    if event.move == "report":
        did = _TAKEN.get(str(said.get("channel", "")), did)
    until = str(said.get("until", ""))
    did = str(did).format(
        office=office, until=words.day(dt.date.fromisoformat(until), "year") if until else ""
    )
    text = problem.text if event.move == "report" else str(said.get("text", ""))
    text = shown.get(event.seq, text)  # parts of it were hidden
    code = str(said.get("reason", ""))
    reason = str(REASONS.get(code) or words_of(code))
    return Step(
        at=event.at,
        did=did,
        text=text,
        reason=reason,
        turn=event.move in _TURNS,
        files=[(n, one) for n, one in pictures if one.seq == event.seq],
    )


_STANDS: dict[str, str | Promise] = {
    "moderation": _("A moderator must read it by {day}: {left}."),
    "moderation-late": _("A moderator had to read it by {day}: {left}."),
    "routing": _("A dispatcher must find the office that answers by {day}: {left}."),
    "routing-late": _("A dispatcher had to find the office that answers by {day}: {left}."),
    "work": _("{office} must answer by {day}: {left}."),
    "work-late": _("{office} had to answer by {day}: {left}."),
    "returned": _("{office} must answer again by {day}: {left}. The author returned its answer."),
    "returned-late": _(
        "{office} had to answer again by {day}: {left}. The author returned its answer."
    ),
    "asked": _("A moderator asked the author, who has until {day} to reply: {left}."),
    "appealed": _("The author objected. Another moderator looks again by {day}: {left}."),
    "appealed_up": _(
        "The author objected, and no second moderator decided. The control department decides by"
        " {day}: {left}."
    ),
    "appealed_up-late": _(
        "The author objected, and no second moderator decided. The control department had to decide"
        " by {day}: {left}."
    ),
    "queried": _(
        "{office} asked the author and waits for the reply until {day}: {left}. Its term stands"
        " still."
    ),
    "handed_back": _(
        "{office} says that it is not theirs. A dispatcher decides by {day}: {left}. The promise to"
        " the author runs on."
    ),
    "disputed": _(
        "Offices disagree whose it is. An arbiter decides by {day}: {left}. The promise to the"
        " author runs on."
    ),
    "objected": _(
        "The author objects to the refusal. The head of {office} decides by {day}: {left}."
    ),
    "check": _("{office} has answered. The author checks the result by {day}: {left}."),
    "check-late": _("{office} has answered. The author had to check the result by {day}: {left}."),
    "confirmed": _("Solved: the author confirmed it on {ended}."),
    "verified": _("Solved: two volunteers looked on {ended}; its author did not check."),
    "removed": _("A moderator removed it on {ended}. The reason stands below."),
    "silent": _("The author did not reply to the moderator. It was never published."),
    "no_details": _("Closed on {ended}: the author did not reply to the question of {office}."),
    "merged": _("It is the same as another problem and goes on there."),
    "unconfirmed": _(
        "{office} has answered; the author did not check in time. It is not counted as solved."
    ),
    "refused": _("{office} refused on {ended}. Its reason stands below."),
    "rejected": _("A moderator did not publish it on {ended}. The reason stands below."),
    "withdrawn": _("The author took it back on {ended}."),
    "dropped": _("The author took it back on {ended}."),
    "record_open": _("This record came from “{source}”; there it is open."),
    "record_closed": _("This record came from “{source}”; there it is closed."),
}


def stand(problem: Problem, at: dt.datetime, events: Sequence[CaseEvent] = ()) -> SafeString:
    """The sentence that says where a problem stands: who does what by when, and what is left."""
    case = problem.case
    due = case.due_at
    code = f"{case.state}-late" if due is not None and due < at else case.state
    sentence = str(_STANDS.get(code) or _STANDS.get(case.state) or "")
    office = str(case.organisation) if case.organisation else gettext("The office")
    ended = case.closed_at or case.moved_at or at
    return format_html(
        sentence or "{office}",
        office=office,
        source=problem.source,
        day=format_html("<b>{}</b>", by_day(due)) if due else "",
        left=format_html('<b class="hot">{}</b>', words.left(at, due)) if due else "",
        ended=format_html("<b>{}</b>", words.day(ended)),
    )
