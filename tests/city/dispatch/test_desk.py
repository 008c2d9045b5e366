"""Incidents and parts stand in the one queue, with the steps of whoever sits there."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.cast import START
from tests.city.dispatch.conftest import Ground, minutes
from veche.city.dispatch import personal
from veche.city.dispatch.desk import DESK
from veche.city.dispatch.operations import incidents
from veche.city.dispatch.procedure import INCIDENT, TASK
from veche.core.desk.adapter import actions_for
from veche.core.organisations.queries import holdings


def test_every_action_is_a_declared_move() -> None:
    declared = {move.name for procedure in (INCIDENT, TASK) for move in procedure.moves}
    assert {one.move for one in DESK.actions} <= declared


def test_each_is_offered_their_own_steps(ground: Ground) -> None:
    incident = ground.in_work()
    task = ground.helped(incident, at=START + minutes(4))

    def offered(who: str, thing: object) -> list[str]:
        held = holdings(getattr(ground.town, who), START + minutes(5))
        return [one.move for one in actions_for(thing.case, held)]  # type: ignore[attr-defined]

    assert offered("officer", incident) == ["begin", "say_done", "postpone"]
    assert offered("light_officer", task) == ["accept", "refuse"]
    assert offered("light_officer", incident) == []
    begun = incidents.begin(by=ground.town.officer, at=START + minutes(5), incident=incident)
    assert offered("officer", begun) == ["say_done", "postpone"]


def test_from_the_queue_to_the_end(ground: Ground, client: Client) -> None:
    town = ground.town
    incident = ground.report(drill=False, vulnerable="old")
    drill = ground.report(drill=True, title="Only rehearsed")
    number = incident.case.number
    client.force_login(town.dispatcher)
    page = client.get("/en/desk/").content.decode()
    assert incident.title in page and "DRILL: Only rehearsed" in page
    panel = client.get(f"/en/desk/{number}/")
    assert panel.status_code == 200 and "old people" in panel.content.decode()

    def step(move: str, **given: str) -> int:
        return client.post(f"/en/desk/{number}/{move}/", given).status_code

    assert step("verify", severity="3", vulnerable="old") == 302
    assert step("dispatch", lead="roads") == 302
    client.force_login(town.officer)
    assert step("accept") == 302
    assert step("say_done", text="Pumped dry.") == 302
    client.force_login(town.dispatcher)
    assert step("close") == 302
    incident.case.refresh_from_db()
    assert incident.case.state == "closed"
    assert drill.case.state == "reported"


@pytest.mark.parametrize("who", ["dispatcher", "officer", "resident"])
def test_what_is_held_about_a_person(ground: Ground, who: str) -> None:
    incident = ground.in_work()
    ground.helped(incident, at=START + minutes(4))
    incidents.note(by=ground.town.officer, at=START + minutes(5), incident=incident, text="Gas.  .")
    incidents.look(by=ground.town.dispatcher, at=START + minutes(5), incident=incident)
    held = personal.collect(getattr(ground.town, who))
    sizes = {name: len(held[name]) for name in ("log", "asked", "looks")}
    assert (
        sizes
        == {
            "dispatcher": {"log": 1, "asked": 1, "looks": 1},
            "officer": {"log": 1, "asked": 0, "looks": 0},
            "resident": {"log": 0, "asked": 0, "looks": 0},
        }[who]
    )
