"""Many problems with their whole past at once, written by COPY.

A :class:`Life` tells one problem's past step by step, as the operations would have told it, with
the clocks, assignments and moments that follow. :func:`write` puts thousands into the tables; the
trigger on events judges every step as if made alone: bulk is no way round the procedure.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any, NamedTuple

from django.db import connection

from veche.city.problems.bulk.around import LOOK_UP, ROOMY, TIDY
from veche.city.problems.bulk.copying import copy
from veche.city.problems.models import Category
from veche.city.problems.procedure import OWED, PROCEDURE
from veche.core.cases.models import TermRule
from veche.core.cases.procedure import START
from veche.core.cases.rules import Term, Unit, due
from veche.core.cases.terms import calendar
from veche.core.journal.operations import record
from veche.operation import operation

BLOCK = 5_000
"""Problems written by one COPY: the memory it takes does not grow with the whole."""
SWEPT_AFTER = dt.timedelta(seconds=20)
"""How long after a term has passed the sweep finds it, about."""


class Terms:
    """The terms of problems in this city, read once for many problems."""

    def __init__(self) -> None:
        self._calendar = calendar()
        self._declared = {s.code: s.term for s in PROCEDURE.states if s.term is not None}
        self._set = {
            (rule.state, rule.theme): Term(rule.number, Unit(rule.unit))
            for rule in TermRule.objects.filter(procedure=PROCEDURE.code)
        }
        self._known: dict[tuple[Term, dt.date], dt.datetime] = {}

    def due(self, state: str, theme: str, since: dt.datetime) -> dt.datetime | None:
        """When a state entered at ``since`` is due; None where nothing is."""
        declared = self._declared.get(state)
        if declared is None:
            return None
        term = self._set.get((state, theme)) or self._set.get((state, "")) or declared
        if term.unit is Unit.HOURS:
            return due(since, term, self._calendar)
        key = (term, since.astimezone(self._calendar.zone).date())
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = due(since, term, self._calendar)
        return found


class Step(NamedTuple):
    """One event of a life."""

    move: str
    source: str
    target: str
    at: dt.datetime
    actor: int | None
    holding: int | None
    organisation: int | None
    public: str


_TARGETS = {(m.name, s): m.target for m in PROCEDURE.moves for s in m.sources}
_RECORDS = {s.code for s in PROCEDURE.states if s.record}


class Life:
    """The past of one problem; `step` tells it, oldest first."""

    __slots__ = (
        "accepted_at", "address", "answer_due_at", "answered_at", "answers", "assigned_at",
        "assignments", "author", "category", "clocks", "confirmed_at", "due_at",
        "first_promised_at", "latitude", "longitude", "office", "opened_at", "pk", "promised_at",
        "returns", "source", "state", "steps", "territory", "text", "theme",
    )  # fmt: skip

    def __init__(
        self,
        *,
        category: int,
        theme: str,
        territory: int,
        opened_at: dt.datetime,
        text: str,
        longitude: float,
        latitude: float,
        address: str = "",
        author: int | None = None,
        answers: Mapping[str, str] | None = None,
        source: tuple[str, str, str, dt.datetime | None, dt.datetime | None, bytes] | None = None,
    ) -> None:
        """``source``: name, id, status, due and closed there, digest of the row."""
        self.category, self.theme, self.territory = category, theme, territory
        self.opened_at, self.author = opened_at, author
        self.text, self.address = text, address[:240]
        self.longitude, self.latitude = longitude, latitude
        self.answers = answers or {}
        self.source = source
        self.state, self.office = START, None  # type: tuple[str, int | None]
        self.steps: list[Step] = []
        self.clocks: list[list[Any]] = []
        self.assignments: list[list[Any]] = []
        self.due_at: dt.datetime | None = None
        self.promised_at: dt.datetime | None = None
        self.first_promised_at: dt.datetime | None = None
        self.accepted_at: dt.datetime | None = None
        self.assigned_at: dt.datetime | None = None
        self.answered_at: dt.datetime | None = None
        self.answer_due_at: dt.datetime | None = None
        self.confirmed_at: dt.datetime | None = None
        self.returns = 0
        self.pk: int | None = None
        """The number of the case, once it is written."""

    def step(
        self,
        move: str,
        at: dt.datetime,
        terms: Terms,
        *,
        actor: int | None = None,
        holding: int | None = None,
        office: int | None = None,
        public: Mapping[str, Any] | None = None,
    ) -> None:
        """Tell the next step; ``office`` is who it lies with from now on.

        Raises:
            KeyError: no such move leaves the present state.
        """
        source, target = self.state, _TARGETS[move, self.state]
        old = self.office
        if office is not None:
            self.office = office
        self.state = target
        self.steps.append(
            Step(
                move,
                source,
                target,
                at,
                actor,
                holding,
                self.office,
                json.dumps(public, ensure_ascii=False) if public else "{}",
            )
        )
        if target in _RECORDS:
            if self.office != old:
                self.assignments.append([self.office, at, None])
            return
        if self.clocks and self.clocks[-1][4] is None:
            self._stop(at)
        due = terms.due(target, self.theme, at)
        if due is not None:
            self.clocks.append([target, self.office, at, due, None, None])
        self._promise(target, due)
        if self.office != old:
            if self.assignments:
                self.assignments[-1][2] = at
            self.assignments.append([self.office, at, None])
        self._remember(move, at)

    def _promise(self, target: str, due: dt.datetime | None) -> None:
        """Begin, keep or end what the author is promised, and note what is due next."""
        self.due_at = due
        if target not in OWED:
            self.promised_at = None
        elif self.promised_at is None:
            self.promised_at = self.first_promised_at = due
        elif due is not None:
            self.due_at = min(due, self.promised_at)

    def _stop(self, at: dt.datetime) -> None:
        clock = self.clocks[-1]
        clock[4] = at
        if clock[3] < at:
            clock[5] = min(at, clock[3] + SWEPT_AFTER)

    def _remember(self, move: str, at: dt.datetime) -> None:
        if move in ("accept", "pass"):
            self.accepted_at = at
        elif move in ("route", "assign"):
            self.assigned_at, self.answer_due_at = at, self.due_at
        elif move in ("answer", "refuse"):
            self.answered_at = self.answered_at or at
        elif move == "confirm":
            self.confirmed_at = at
        elif move == "return":
            self.returns += 1

    def until(self, at: dt.datetime) -> None:
        """The present of the story: a clock that has run out by then was found so."""
        if self.clocks and self.clocks[-1][4] is None and self.clocks[-1][3] < at:
            self.clocks[-1][5] = min(at, self.clocks[-1][3] + SWEPT_AFTER)


_CASES = """COPY cases_birth (id, number, procedure, theme, territory_id, author_id, opened_at,
    due_at, promised_at, first_promised_at) FROM STDIN"""
_EVENTS = """COPY cases_caseevent (case_id, seq, move, source, target, actor_id, holding_id,
    organisation_id, at, batch, public) FROM STDIN"""
_CLOCKS = """COPY cases_caseclock (case_id, state, organisation_id, started_at, first_due_at,
    due_at, stopped_at, passed_at) FROM STDIN"""
_ASSIGNMENTS = "COPY cases_assignment (case_id, organisation_id, since, until) FROM STDIN"
_PROBLEMS = """COPY problems_problem (case_id, category_id, text, address, longitude, latitude,
    answers, accepted_at, assigned_at, answered_at, answer_due_at, confirmed_at, returns,
    source, source_id, source_status, source_due_at, source_closed_at, source_digest) FROM STDIN"""
_NO_SOURCE = ("", "", "", None, None, None)


def ids(sequence: str, count: int) -> list[int]:
    """A block of numbers of a sequence."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [sequence, count])
        return [row[0] for row in cursor.fetchall()]


def write(lives: Iterable[Life], batch: int | None) -> int:
    """Write the lives with their events, clocks, assignments and problems; how many there were.

    The iterable is run in a thread of its own and may not ask the database. ``batch`` is the
    number of the journal record that speaks for them. Belongs inside an operation.

    Raises:
        django.db.IntegrityError: a step was not possible (the trigger names the case).
    """
    left = iter(lives)
    total = 0
    with ThreadPoolExecutor(1) as ahead:
        # While the database takes one block, the next is being told (without the database).
        coming = ahead.submit(_take, left)
        while block := coming.result():
            coming = ahead.submit(_take, left)
            write_block(block, batch)
            total += len(block)
    return total


def _take(left: Iterator[Life]) -> list[Life]:
    return list(islice(left, BLOCK))


def write_block(block: Sequence[Life], batch: int | None) -> None:
    """Write some lives by one COPY a table; see `write`."""
    numbers = ids("cases_number", len(block))
    told = list(zip(ids("cases_case_id_seq", len(block)), block, strict=True))
    for pk, life in told:
        life.pk = pk
    copy(
        _CASES,
        (
            (pk, f"{life.opened_at.year}-{number:06d}", PROCEDURE.code, life.theme, life.territory,
             life.author, life.opened_at, life.due_at, life.promised_at, life.first_promised_at)
            for number, (pk, life) in zip(numbers, told, strict=True)
        ),
    )  # fmt: skip
    copy(
        _EVENTS,
        (
            (pk, seq, s.move, s.source, s.target, s.actor, s.holding, s.organisation, s.at,
             batch, s.public)
            for pk, life in told
            for seq, s in enumerate(life.steps, 1)
        ),
    )  # fmt: skip
    copy(
        _CLOCKS,
        (
            (pk, state, office, started, due_at, due_at, stopped, passed)
            for pk, life in told
            for state, office, started, due_at, stopped, passed in life.clocks
        ),
    )
    copy(_ASSIGNMENTS, ((pk, *row) for pk, life in told for row in life.assignments))
    copy(
        _PROBLEMS,
        (
            (pk, p.category, p.text, p.address, p.longitude, p.latitude,
             json.dumps(p.answers, ensure_ascii=False) if p.answers else "{}", p.accepted_at,
             p.assigned_at, p.answered_at, p.answer_due_at, p.confirmed_at, p.returns,
             *(p.source or _NO_SOURCE))
            for pk, p in told
        ),
    )  # fmt: skip


def analyze() -> None:
    """Tell the planner about a big load."""
    with connection.cursor() as cursor:
        for table in (
            "cases_case", "cases_caseevent", "cases_caseclock", "cases_assignment",
            "problems_problem",
        ):  # fmt: skip
            cursor.execute(f"ANALYZE {table}")


@operation
def load_history(
    *, by: None, at: dt.datetime, lives: Iterable[Life], public: Mapping[str, Any]
) -> int:
    """Load past problems that this city already had on the day it began with veche.

    One journal record; ``public`` says where they come from. Nobody is told of anything.
    """
    batch = record(
        kind="problems.history-loaded", by=by, at=at, subject="problems", public=dict(public)
    )
    with connection.cursor() as cursor:
        cursor.execute(ROOMY)
        count = write(lives, batch)
        cursor.execute(TIDY)
        analyze()
        cursor.execute(LOOK_UP)
    return count


class Kind(NamedTuple):
    """A category to set; ``group`` is the code of another."""

    code: str
    names: Mapping[str, str]
    group: str | None = None
    questions: Sequence[Mapping[str, Any]] = ()
    urgent_words: Mapping[str, Sequence[str]] = {}
    anonymous_allowed: bool = True
    imported: bool = False
    active: bool = True
    object_kind: str = ""


@operation
def set_categories(*, by: None, at: dt.datetime, kinds: Sequence[Kind]) -> dict[str, int]:
    """Add categories, or rename those whose code is known; code → number of the row.

    A group stands before its members; the order of ``kinds`` is the order on the page.
    """
    known = dict(Category.objects.values_list("code", "pk"))
    start = len(known)
    for position, kind in enumerate(kinds, start):
        row, _created = Category.objects.update_or_create(
            code=kind.code,
            defaults={
                "names": dict(kind.names),
                "group_id": known[kind.group] if kind.group else None,
                "questions": [dict(question) for question in kind.questions],
                "urgent_words": {k: list(words) for k, words in kind.urgent_words.items()},
                "anonymous_allowed": kind.anonymous_allowed,
                "position": position,
                "imported": kind.imported,
                "active": kind.active,
                "object_kind": kind.object_kind,
            },
        )
        known[kind.code] = row.pk
    record(
        kind="problems.category-set",
        by=by,
        at=at,
        subject="problems",
        public={"codes": [kind.code for kind in kinds][:500], "categories": len(kinds)},
    )
    return known
