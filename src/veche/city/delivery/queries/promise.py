"""One promise as its page tells it: where it stands, its steps, its money, where it comes from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise as Text
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from veche.city.ballots.models import Vote
from veche.city.delivery import words as said
from veche.city.delivery.models import Amount, Promise, Source, Step, Superseded
from veche.city.delivery.operations.guard import today
from veche.core.cases.line import by_day, line_in_words
from veche.core.cases.models import Case, CaseEvent, CaseFile
from veche.core.cases.queries import clocks, history
from veche.core.moderation.written import instead
from veche.core.notices import matters
from veche.languages import here
from veche.look import words


@dataclass(frozen=True)
class Told:
    """One thing that happened, in words."""

    at: dt.datetime
    did: str
    text: str
    turn: bool
    move: str = ""


@dataclass(frozen=True)
class Replaced:
    """A date or a target that was replaced, in words."""

    field: str
    before: str
    after: str
    reason: str
    at: dt.datetime

    @classmethod
    def of(cls, row: Superseded) -> Replaced:
        """As the reader's language writes it."""
        before, after = (_worded(row.field, value) for value in (row.before, row.after))
        return cls(row.field, before, after, row.reason, row.at)


@dataclass
class StepShown:
    """One step with its dates: promised first, as it stands now, done."""

    step: Step
    state: str
    """As `veche.look.states` names it: step-planned, step-late, step-done, step-dropped."""
    text: str = ""
    """What the office said when it finished or dropped it."""
    changes: Sequence[Superseded] = ()
    replaced: Sequence[Replaced] = ()
    """The same in words."""
    before: list[CaseFile] = field(default_factory=list)
    after: list[CaseFile] = field(default_factory=list)
    days_late: int = 0
    """Against the date that was promised first; of a step that is open, as of today."""
    missed: bool = False
    """Late, and nobody has said why."""


@dataclass(frozen=True)
class SourceShown:
    """Where a promise comes from."""

    kind: str | Text
    title: str
    url: str
    told: str = ""
    """The count of a vote, in a sentence."""


@dataclass(frozen=True)
class Money:
    """Planned against spent, and every line that was ever written."""

    planned: Decimal
    spent: Decimal
    lines: Sequence[Amount]

    @property
    def most(self) -> Decimal:
        """The longer of the two bars."""
        return max(self.planned, self.spent, Decimal(0))


TURNS = ("refuse", "break", "replace", "find_undone", "lapse", "explain")


def steps_of(promise: Promise, at: dt.datetime) -> list[StepShown]:
    """The steps of a promise in their order, with everything that was said and shown of them."""
    now = today(at)
    rows = list(Step.objects.filter(promise=promise).select_related("case").order_by("number"))
    ids = [row.pk for row in rows]
    changes: dict[int, list[Superseded]] = {}
    for one in Superseded.objects.filter(step__in=ids).order_by("id"):
        if one.step_id is not None:
            changes.setdefault(one.step_id, []).append(one)
    texts: dict[int, str] = {}
    events = CaseEvent.objects.filter(case__in=ids, move__in=("finish", "drop", "redo"))
    for event in events.order_by("seq"):
        texts[event.case_id] = str(event.public.get("text", "")) if event.move != "redo" else ""
    found = []
    for row in rows:
        open_ = row.case.closed_at is None
        late = open_ and row.due_on < now
        kind = "late" if late else row.case.state
        last = row.done_on or (now if open_ else row.first_due_on)
        found.append(
            StepShown(
                step=row,
                state=f"step-{kind}",
                text=texts.get(row.pk, ""),
                changes=changes.get(row.pk, ()),
                replaced=[Replaced.of(one) for one in changes.get(row.pk, ())],
                days_late=max(0, (last - row.first_due_on).days),
                missed=late and not row.lateness,
            )
        )
    return found


def put_files(promise: Promise, shown: Sequence[StepShown]) -> dict[str, list[CaseFile]]:
    """Give each step its photographs; returns those of the promise itself by their kind."""
    by_case = {one.step.pk: one for one in shown}
    own: dict[str, list[CaseFile]] = {"before": [], "after": [], "check": []}
    rows = CaseFile.objects.filter(case__in=[promise.pk, *by_case]).select_related("file")
    for row in rows.order_by("id"):
        step = by_case.get(row.case_id)
        if step is None:
            own.setdefault(row.kind, []).append(row)
        elif row.kind in ("before", "after"):
            getattr(step, row.kind).append(row)
    return own


def money_of(promise: Promise) -> Money:
    """The money of a promise: sums of the lines that stand, and all lines."""
    lines = list(
        Amount.objects.filter(promise=promise).select_related("superseded_by").order_by("on", "id")
    )
    sums = {kind: Decimal(0) for kind in Amount.Kind.values}
    for line in lines:
        if line.superseded_by_id is None:
            sums[line.kind] += line.amount
    return Money(sums["planned"], sums["spent"], lines)


def sources_of(promise: Promise) -> list[SourceShown]:
    """Where a promise comes from: matters of this city by their titles, a vote with its count.

    Of a matter only what may be read of it now is said, never what was written down of it when the
    promise was made: parts of that may have been hidden since.
    """
    rows = list(Source.objects.filter(promise=promise).select_related("matter").order_by("id"))
    cases = [(row.matter.pk, row.matter.procedure) for row in rows if row.matter is not None]
    known = matters.find(cases)
    votes = Vote.objects.in_bulk([pk for pk, procedure in cases if procedure == "vote"])
    found = []
    for row in rows:
        matter = known.get(row.matter_id or 0)
        title, url = row.text, row.url
        if row.matter is not None:
            url = matters.address(row.matter.procedure, row.matter.number)
            shown = matter.title if matter is not None and matter.public else ""
            title = shown or gettext("Matter {number}").format(number=row.matter.number)
        vote = votes.get(row.matter_id or 0)
        told = counted(vote) if vote is not None else ""
        found.append(SourceShown(said.SOURCES.get(row.kind, row.kind), title, url, told))
    return found


def counted(vote: Vote) -> str:
    """How many voted and what was ahead, in a sentence; empty before there is a result."""
    body: Mapping[str, Any] | None = vote.result
    if not body:
        return ""
    told = [
        gettext("{n} of {whole} voted.").format(
            n=words.number(body["turnout"]["number"]), whole=words.number(body["roll"]["number"])
        )
    ]
    asked = {one["code"]: one for one in vote.config["questions"]}
    for one in body["questions"]:
        titles = {o["code"]: here(o["title"]) for o in asked[one["code"]]["options"]}
        rounds = one["count"]["rounds"]
        tally: Mapping[str, int] = rounds[-1]["tally"] if rounds else {}
        if tally:
            said_so = ", ".join(
                f"{titles.get(code, code)}: {words.number(n)}"
                for code, n in sorted(tally.items(), key=lambda pair: -pair[1])[:5]
            )
            told.append(f"{said_so}.")
    return " ".join(told)


def line_of(case: Case, events: Sequence[CaseEvent]) -> list[dict[str, Any]]:
    """The procedure line in the words of the page."""
    return line_in_words(case, events, clocks(case))


def stand(promise: Promise, at: dt.datetime, missed: Step | None = None) -> SafeString:
    """The sentence that says where a promise stands: who does what by when, and what is left."""
    case = promise.case
    due = case.due_at
    code = f"{case.state}-late" if due is not None and due < at else case.state
    if missed is not None and case.state in ("under_way", "repair"):
        code = "missed"
    ended = case.closed_at or case.moved_at or at
    return format_html(
        str(said.STANDS.get(code) or said.STANDS.get(case.state) or "{office}"),
        office=str(case.organisation) if case.organisation else gettext("The office"),
        day=format_html("<b>{}</b>", by_day(due, "year")) if due else "",
        left=format_html('<b class="hot">{}</b>', words.left(at, due)) if due else "",
        ended=format_html("<b>{}</b>", words.day(ended, "year")),
        step=missed.number if missed else "",
        missed=format_html("<b>{}</b>", words.day(missed.due_on, "year")) if missed else "",
    )


def told(case: Case, events: Sequence[CaseEvent]) -> list[Told]:
    """What happened to a promise, the newest first."""
    shown = instead(case)
    return [_told(event, shown) for event in reversed(events)]


def told_of(promise: Promise) -> list[Told]:
    """The same for a promise whose history was not read yet."""
    return told(promise.case, history(promise.case))


_CHANGES = ("redo", "dropped", "done", "steps", "after", "money", "target", "measured")


def _kind_of(public: Mapping[str, Any]) -> str:
    kind = next((name for name in _CHANGES if name in public), "")
    if kind == "money":
        return "instead" if "before" in public else str(public["money"])
    if kind == "target" and public.get("before"):
        return "retarget"
    return kind


def _told(event: CaseEvent, shown: Mapping[int, str]) -> Told:
    public: Mapping[str, Any] = event.public if isinstance(event.public, dict) else {}
    key = event.move
    if key == "change":
        key = f"change.{_kind_of(public)}"
    sentence = str(said.DID.get(key) or said.DID.get(event.move) or event.move)
    values: dict[str, Any] = {"office": str(event.organisation or gettext("The office"))}
    for name, value in public.items():
        values[name] = _worded(name, value)
    try:
        did = sentence.format(due=values.get("due_on", ""), **values)
    except (KeyError, IndexError):
        did = str(said.DID.get(event.move, event.move)).partition("{")[0]
    return Told(
        at=event.at,
        did=did,
        text=shown.get(event.seq, str(public.get("text", ""))),
        turn=event.move in TURNS,
        move=event.move,
    )


def _worded(name: str, value: Any) -> str:
    """A value of a step in the reader's language: days and sums as people write them."""
    if name in ("due_on", "after", "before", "on") and isinstance(value, str) and "-" in value[1:]:
        try:
            return words.day(dt.date.fromisoformat(value), "year")
        except ValueError:
            return value
    if name in ("amount", "before", "target", "measured") and value:
        return money_words(Decimal(str(value)))
    if isinstance(value, int):
        return words.number(value)
    return str(value)


def money_words(value: Decimal) -> str:
    """A sum or a number, without places that say nothing."""
    whole = value == value.to_integral_value()
    return words.number(int(value) if whole else value, None if whole else 2)


def superseded_of(promise: Promise) -> list[Superseded]:
    """What was replaced on the promise itself: its date, its target; the oldest first."""
    return list(Superseded.objects.filter(promise=promise).order_by("id"))


def address(promise: Promise) -> str:
    """The page of a promise."""
    return reverse("delivery:promise", args=[promise.case.number])
