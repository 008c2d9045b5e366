"""A dozen letters and three corrections of the registry, told by operations."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING

from veche.city.appeals import operations
from veche.city.appeals.access import key_digest
from veche.core.cases.terms import calendar, city_zone
from veche.core.files.documents import clean
from veche.core.organisations.models import Holding, Organisation, Responsibility
from veche.core.organisations.operations import appoint_many, make_many_responsible
from veche.core.people.demo import BEFORE
from veche.core.people.models import Person
from veche.core.places.queries import atlas
from veche.core.places.queries.objects import object_of
from veche.core.places.rules import reach

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.town.letters import Act, Correction, Letter, Moment


def load(*, town: ModuleType, at: dt.datetime, report: Callable[[str], None]) -> None:
    """Name the topics, tell the letters and the corrections."""
    from veche.town.letters import corrections, letters
    from veche.town.people import cast, heads, staff

    offices = {o.code: o for o in Organisation.objects.all()}
    _topics(offices, at - BEFORE)
    people = {p.email: p for p in Person.objects.filter(email__isnull=False)}
    actors = {m.key: people[m.email] for m in (*cast(), *staff(), *heads())}
    # Letters about the work of the city itself are answered by whoever brings people together.
    appoint_many(
        by=None,
        at=at - BEFORE,
        holdings=[
            Holding(
                person=actors["facilitator"], role="officer", organisation=offices["city-people"]
            )
        ],
    )
    for letter in letters():
        _tell(letter, actors, at)
    for correction in corrections():
        _correct(correction, actors, offices, at)
    report(f"letters: {len(letters())}, corrections: {len(corrections())}")


def _topics(offices: Mapping[str, Organisation], at: dt.datetime) -> None:
    from veche.town.letters import topics

    operations.set_topics(by=None, at=at, topics=[(one.code, one.names) for one in topics()])
    home = atlas().home()
    assert home is not None
    make_many_responsible(
        by=None,
        at=at,
        rows=[
            Responsibility(theme=one.code, territory=home, organisation=offices[one.office])
            for one in topics()
        ],
    )


def _when(at: dt.datetime) -> Callable[[Moment], dt.datetime]:
    """Moments of the town, seen from ``at``."""
    zone = city_zone()
    return lambda moment: moment.before(at, zone)


def _tell(letter: Letter, actors: Mapping[str, Person], at: dt.datetime) -> None:
    author, when = actors.get(letter.who), _when(at)
    paper = letter.paper
    case = operations.write(
        by=author,
        at=when(letter.written),
        submission=uuid.uuid5(uuid.NAMESPACE_URL, f"letter:{letter.key}"),
        kind=letter.kind,
        title=letter.title,
        text=letter.text,
        topic=letter.topic,
        public=letter.public,
        author_key=None if author else key_digest(f"the demo's letter {letter.key}"),
        documents=[clean(paper[1].encode(), paper[0])] if paper else (),
    ).case
    if letter.accept:
        case = operations.accept(by=actors["moderator"], at=when(letter.accept.ago), case=case)
    if act := letter.reject:
        operations.reject(
            by=actors["moderator"], at=when(act.ago), case=case, reason=act.code, text=act.text
        )
    if act := letter.later:
        _later(case, act, actors, when(act.ago))
    if act := letter.answer:
        case = operations.answer(by=actors[act.who], at=when(act.ago), case=case, text=act.text)
    if act := letter.refuse:
        operations.refuse(
            by=actors[act.who], at=when(act.ago), case=case, reason=act.code, text=act.text
        )
    if act := letter.rate:
        operations.rate(
            by=author, at=when(act.ago), case=case, satisfaction=act.code, text=act.text
        )


def _later(case: Case, act: Act, actors: Mapping[str, Person], at: dt.datetime) -> None:
    """An officer asks for two weeks more, and the head signs it on the day after."""
    assert case.promised_at is not None
    days = calendar()
    until = (case.promised_at + dt.timedelta(days=14)).astimezone(days.zone).date()
    while not days.works(until):
        until += dt.timedelta(days=1)
    operations.ask_later(
        by=actors[act.who], at=at, case=case, reason=act.code, text=act.text, until=until
    )
    head = actors[act.who.replace("staff-", "head-")]
    operations.sign_later(by=head, at=at + dt.timedelta(days=1), case=case)


def _correct(
    told: Correction,
    actors: Mapping[str, Person],
    offices: Mapping[str, Organisation],
    at: dt.datetime,
) -> None:
    near, when = object_of(told.kind, told.near), _when(at)
    missing = told.what == "missing"
    wide, tall = reach(near.latitude, 1.0)
    case = operations.propose(
        by=actors[told.who],
        at=when(told.proposed),
        submission=uuid.uuid5(uuid.NAMESPACE_URL, f"correction:{told.key}"),
        what=told.what,
        kind=near.kind,
        thing=None if missing else near,
        longitude=near.longitude + told.metres[0] * wide if missing else None,
        latitude=near.latitude + told.metres[1] * tall if missing else None,
        owner=offices.get(told.owner),
        note=told.note,
    ).case
    if act := told.repair:
        operations.repair(by=actors["registrar"], at=when(act.ago), case=case, text=act.text)
    if act := told.keep:
        operations.keep(
            by=actors["registrar"], at=when(act.ago), case=case, reason=act.code, text=act.text
        )
