"""The promises that the demo town made before: many at once, in a few statements, by the same
declared moves. Nowhere but in a demo are promises made for others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection

from veche.city.delivery.models import Promise, Source, Step, Verdict
from veche.core.cases.models import Assignment, Case, CaseClock, CaseEvent
from veche.core.cases.rules import WorkCalendar
from veche.core.cases.terms import city_zone
from veche.core.journal.operations import record
from veche.demo_guard import marked
from veche.errors import NotAllowed
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.organisations.models import Holding, Organisation
    from veche.core.places.models import Territory

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
# People of the place, in an order that is the same every time.
_ASKED = """
INSERT INTO delivery_asked (promise_id, person_id, why)
SELECT g.promise, r.person_id, 'lives' FROM unnest(%s::bigint[], %s::bigint[]) AS g (promise, place)
    CROSS JOIN LATERAL (
        SELECT r.person_id FROM people_residence r JOIN places_territory t ON t.id = r.territory_id
            JOIN people_person p ON p.id = r.person_id
        WHERE g.place IN (t.id, t.district_id, t.city_id) AND p.cast IS NULL
        ORDER BY md5(g.promise::text || r.person_id) LIMIT 80
    ) r
ON CONFLICT DO NOTHING
"""
_SAID = """
INSERT INTO delivery_verdict (promise_id, person_id, round, accepts, reason, text, at)
SELECT promise_id, person_id, 1, place > 2, CASE WHEN place > 2 THEN '' ELSE 'in-part' END, '', g.at
FROM (SELECT a.*, row_number() OVER (PARTITION BY promise_id ORDER BY id) AS place
    FROM delivery_asked a WHERE promise_id = ANY(%s)) a
    JOIN unnest(%s::bigint[], %s::timestamptz[]) AS g (promise, at) ON g.promise = a.promise_id
WHERE place <= 23
"""


class OnlyInADemo(NotAllowed):
    """The database is no demo's."""

    code = "only-in-a-demo"


@dataclass
class Past:
    """A promise as it is to stand in the past."""

    office: Organisation
    holding: Holding
    """By which its officer acted."""
    control: Holding
    """By which the control department declared it broken."""
    territory: Territory
    theme: str
    source: str
    said: str
    title: str
    text: str
    steps: Sequence[str]
    fate: str
    made: dt.datetime
    point: tuple[float, float] | None = None
    goal: int | None = None
    """The number of the knot of the strategy it hangs on."""
    case: Case = field(default_factory=Case)
    children: list[Case] = field(default_factory=list)
    due: list[dt.date] = field(default_factory=list)
    done: list[dt.date | None] = field(default_factory=list)
    seq: int = 0
    """How many steps its case has made."""


@operation
def write_past(*, by: None, at: dt.datetime, promises: Sequence[Past]) -> int:
    """Write promises of the past with their steps; returns how many.

    Raises:
        OnlyInADemo: this is a city, not a demo.
    """
    if not marked():
        raise OnlyInADemo
    for one in promises:
        _dates(one, at)
    _cases(promises)
    _rows(promises)
    first = [event for one in promises for event in _events(one)]
    CaseEvent.objects.bulk_create(first)
    CaseEvent.objects.bulk_create([event for one in promises for event in _ended(one)])
    _clocks(promises, at)
    _answers(promises)
    record(
        kind="delivery.demo", by=by, at=at, subject="promises", public={"promises": len(promises)}
    )
    return len(promises)


@operation
def answer_past(
    *, by: None, at: dt.datetime, promise: Promise, people: Sequence[int], texts: Sequence[str]
) -> int:
    """Let people of the town say whether a promise is kept: the first of them refuse, in these
    words, the others accept; one an hour, from ``at`` on. Returns how many answered.

    Raises:
        OnlyInADemo: this is a city, not a demo.
    """
    if not marked():
        raise OnlyInADemo
    made = Verdict.objects.bulk_create(
        Verdict(
            promise=promise,
            person_id=person,
            round=promise.round,
            accepts=n >= len(texts),
            reason="badly" if n < len(texts) else "",
            text=texts[n] if n < len(texts) else "",
            at=at + n * HOUR,
        )
        for n, person in enumerate(people)
    )
    record(kind="delivery.demo", by=by, at=at, subject="promises", public={"answers": len(made)})
    return len(made)


def _end_of(day: dt.date) -> dt.datetime:
    """The last second of a day: no working days are counted here, so no calendar is read."""
    return WorkCalendar(zone=city_zone()).end_of(day)


def _dates(one: Past, at: dt.datetime) -> None:
    """Steps stand evenly between the beginning and the end; those before the present are done,
    but for the last of a late promise, whose reason is written."""
    span = max(30, (at - one.made).days)
    if one.fate in ("under_way", "late"):
        span = round(span * (1.6 if one.fate == "under_way" else 0.8))
    else:
        span = round(span * 0.6)
    today = at.astimezone(city_zone()).date()
    begun = one.made.astimezone(city_zone()).date()
    for n in range(1, len(one.steps) + 1):
        due = begun + dt.timedelta(days=span * n // len(one.steps))
        one.due.append(due)
        last = n == len(one.steps)
        open_ = due >= today or (one.fate in ("late", "broken") and last)
        one.done.append(None if open_ else due - dt.timedelta(days=2))


def _cases(promises: Sequence[Past]) -> None:
    """The cases of the promises, then those of their steps: not moved yet."""
    count = sum(1 + len(one.steps) for one in promises)
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('cases_number') FROM generate_series(1, %s)", [count])
        numbers = iter([row[0] for row in cursor.fetchall()])

    def case(one: Past, procedure: str, until: dt.datetime | None, **more: Any) -> Case:
        return Case(
            number=f"{one.made.astimezone(dt.UTC).year}-{next(numbers):06d}",
            procedure=procedure,
            theme=one.theme or "promise",
            territory=one.territory,
            opened_at=one.made,
            due_at=until,
            promised_at=until if one.fate != "drafted" else None,
            first_promised_at=until if one.fate != "drafted" else None,
            **more,
        )

    for one in promises:
        running = one.fate in ("under_way", "late")
        until = _end_of(one.due[-1]) if running else None
        if one.fate == "drafted":
            until = one.made + 30 * DAY
        one.case = case(one, "promise", until)
    Case.objects.bulk_create([one.case for one in promises])
    for one in promises:
        one.children = [
            case(
                one,
                "promise_step",
                _end_of(due) if done is None and one.fate != "broken" else None,
                parent=one.case,
            )
            for due, done in zip(one.due, one.done, strict=True)
        ]
    Case.objects.bulk_create([child for one in promises for child in one.children])


def _rows(promises: Sequence[Past]) -> None:
    Promise.objects.bulk_create(
        Promise(
            case=one.case,
            title=one.title,
            text=one.text,
            goal_id=one.goal,
            longitude=one.point[0] if one.point else None,
            latitude=one.point[1] if one.point else None,
            begun_at=one.made + DAY if one.due else None,
            done_at=_said_at(one) if one.fate in ("kept", "unconfirmed") else None,
            due_on=one.due[-1] if one.due else None,
            first_due_on=one.due[-1] if one.due else None,
            round=1 if one.fate in ("kept", "unconfirmed") else 0,
        )
        for one in promises
    )
    Source.objects.bulk_create(
        Source(promise_id=one.case.pk, kind=one.source, text=one.said) for one in promises
    )
    Step.objects.bulk_create(
        Step(
            case=child,
            promise_id=one.case.pk,
            number=n,
            title=title,
            due_on=due,
            first_due_on=due,
            done_on=done,
            lateness=LATENESS if done is None and one.fate in ("late", "broken") else "",
        )
        for one in promises
        for n, (child, title, due, done) in enumerate(
            zip(one.children, one.steps, one.due, one.done, strict=True), start=1
        )
    )


LATENESS = "Подрядчик не вышел на работу, договор расторгнут; ищем другого."


def _said_at(one: Past) -> dt.datetime:
    """When the office said that it is done: at the end of the day after the last step, which was
    finished two days before the day it was promised for, so within the first date."""
    return _end_of(one.due[-1]) - DAY


def _event(
    one: Past, case: Case, seq: int, move: str, source: str, target: str, at: dt.datetime,
    holding: Holding | None = None, **public: Any,
) -> CaseEvent:  # fmt: skip
    return CaseEvent(
        case=case,
        seq=seq,
        move=move,
        source=source,
        target=target,
        actor_id=holding.person_id if holding else None,
        holding=holding,
        organisation=one.office,
        at=at,
        public=public,
    )


def _events(one: Past) -> list[CaseEvent]:
    """What happened until the last step: of the promise and of its steps."""
    own, officer = one.case, one.holding
    found = [_event(one, own, 1, "make", "", "drafted", one.made, sources=[one.source])]
    one.seq = 1
    if not one.steps:
        return found
    found.append(
        _event(
            one, own, 2, "write_steps", "drafted", "drafted", one.made + HOUR, officer,
            steps=[
                {"number": n, "title": title, "due_on": due.isoformat()}
                for n, (title, due) in enumerate(zip(one.steps, one.due, strict=True), start=1)
            ],
        )
    )  # fmt: skip
    found.append(
        _event(one, own, 3, "start", "drafted", "under_way", one.made + DAY, officer,
               due_on=one.due[-1].isoformat())
    )  # fmt: skip
    seq = 3
    for n, (child, due, done) in enumerate(
        zip(one.children, one.due, one.done, strict=True), start=1
    ):
        planned = one.made + HOUR
        found.append(_event(one, child, 1, "plan", "", "planned", planned, due_on=due.isoformat()))
        moment = _end_of(done or due) - 6 * HOUR
        if done is not None:
            text = f"{one.steps[n - 1]}: готово."
            found.append(
                _event(one, child, 2, "finish", "planned", "done", moment, officer, text=text)
            )
            seq += 1
            found.append(
                _event(one, own, seq, "change", "under_way", "under_way", moment, officer, done=n)
            )
        elif one.fate in ("late", "broken"):
            late = moment + 2 * DAY
            found.append(
                _event(one, child, 2, "explain", "planned", "planned", late, officer, text=LATENESS)
            )
            seq += 1
            found.append(
                _event(one, own, seq, "explain", "under_way", "under_way", late, officer,
                       step=n, text=LATENESS)
            )  # fmt: skip
            if one.fate == "broken":
                end = _said_at(one) + 62 * DAY
                found.append(
                    _event(one, child, 3, "end", "planned", "dropped", end, reason="broken")
                )
    one.seq = seq
    return found


def _ended(one: Past) -> list[CaseEvent]:
    """How the promise ended, after its steps have."""
    own, said, end = one.case, _said_at(one) if one.due else one.made, one.seq
    if one.fate in ("kept", "unconfirmed"):
        kept = one.fate == "kept"
        return [
            _event(
                one, own, end + 1, "say_done", "under_way", "acceptance", said, one.holding,
                text="Всё сделано, приходите и посмотрите.", asked=80, quorum=3, share=50, round=1,
            ),
            _event(
                one, own, end + 2, "accept" if kept else "lapse", "acceptance", one.fate,
                said + 14 * DAY, round=1, asked=80, accepts=21 if kept else 0,
                refuses=2 if kept else 0,
            ),
        ]  # fmt: skip
    if one.fate == "broken":
        return [
            _event(
                one, own, end + 1, "break", "under_way", "broken", said + 62 * DAY, one.control,
                text="Два месяца после срока работы не идут, денег в бюджете на них нет.",
            )
        ]  # fmt: skip
    return []


def _clocks(promises: Sequence[Past], at: dt.datetime) -> None:
    """The terms that run, and with whom everything lies."""
    states = {"under_way": "under_way", "late": "under_way", "drafted": "drafted"}
    rows = [
        (one, case, states[one.fate] if case is one.case else "planned", case.due_at)
        for one in promises
        for case in (one.case, *one.children)
        if case.due_at is not None
    ]
    CaseClock.objects.bulk_create(
        CaseClock(
            case=case,
            state=state,
            organisation=one.office,
            started_at=one.made,
            first_due_at=due,
            due_at=due,
            passed_at=due if due < at else None,
        )
        for one, case, state, due in rows
    )
    Assignment.objects.bulk_create(
        Assignment(case=case, organisation=one.office, since=one.made)
        for one in promises
        for case in (one.case, *one.children)
    )


def _answers(promises: Sequence[Past]) -> None:
    """Those who were asked, and what they said of what is kept."""
    asked = [one for one in promises if one.fate in ("kept", "unconfirmed")]
    kept = [one for one in asked if one.fate == "kept"]
    with connection.cursor() as cursor:
        cursor.execute(
            _ASKED, [[one.case.pk for one in asked], [one.territory.pk for one in asked]]
        )
        pks = [one.case.pk for one in kept]
        cursor.execute(_SAID, [pks, pks, [_said_at(one) + DAY for one in kept]])
