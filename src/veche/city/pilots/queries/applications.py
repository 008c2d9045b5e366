"""One application as its page tells it: where it stands, what happened, what was written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext

from veche.city.pilots.access.applications import Standing, is_public
from veche.city.pilots.models import Answer, Application
from veche.city.pilots.rules import applications as rules
from veche.city.pilots.words import applications as said
from veche.core.cases.line import by_day, line_in_words
from veche.core.cases.models import Case, CaseEvent
from veche.core.cases.queries import clocks, procedure_line, procedure_of, window_ends
from veche.core.moderation.written import instead
from veche.languages import here
from veche.look import states, words

if TYPE_CHECKING:
    from django.http import HttpRequest


STYLES = Path(__file__).parents[1] / "static" / "pilots"


@dataclass(frozen=True)
class Drawn:
    """One section of the page, drawn."""

    part: str
    html: SafeString
    style: str = ""
    """The style sheet that the section needs, as static files name it."""


def sections(
    request: HttpRequest | None, stand: Standing, at: dt.datetime, **more: Any
) -> Iterator[Drawn]:
    """The sections that a reader is shown, in their order."""
    from veche.city.pilots.sections import SECTIONS  # every part is there by the first request

    application = stand.application
    decided = is_public(application)
    for one in SECTIONS:
        if not one.shown(application.case.state, stand.relations, decided=decided):
            continue
        told = one.context(application, stand.person, at)
        if told is None:
            continue
        context = {
            "application": application,
            "case": application.case,
            "relations": stand.relations,
            "now": at,
            **more,
            **told,
        }
        html = render_to_string(one.template, context, request)
        yield Drawn(one.part, mark_safe(html), _style_of(one.template))


@cache
def _style_of(template: str) -> str:
    """A part's templates begin with its name, and so does its style sheet, where it has one."""
    name = f"{PurePosixPath(template).name.partition('_')[0]}.css"
    return f"pilots/{name}" if (STYLES / name).exists() else ""


def address(application: Application) -> str:
    """The page of an application."""
    return reverse("pilots:application", args=[application.case.number])


@dataclass(frozen=True)
class Told:
    """One thing that happened, in words."""

    at: dt.datetime
    did: str
    text: str
    turn: bool
    move: str


def told(case: Case, events: Sequence[CaseEvent]) -> list[Told]:
    """What happened to an application, the newest first."""
    covered = instead(case)
    found = []
    for event in reversed(events):
        public: Mapping[str, Any] = event.public if isinstance(event.public, dict) else {}
        key = "reply-revised" if event.move == "reply" and "revision" in public else event.move
        did = str(said.DID.get(key, event.move)).format(revision=public.get("revision", ""))
        text = covered.get(event.seq, str(public.get("text", "")))
        reason = said.REASONS.get(str(public.get("reason", "")))
        if reason is not None and public.get("reason") != "other":
            text = f"{reason}\n{text}"
        found.append(Told(event.at, did, text, event.move in said.TURNS, event.move))
    return found


def stand_in_words(
    case: Case, office: str, at: dt.datetime, *, code: str = "", due: dt.datetime | None = None
) -> SafeString:
    """The sentence that says where a matter stands: who does what by when, and what is left.
    ``code`` and ``due`` stand in the place of its state and its term, where others count."""
    due = due or case.due_at
    code = code or case.state
    late = due is not None and due < at
    sentence = said.STANDS.get(f"{code}-late" if late else code)
    ended = case.closed_at or case.moved_at or at
    return format_html(
        str(sentence or said.STANDS.get(code) or "{office}"),
        office=office,
        day=format_html("<b>{}</b>", by_day(due, "year")) if due else "",
        left=format_html('<b class="hot">{}</b>', words.left(at, due)) if due else "",
        ended=format_html("<b>{}</b>", words.day(ended, "year")),
    )


def stand_of(application: Application, at: dt.datetime) -> SafeString:
    """Where an application stands. Named is the office with which it lies now; of a draft what
    counts is the last moment of its call, if that comes first."""
    case, call = application.case, application.call
    office = application.department if case.state == "answering" else None
    named = str(office or application.programme.agency)
    if case.state == "draft" and (call.case.state != "open" or _over(call.closes_at, at)):
        return stand_in_words(case, named, at, code="draft-closed")
    sooner = call.closes_at is not None and (case.due_at is None or call.closes_at < case.due_at)
    if case.state == "draft" and sooner:
        return stand_in_words(case, named, at, code="draft-open", due=call.closes_at)
    return stand_in_words(case, named, at)


def _over(closes_at: dt.datetime | None, at: dt.datetime) -> bool:
    return closes_at is not None and closes_at <= at


def line_of(case: Case, events: Sequence[CaseEvent]) -> list[dict[str, Any]]:
    """The procedure line in the words of the page. Eleven steps stand side by side: each is called
    by the one word of its state, and the draft is where it begins."""
    own = clocks(case)
    rows = []
    for step, row in zip(
        procedure_line(case, events, own), line_in_words(case, events, own), strict=True
    ):
        if step.state or case.procedure != "pilot":
            word = states.find(f"pilot-{step.state}").word if step.state else row["label"]
            rows.append({**row, "label": capfirst(str(word))})
    return rows


@dataclass(frozen=True)
class Asked:
    """A question of the form and what was answered, in the reader's words."""

    code: str
    name: str
    text: str
    paper: int | None = None
    """Number of the document, where one was sent."""


def answers_of(application: Application, revision: int | None = None) -> list[Asked]:
    """The questions of the form with what a revision answers, in the form's order."""
    rows = Answer.objects.filter(application=application, revision=revision or application.revision)
    found = {one.question: one for one in rows}
    asked = []
    for one in application.call.form.questions:
        answer = found.get(one["code"])
        text = in_words(one, answer.text) if answer is not None else ""
        paper = answer.paper_id if answer is not None else None
        asked.append(Asked(one["code"], here(one["names"]), text, paper))
    return asked


def in_words(question: Mapping[str, Any], text: str) -> str:
    """An answer as people read it: a choice by its name, yes or no as words."""
    if question["kind"] == "yes-no":
        return {"yes": gettext("Yes"), "no": gettext("No")}.get(text, text)
    if question["kind"] == "choice":
        names = {one["code"]: here(one["names"]) for one in question.get("choices") or []}
        return names.get(text, text)
    return text


@dataclass(frozen=True)
class Change:
    """What one revision changed at one place."""

    name: str
    pieces: list[rules.Piece]


@dataclass(frozen=True)
class Revision:
    """A revision and what it changed against the one before."""

    number: int
    changes: list[Change]


def revisions(application: Application) -> list[Revision]:
    """What every revision after the first changed, the newest first."""
    if application.revision < 2:
        return []
    by_revision: dict[int, dict[str, str]] = {}
    for one in Answer.objects.filter(application=application):
        by_revision.setdefault(one.revision, {})[one.question] = one.text
    questions = {one["code"]: one for one in application.call.form.questions}
    places = [*said.BESIDE, *questions]
    found = []
    for number in range(application.revision, 1, -1):
        before, after = by_revision.get(number - 1, {}), by_revision.get(number, {})
        changes = []
        for code in places:
            old, new = before.get(code, ""), after.get(code, "")
            if old == new:
                continue
            name = str(said.BESIDE.get(code) or here(questions[code]["names"]))
            if code in questions:
                old, new = in_words(questions[code], old), in_words(questions[code], new)
            changes.append(Change(name, rules.changed(old, new)))
        found.append(Revision(number, changes))
    return found


def appeal_until(application: Application, at: dt.datetime) -> dt.datetime | None:
    """Until when the company may object; None where it cannot."""
    if application.case.state != "rejected" or hasattr(application, "appeal"):
        return None
    until = window_ends(application.case, "appeal")
    return until if until is not None and at <= until else None


@dataclass(frozen=True)
class Date:
    """A date that matters to the company."""

    code: str
    at: dt.datetime
    what: str


def dates_of(application: Application, at: dt.datetime) -> list[Date]:
    """The dates of an application that lie ahead: the next step, the call's last moment for a
    draft, the end of the window for objecting."""
    case, found = application.case, []
    if case.due_at is not None and case.closed_at is None:
        draft = gettext("The draft is thrown away")
        what = draft if case.state == "draft" else case_title(case)
        found.append(Date(case.state, case.due_at, what))
    if case.state == "draft" and application.call.closes_at is not None:
        found.append(Date("closes", application.call.closes_at, gettext("The call closes")))
    until = appeal_until(application, at)
    if until is not None:
        found.append(Date("appeal", until, gettext("Last moment to object")))
    return found


def case_title(case: Case) -> str:
    """What the state of a case is called."""
    return str(procedure_of(case).by_code[case.state].title)
