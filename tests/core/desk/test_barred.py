"""A case that is kept from somebody: the desk knows nothing of it, and they cannot move it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import SmallTown, small_town

from veche import clock
from veche.city.problems import operations as problems
from veche.city.problems.models import Problem
from veche.core.cases.models import Barred, CaseEvent
from veche.core.cases.operations import (
    Bar,
    MayNotKnow,
    bar_case,
    move_case,
    set_barred,
    unbar_case,
)
from veche.core.cases.operations.many import judge
from veche.core.cases.procedure import PROCEDURES
from veche.core.organisations.models import Holding
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person


@pytest.fixture
def town(db: None) -> SmallTown:
    return small_town()


def in_work(town: SmallTown, text: str) -> Problem:
    at = clock.now() - dt.timedelta(days=2)
    problem = town.report(at=at, text=text)
    problems.accept(by=town.moderator, at=at + dt.timedelta(minutes=5), case=problem.case)
    problem.case.refresh_from_db()
    return problem


def asked(person: Person, address: str) -> tuple[str, int]:
    """The page, and how many queries it took."""
    client = Client()
    client.force_login(person)
    client.get("/en/desk/")
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(f"/en/desk/{address}")
        body = b"".join(answer) if answer.streaming else answer.content
    assert answer.status_code == 200, address
    return body.decode(), len(queries)


def test_the_desk_knows_nothing_of_what_is_kept_from_somebody(town: SmallTown) -> None:
    kept, other = in_work(town, "The bench of Zorin is broken."), in_work(town, "A wide hole.")
    number = kept.case.number
    before, took = asked(town.officer, "")
    assert number in before and other.case.number in before
    row = bar_case(by=None, at=clock.now(), case=kept.case, person=town.officer, why="test")
    for address in ("", "?q=Zorin", "?sort=newest", f"?open={number}", "desk.csv", "print/"):
        text, queries = asked(town.officer, address)
        assert number not in text.replace(f"open={number}", "") and "bench" not in text, address
        if not address:
            assert other.case.number in text and queries <= took
    client = Client()
    client.force_login(town.officer)
    for address in (f"{number}/", f"{number}/answer/"):
        assert client.get(f"/en/desk/{address}").status_code == 404, address
    unbar_case(by=None, at=clock.now(), case=kept.case, person=town.officer, why="test")
    row.refresh_from_db()
    assert row.until is not None
    assert number in asked(town.officer, "")[0]


def test_who_is_barred_moves_nothing_but_for_their_own_side(town: SmallTown) -> None:
    case = in_work(town, "A wide hole.").case
    at = clock.now()
    bar_case(by=None, at=at, case=case, person=town.officer, why="test")
    bar_case(by=None, at=at, case=case, person=town.officer, why="test")  # twice is once
    with pytest.raises(MayNotKnow):
        move_case(by=town.officer, at=at, case=case, move="answer")
    with pytest.raises(MayNotKnow):  # nor is told where it stands
        move_case(by=town.officer, at=at, case=case, move="accept", seen=99)
    _ready, refused = judge(by=town.officer, at=at, cases=[case], move="answer")
    assert isinstance(refused[case.pk], MayNotKnow)
    role = Holding.objects.get(person=town.officer)
    declared = PROCEDURES[case.procedure].move("answer", case.state)
    assert declared is not None
    target = declared.target
    step = CaseEvent(
        case=case, seq=case.seq + 1, move="answer", source=case.state, target=target, at=at,
        actor=town.officer, holding=role, organisation_id=case.organisation_id,
    )  # fmt: skip
    with pytest.raises(DatabaseError, match="may not know"), transaction.atomic():
        step.save(force_insert=True)
    # Somebody else moves it; and they themselves, for the side they are on.
    mate = Person.objects.create(name="Mate", email="mate@example.org")
    appoint(by=None, at=at, person=mate, role="officer", organisation=town.roads)
    assert judge(by=mate, at=at, cases=[case], move="answer")[0]
    wanted = [Bar(case.pk, town.officer.pk, town.roads.pk)]
    assert set_barred(by=None, at=at, why="test", wanted=wanted, cases=[case.pk]) == (1, 1)
    assert set_barred(by=None, at=at, why="test", wanted=wanted, cases=[case.pk]) == (0, 0)
    assert judge(by=town.officer, at=at, cases=[case], move="answer")[0]
    with transaction.atomic():
        step.save(force_insert=True)
    assert set_barred(by=None, at=at, why="test", wanted=[], people=[mate.pk]) == (0, 0)
    assert set_barred(by=None, at=at, why="test", wanted=[], people=[town.officer.pk]) == (0, 1)
    assert not Barred.objects.filter(until__isnull=True).exists()
