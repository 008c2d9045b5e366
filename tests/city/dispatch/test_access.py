"""Who reads behind the public page, who decides, and what happens by itself at a term."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.cast import START
from tests.city.dispatch.conftest import EARLY, Ground, minutes
from veche.city.dispatch.access import (
    NotATeller,
    NotInside,
    UnknownIncident,
    decides,
    incident_for,
    inside,
)
from veche.city.dispatch.models import IncidentLook
from veche.city.dispatch.operations import incidents
from veche.core.cases.operations import NoRoleForMove, advance
from veche.core.organisations.operations import appoint
from veche.core.organisations.queries import holdings

INSIDE = {"dispatcher", "watch", "officer", "head", "controller", "mayor", "light_officer"}
DECIDES = {"dispatcher", "watch"}


@pytest.mark.parametrize(
    "who",
    [*sorted(INSIDE), "resident", "moderator", "arbiter", "analyst", "steward", "planner"],
)
def test_who_is_inside_and_who_decides(ground: Ground, who: str) -> None:
    incident = ground.in_work()
    ground.helped(incident, at=START + minutes(4))
    held = holdings(getattr(ground.town, who), START + minutes(5))
    assert inside(held, incident) == (who in INSIDE)
    assert decides(incident, held) == (who in DECIDES)
    if who in INSIDE:
        return
    for hidden in (ground.report(kind=ground.secret), ground.report(drill=True)):
        with pytest.raises(UnknownIncident):
            incident_for(hidden.case.number, held)


def test_a_dispatcher_of_another_district_is_outside(ground: Ground) -> None:
    town, incident = ground.town, ground.report()
    appoint(by=None, at=EARLY, person=town.neighbour, role="dispatcher", territory=town.east)
    held = holdings(town.neighbour, START)
    assert not inside(held, incident) and not decides(incident, held)
    with pytest.raises(NotInside):
        incidents.look(by=town.neighbour, at=START, incident=incident)
    with pytest.raises(NotATeller):
        ground.report(by=town.resident)


def test_looks_within_five_minutes_are_one_and_the_first_is_told(ground: Ground) -> None:
    town, incident = ground.town, ground.report()
    assert incidents.look(by=town.mayor, at=START + minutes(1), incident=incident)
    incident.refresh_from_db()
    assert incident.seen_at is None  # the mayor is no dispatcher
    for n, new in ((2, True), (3, False), (6.9, False), (8, True)):
        at = START + minutes(n)
        assert incidents.look(by=town.dispatcher, at=at, incident=incident) is new
        incident.refresh_from_db()
        assert incident.seen_at == START + minutes(2)
    assert IncidentLook.objects.filter(incident=incident).count() == 3


def test_what_nobody_evaluates_is_evaluated_by_its_times(ground: Ground) -> None:
    incident = ground.closed()
    due = incident.case.due_at
    assert due == START + minutes(20) + dt.timedelta(days=10)
    advance(at=due - minutes(1))
    incident.case.refresh_from_db()
    assert incident.case.state == "closed"
    advance(at=due + minutes(1))
    incident.refresh_from_db()
    incident.case.refresh_from_db()
    assert (incident.case.state, incident.evaluated_at) == ("evaluated", due + minutes(1))
    with pytest.raises(NoRoleForMove):
        other = ground.closed()
        incidents.evaluate_by_times(by=ground.town.controller, at=due, case=other.case)


def test_opening_again_blanks_nothing(ground: Ground) -> None:
    town, incident = ground.town, ground.closed()
    ended = incident.ended_at
    again = incidents.reopen(
        by=town.dispatcher, at=START + minutes(30), incident=incident, text="Water again."
    )
    assert (again.case.state, again.reopened, again.ended_at) == ("verified", 1, ended)
    assert again.lead is None
    at = START + minutes(31)
    incidents.dispatch(by=town.dispatcher, at=at, incident=again)
    incidents.accept(by=town.officer, at=at, incident=again)
    incidents.say_done(by=town.officer, at=at, incident=again, text="Pumped dry.")
    closed = incidents.close(by=town.dispatcher, at=START + minutes(40), incident=again)
    assert closed.ended_at == START + minutes(40)
    assert closed.accepted_at == START + minutes(3)
