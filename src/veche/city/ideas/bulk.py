"""Many ideas with their whole past at once, written by COPY.

The trigger on events judges every step as if it were made alone: bulk is no way round the
procedure. Nobody is told of anything.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

from django.db import connection

from veche.city.ideas import rules
from veche.city.ideas.models import Call
from veche.city.ideas.operations.calls import THEME, plans
from veche.city.ideas.procedure import IDEA
from veche.core.journal.operations import record
from veche.operation import inside, operation

BLOCK = 5_000
"""Ideas written by one COPY."""
READ_WITHIN = dt.timedelta(hours=24)
"""The term of the moderators."""
OFFICE_WITHIN = dt.timedelta(days=30)


class Step(NamedTuple):
    """A step after the idea was published: by whom, in which role, what was said."""

    move: str
    at: dt.datetime
    actor: int
    holding: int
    public: Mapping[str, str]


@dataclass
class PastIdea:
    """An idea that was written and published; people and places by the numbers of their rows."""

    author: int
    territory: int
    title: str
    text: str
    language: str
    written_at: dt.datetime
    published_at: dt.datetime
    moderator: tuple[int, int]
    """The person who read it, and their role."""
    longitude: float | None = None
    latitude: float | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    then: Sequence[Step] = ()
    pk: int = 0
    """The number of its case, once it is written."""


_TARGETS = {(move.name, source): move.target for move in IDEA.moves for source in move.sources}
_CASES = """COPY cases_birth (id, number, procedure, theme, territory_id, author_id, opened_at,
    due_at, promised_at, first_promised_at) FROM STDIN"""
_EVENTS = """COPY cases_caseevent (case_id, seq, move, source, target, actor_id, holding_id,
    organisation_id, at, batch, public) FROM STDIN"""
_CLOCKS = """COPY cases_caseclock (case_id, state, organisation_id, started_at, first_due_at,
    due_at, stopped_at, passed_at) FROM STDIN"""
_ASSIGNMENTS = "COPY cases_assignment (case_id, organisation_id, since, until) FROM STDIN"
_IDEAS = """COPY ideas_idea (case_id, kind, call_id, title, text, language, answers, longitude,
    latitude, promise, version) FROM STDIN"""
_RATINGS = "COPY ideas_rating (idea_id, person_id, value, at, standing) FROM STDIN"


@inside
def copy(statement: str, rows: Iterable[Sequence[Any]]) -> None:
    """Send rows by one COPY.

    Raises:
        django.db.IntegrityError: a constraint or a trigger refuses a row.
        veche.operation.OutsideOperation: no operation is under way.
    """
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(statement) as out,
    ):
        for row in rows:
            out.write_row(row)


def _numbers(sequence: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [sequence, count])
        return [row[0] for row in cursor.fetchall()]


@operation
def load_ideas(
    *, by: None, at: dt.datetime, call: Call, ideas: Iterable[PastIdea], public: Mapping[str, Any]
) -> int:
    """Load ideas of a call that were written and published before; returns how many.

    One journal record speaks for all of them; ``public`` says where they come from.

    Raises:
        django.db.IntegrityError: a step was not possible (the trigger names the case).
    """
    batch = record(kind="ideas.history-loaded", by=by, at=at, subject="ideas", public=dict(public))
    until = rules.answered_by(plans(call))
    left, total = iter(ideas), 0
    while block := list(islice(left, BLOCK)):
        _write(call, block, batch, until, at)
        total += len(block)
    with connection.cursor() as cursor:
        for table in ("cases_case", "cases_caseevent", "cases_caseclock", "ideas_idea"):
            cursor.execute(f"ANALYZE {table}")
    return total


def _write(
    call: Call, block: Sequence[PastIdea], batch: int, until: dt.datetime | None, now: dt.datetime
) -> None:
    numbers = _numbers("cases_number", len(block))
    for pk, idea in zip(_numbers("cases_case_id_seq", len(block)), block, strict=True):
        idea.pk = pk
    cases, events = [], []
    clocks: list[tuple[Any, ...]] = []
    office = call.office_id
    for number, one in zip(numbers, block, strict=True):
        promised = until or one.published_at + dt.timedelta(days=120)
        # Every step as (move, source, target, actor, holding, office, at, public).
        steps: list[tuple[Any, ...]] = [
            ("write", "", "moderation", one.author, None, None, one.written_at,
             {"call": call.case.number}),
            ("accept", "moderation", "open", *one.moderator, office, one.published_at, {}),
        ]  # fmt: skip
        state = "open"
        for step in one.then:
            target = _TARGETS[step.move, state]
            steps.append((step.move, state, target, step.actor, step.holding, office, step.at,
                          step.public))  # fmt: skip
            state = target
        due, promise = _clocks(one, steps, office, promised, clocks, now)
        cases.append(
            (one.pk, f"{one.written_at.year}-{number:06d}", "idea", THEME, one.territory,
             one.author, one.written_at, due, promise, promised)
        )  # fmt: skip
        events += [
            (one.pk, seq, move, source, target, actor, holding, lies, at, batch,
             json.dumps(dict(told), ensure_ascii=False))
            for seq, (move, source, target, actor, holding, lies, at, told) in enumerate(steps, 1)
        ]  # fmt: skip
    copy(_CASES, cases)
    copy(_EVENTS, events)
    copy(_CLOCKS, clocks)
    copy(_ASSIGNMENTS, ((one.pk, office, one.published_at, None) for one in block))
    copy(
        _IDEAS,
        (
            (one.pk, "idea", call.pk, one.title, one.text, one.language,
             json.dumps(dict(one.answers), ensure_ascii=False), one.longitude, one.latitude, "", 1)
            for one in block
        ),
    )  # fmt: skip


def _clocks(
    one: PastIdea,
    steps: Sequence[tuple[Any, ...]],
    office: int,
    promised: dt.datetime,
    clocks: list[tuple[Any, ...]],
    now: dt.datetime,
) -> tuple[dt.datetime | None, dt.datetime | None]:
    """Add the clock of every state; what is due next, and the promise that still runs."""
    due: dt.datetime | None = None
    for place, (_move, _source, target, _actor, _holding, _office, at, _told) in enumerate(steps):
        state = IDEA.by_code[target]
        if state.final:
            return None, None
        following = steps[place + 1][6] if place + 1 < len(steps) else None
        if target == "moderation":
            due = at + READ_WITHIN
        elif target == "open":
            due = promised
        else:
            due = min(at + OFFICE_WITHIN, promised)
        passed = due if due < (following or now) else None
        lies = None if target == "moderation" else office
        clocks.append((one.pk, target, lies, at, due, due, following, passed))
    return due, promised


@operation
def load_ratings(*, by: None, at: dt.datetime, ratings: Iterable[tuple[int, int, int]]) -> int:
    """Load who was for (1) and against (-1) which idea: idea, person, value; returns how many.

    Raises:
        django.db.IntegrityError: somebody rated an idea twice.
    """
    count = 0

    def rows() -> Iterable[tuple[Any, ...]]:
        nonlocal count
        for count, (idea, person, value) in enumerate(ratings, 1):  # noqa: B007
            yield idea, person, value, at, "counted"

    copy(_RATINGS, rows())
    record(kind="ideas.ratings-loaded", by=by, at=at, subject="ideas", public={"ratings": count})
    return count
