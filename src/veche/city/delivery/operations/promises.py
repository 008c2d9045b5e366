"""A decision becomes a promise; a promise is broken, replaced, or found undone years later."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, connection
from django.utils.translation import gettext_lazy as _

from veche.city.delivery import rules
from veche.city.delivery.models import Asked, Promise, Source, Step
from veche.city.delivery.operations.guard import locked
from veche.city.delivery.operations.refusals import (
    AlreadyMade,
    NotAPlanner,
    TitleLength,
    UnknownSource,
)
from veche.city.delivery.procedure import CONTROLLER, PLANNER
from veche.core.cases.models import Case
from veche.core.cases.operations import move_case, open_case, subject
from veche.core.cases.procedure import PROCEDURES
from veche.core.journal.operations import record
from veche.core.moderation.limits import declare
from veche.core.notices.operations import announce, carry_followers, tell_followers
from veche.core.organisations.access import holds
from veche.operation import inside, operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.city.delivery.models import Goal
    from veche.core.organisations.models import Organisation
    from veche.core.people.models import Person
    from veche.core.places.models import Territory

THEME = "promise"
"""The theme of a promise that is about no kind of thing the city knows."""
declare("delivery.verdict", "person", 60, title=_("answers whether a promise was kept"))


@dataclass(frozen=True)
class SourceGiven:
    """Where a promise comes from: a matter of this city, or words and where they stand."""

    kind: Source.Kind
    matter: int | None = None
    """The number of the row of its case: an idea or a vote."""
    text: str = ""
    url: str = ""


@dataclass(frozen=True)
class AskedPerson:
    """Somebody who will be asked whether it was kept."""

    person: int
    why: Asked.Why


_ASK = """
INSERT INTO delivery_asked (promise_id, person_id, why)
SELECT %s, g.person, g.why
FROM unnest(%s::bigint[], %s::text[]) WITH ORDINALITY AS g (person, why, place)
    JOIN people_person p ON p.id = g.person
ORDER BY g.place
ON CONFLICT (promise_id, person_id) DO NOTHING
"""
# Whoever took part in a vote from which it comes; how they voted nobody knows.
_VOTED = """
INSERT INTO delivery_asked (promise_id, person_id, why)
SELECT DISTINCT s.promise_id, e.person_id, 'voted' FROM delivery_source s
    JOIN ballots_rollentry e ON e.vote_id = s.matter_id
    JOIN ballots_part p ON p.entry_id = e.id
WHERE s.promise_id = %s AND s.kind = 'vote' AND e.person_id IS NOT NULL
ON CONFLICT (promise_id, person_id) DO NOTHING
"""


@operation
def make_promise(
    *,
    by: Person | None,
    at: dt.datetime,
    territory: Territory,
    office: Organisation,
    title: str,
    text: str,
    success: str = "",
    goal: Goal | None = None,
    point: tuple[float, float] | None = None,
    sources: Sequence[SourceGiven] = (),
    asked: Sequence[AskedPerson] = (),
    theme: str = "",
    submission: uuid.UUID | None = None,
) -> Promise:
    """Write down what was decided: ``office`` delivers it and writes its steps next.

    Another module calls this where its own decision is made, and has asked there for the right;
    ``by`` is who decided, or nobody. ``point`` is longitude and latitude; ``theme`` the kind of
    thing it is about, as problems name it, so that what is reported of the same kind is shown
    beside it. Those who follow a source follow the promise, and are told.

    Raises:
        AlreadyMade: this submission made one before.
        UnknownSource: a source that is neither a matter nor words.
        veche.texts.TextLength: title or text are too short or too long.
    """
    if submission is not None:
        for number in Promise.objects.filter(submission=submission).values_list(
            "case__number", flat=True
        ):
            raise AlreadyMade(number=number)
    title = sized(" ".join(title.split()), rules.LEAST_TITLE, rules.MOST_TITLE, TitleLength)
    text = sized(text, rules.LEAST_TEXT, rules.MOST_TEXT)
    if any(one.matter is None and not one.text.strip() for one in sources):
        raise UnknownSource
    case = open_case(
        by=by,
        at=at,
        procedure="promise",
        move="make",
        theme=theme or THEME,
        territory=territory,
        organisation=office,
        public={"sources": [one.kind.value for one in sources]},
    )
    promise = Promise(
        case=case,
        title=title,
        text=text,
        success=sized(success, 0, rules.MOST_TEXT),
        goal=goal,
        longitude=point[0] if point else None,
        latitude=point[1] if point else None,
        submission=submission,
    )
    try:
        promise.save(force_insert=True)
    except IntegrityError as error:  # two clicks at the same moment
        raise AlreadyMade(number="") from error
    people = _come_from(promise, sources, asked)
    record(
        kind="delivery.made",
        by=by,
        at=at,
        subject=subject(case),
        public={"title": title, "sources": len(sources), "asked": people},
    )
    matters = [one.matter for one in sources if one.matter is not None]
    for matter in Case.objects.filter(pk__in=matters).order_by("pk"):
        carry_followers(by=by, at=at, case=matter, to=case)
    tell_followers(by=by, at=at, case=case, kind="delivery.made")
    announce(by=by, at=at, case=case, kind="delivery.new")
    return promise


@inside
def _come_from(
    promise: Promise, sources: Sequence[SourceGiven], asked: Sequence[AskedPerson]
) -> int:
    """Keep the sources and those who are asked one day; returns how many these are."""
    Source.objects.bulk_create(
        Source(
            promise=promise,
            kind=one.kind,
            matter_id=one.matter,
            text=" ".join(one.text.split())[:300],
            url=one.url,
        )
        for one in sources
    )
    with connection.cursor() as cursor:
        people = [one.person for one in asked]
        cursor.execute(_ASK, [promise.pk, people, [one.why.value for one in asked]])
        count: int = cursor.rowcount
        cursor.execute(_VOTED, [promise.pk])
        return count + int(cursor.rowcount)


@operation
def decide_promise(
    *,
    by: Person,
    at: dt.datetime,
    territory: Territory,
    office: Organisation,
    title: str,
    text: str,
    sources: Sequence[SourceGiven],
    success: str = "",
    goal: Goal | None = None,
    point: tuple[float, float] | None = None,
    theme: str = "",
    submission: uuid.UUID | None = None,
) -> Promise:
    """A planner or the control department writes down a mayor's word, a programme, a budget or a
    hearing as a promise; the rest is as in `make_promise`.

    Raises:
        NotAPlanner: they plan or control nothing there.
        UnknownSource: nothing is said of where it comes from.
    """
    if not any(holds(by, role, territory, at) for role in (PLANNER, CONTROLLER)):
        raise NotAPlanner
    if not sources:
        raise UnknownSource
    return make_promise(
        by=by, at=at, territory=territory, office=office, title=title, text=text, success=success,
        goal=goal, point=point, sources=sources, theme=theme, submission=submission,
    )  # fmt: skip


@inside
def end_steps(promise: Promise, at: dt.datetime, reason: str) -> None:
    """End the open steps of a promise that ends itself."""
    rows = Step.objects.filter(promise=promise, case__closed_at=None).select_related("case")
    for step in rows.order_by("number"):
        move_case(by=None, at=at, case=step.case, move="end", public={"reason": reason})


@operation
def break_promise(
    *, by: Person, at: dt.datetime, case: Case, text: str, seen: int | None = None
) -> Case:
    """The control department says that a promise is broken, and why.

    Raises:
        veche.texts.TextLength: the words are missing.
        veche.core.cases.operations.NoRoleForMove: only the control department may.
    """
    text = sized(text, rules.LEAST_REASON, rules.MOST_REASON)
    promise = locked(case)
    _may(promise.case, "break", by, at)
    end_steps(promise, at, "broken")
    case = move_case(by=by, at=at, case=case, move="break", seen=seen, public={"text": text})
    tell_followers(by=by, at=at, case=case, kind="delivery.broken")
    announce(by=by, at=at, case=case, kind="delivery.ended")
    return case


@operation
def replace_promise(
    *,
    by: Person,
    at: dt.datetime,
    case: Case,
    text: str,
    title: str,
    new: str,
    success: str = "",
    office: Organisation | None = None,
    seen: int | None = None,
) -> Promise:
    """The control department puts another promise (``title``, ``new``) in the place of one, and
    says why. Its sources, its place and those it asks go over to the new one.

    Raises:
        veche.texts.TextLength: words are missing.
        veche.core.cases.operations.NoRoleForMove: only the control department may.
    """
    text = sized(text, rules.LEAST_REASON, rules.MOST_REASON)
    promise = locked(case)
    _may(promise.case, "replace", by, at)
    given = office or promise.case.organisation
    assert given is not None  # a promise is made to an office
    rows = Asked.objects.filter(promise=promise).values_list("person_id", "why")
    made = make_promise(
        by=by,
        at=at,
        territory=promise.case.territory,
        office=given,
        title=title,
        text=new,
        success=success,
        goal=promise.goal,
        point=(promise.longitude, promise.latitude)
        if promise.longitude is not None and promise.latitude is not None
        else None,
        sources=[
            SourceGiven(Source.Kind(one.kind), one.matter_id, one.text, one.url)
            for one in Source.objects.filter(promise=promise).order_by("id")
        ],
        asked=[AskedPerson(person, Asked.Why(why)) for person, why in rows],
        theme=promise.case.theme,
    )
    end_steps(promise, at, "replaced")
    moved = move_case(
        by=by,
        at=at,
        case=case,
        move="replace",
        seen=seen,
        public={"text": text, "by": made.case.number},
    )
    Promise.objects.filter(pk=promise.pk).update(replaced_by=made)
    carry_followers(by=by, at=at, case=moved, to=made.case)
    tell_followers(by=by, at=at, case=moved, kind="delivery.replaced")
    return made


@operation
def find_undone(
    *, by: Person, at: dt.datetime, case: Case, text: str, seen: int | None = None
) -> Case:
    """The control department finds, years later too, that what was accepted is not done.

    Raises:
        veche.texts.TextLength: the words are missing.
        veche.core.cases.operations.NoRoleForMove: only the control department may.
    """
    text = sized(text, rules.LEAST_REASON, rules.MOST_REASON)
    case = move_case(by=by, at=at, case=case, move="find_undone", seen=seen, public={"text": text})
    tell_followers(by=by, at=at, case=case, kind="delivery.undone")
    announce(by=by, at=at, case=case, kind="delivery.ended")
    return case


def _may(case: Case, move: str, by: Person, at: dt.datetime) -> None:
    """Ask for the right before anything is written in the promise's name."""
    from veche.core.cases.operations import MoveNotPossible, role_holding

    declared = PROCEDURES[case.procedure]
    wanted = declared.move(move, case.state)
    if wanted is None:
        raise MoveNotPossible(state=declared.by_code[case.state].title)
    role_holding(case, wanted.role, wanted.scope, by, at)
