"""Things are told what to do from afar; what can hurt needs two persons."""

from __future__ import annotations

import base64
import datetime as dt
import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.cast import START, SmallTown
from tests.city.pulse.world import make_source, make_stream
from veche import clock
from veche.city.pulse.operations.keys import make_key
from veche.city.spheres import tasks as timers
from veche.city.spheres.access import NotTheWatch
from veche.city.spheres.models import Task, TaskingCapability
from veche.city.spheres.operations import tasks
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person
from veche.core.people.operations import add_person

pytestmark = pytest.mark.django_db
RECORD = {
    "type": "DataRecord",
    "field": [{"name": "pump", "type": "Boolean", "label": "Pump"}],
}


def _capability(town: SmallTown, *, hurts: bool, source: str = "pumps") -> TaskingCapability:
    stream = make_stream(make_source(source), "vibration", territory=town.west)
    return tasks.add_capability(
        by=None, at=START, thing=stream.thing, code=f"{source}-{hurts}".lower(), hurts=hurts,
        names={"en": "Pump"}, actuator="Pump controller", parameters=RECORD,
    )  # fmt: skip


def _order(town: SmallTown, one: TaskingCapability, at: dt.datetime = START) -> Task:
    return tasks.order(
        by=town.operator, at=at, capability=one.pk, parameters={"pump": False}, why="Repair"
    )


@pytest.fixture
def second(town: SmallTown) -> Person:
    """Another operator, of the west of the city only."""
    made = add_person(by=None, at=START, name="Second", email="second@example.org")
    early = START - dt.timedelta(days=9)
    appoint(by=None, at=early, person=made, role="operator", territory=town.west)
    return made


def test_what_cannot_hurt_is_ordered_by_one(town: SmallTown) -> None:
    task = _order(town, _capability(town, hurts=False))
    assert task.state == "created"
    told = tasks.tell_task(
        by=None, at=START, task=task.pk, source=task.capability.source_id, state="completed"
    )
    assert told.ended_at == START
    assert [c.state for c in task.changes.order_by("pk")] == ["created", "completed"]


def test_what_can_hurt_waits_for_another_person(town: SmallTown, second: Person) -> None:
    one = _capability(town, hurts=True)
    task = _order(town, one)
    assert task.state == "waits"
    with pytest.raises(tasks.TaskOver):
        tasks.tell_task(by=None, at=START, task=task.pk, source=one.source_id, state="completed")
    with pytest.raises(tasks.SamePerson):
        tasks.agree(by=town.operator, at=START, task=task.pk)
    with pytest.raises(NotTheWatch):
        tasks.agree(by=town.analyst, at=START, task=task.pk)
    with pytest.raises(tasks.BusyThing):
        _order(town, one)
    agreed = tasks.agree(by=second, at=START, task=task.pk)
    assert (agreed.state, agreed.agreed_by) == ("created", second)


def test_an_order_that_nobody_carries_out_becomes_void(town: SmallTown) -> None:
    one = _capability(town, hurts=False)
    task = _order(town, one)
    late = START + dt.timedelta(seconds=one.seconds)
    with pytest.raises(tasks.TaskOver):
        tasks.tell_task(by=None, at=late, task=task.pk, source=one.source_id, state="running")
    timers.sweep(at=late)
    task.refresh_from_db()
    assert (task.state, task.ended_at) == ("timed-out", task.until)
    assert _order(town, one, late).state == "created"


def test_an_order_is_taken_back(town: SmallTown, second: Person) -> None:
    task = _order(town, _capability(town, hurts=True))
    assert tasks.refuse_task(by=town.operator, at=START, task=task.pk).state == "rejected"
    with pytest.raises(tasks.TaskOver):
        tasks.agree(by=second, at=START, task=task.pk)


def test_a_person_of_the_west_does_not_switch_the_east(town: SmallTown, second: Person) -> None:
    stream = make_stream(make_source("east"), "vibration", territory=town.east)
    one = tasks.add_capability(
        by=None, at=START, thing=stream.thing, code="east", hurts=False, names={"en": "Pump"},
        actuator="Pump controller", parameters=RECORD,
    )  # fmt: skip
    with pytest.raises(NotTheWatch):
        tasks.order(by=second, at=START, capability=one.pk, parameters={"pump": True})


def test_the_pages_order_agree_and_keep_the_log(town: SmallTown, second: Person) -> None:
    one = _capability(town, hurts=True)
    first, other = Client(), Client()
    first.force_login(town.operator, backend="django.contrib.auth.backends.ModelBackend")
    other.force_login(second, backend="django.contrib.auth.backends.ModelBackend")
    url = f"/en/spheres/switching/{one.code}/"
    assert first.post(url, {"p_pump": "false"}).status_code == 422
    assert first.post(url, {"p_pump": "false", "why": "A bearing"}).status_code == 302
    task = Task.objects.get()
    assert task.parameters == {"pump": False}
    page = first.get(url).content.decode()
    assert "Another operator must agree." in page
    assert "1 order waits for a second person." in first.get(
        "/en/spheres/switching/"
    ).content.decode()  # fmt: skip
    agree = f"/en/spheres/switching/orders/{task.pk}/agree/"
    first.post(agree)
    assert Task.objects.get().state == "waits"
    other.post(agree)
    assert Task.objects.get().state == "created"
    page = other.get(url).content.decode()
    assert "A bearing" in page
    assert "waits for a second person" in page
    stranger = Client()
    stranger.force_login(town.resident, backend="django.contrib.auth.backends.ModelBackend")
    assert stranger.get(url).status_code == 403
    assert stranger.post(agree).status_code == 403
    assert Client().get(url).status_code == 302


class _System:
    """A system with the key of a source."""

    def __init__(self, town: SmallTown, one: TaskingCapability) -> None:
        _key, told = make_key(by=None, at=START, source=one.source, name="controller")
        given = base64.b64encode(f"{one.source.code}:{told}".encode()).decode()
        self.headers = {"Authorization": f"Basic {given}"}

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        answer: HttpResponse = getattr(Client(), method)(
            f"/sensorthings/v1.1/{path}",
            **({"data": json.dumps(body), "content_type": "application/json"} if body else {}),
            headers=self.headers,
        )
        return answer.status_code, json.loads(answer.content or b"null")


def test_a_system_orders_and_tells_by_sensorthings_tasking(town: SmallTown) -> None:
    one = _capability(town, hurts=False)
    system = _System(town, one)
    status, found = system.ask("get", f"Things({one.thing_id})/TaskingCapabilities?$count=true")
    assert (status, found["@iot.count"]) == (200, 1)
    assert found["value"][0]["taskingParameters"] == RECORD
    body = {
        "TaskingCapability": {"@iot.id": one.pk}, "taskingParameters": {"pump": True},
    }  # fmt: skip
    status, made = system.ask("post", "Tasks", body)
    assert (status, made["status"]) == (201, "created")
    assert system.ask("post", "Tasks", body)[0] == 409  # one at a time
    path = f"Tasks({made['@iot.id']})"
    assert system.ask("patch", path, {"status": "waits"})[0] == 422
    assert system.ask("patch", path, {"status": "completed", "answer": "ok"})[1]["answer"] == "ok"
    assert system.ask("patch", path, {"status": "completed"})[0] == 409
    status, found = system.ask("get", f"TaskingCapabilities({one.pk})/Tasks")
    assert [t["status"] for t in found["value"]] == ["completed"]
    assert system.ask("get", "Actuators")[1]["value"][0]["name"] == "Pump controller"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("Tasks", {"taskingParameters": {"pump": True}}, 400),
        ("Tasks", {"TaskingCapability": {"@iot.id": 10**30}, "taskingParameters": {}}, 422),
        ("Tasks", {"TaskingCapability": {"@iot.id": 999999}, "taskingParameters": {}}, 404),
        ("Tasks", {"TaskingCapability": 5, "taskingParameters": []}, 400),
        ("Actuators", {"name": "x"}, 405),
        ("Things(9999999999999999999)/TaskingCapabilities", {"name": "x"}, 404),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(
    town: SmallTown, path: str, body: Any, status: int
) -> None:
    found, told = _System(town, _capability(town, hurts=False)).ask("post", path, body)
    assert found == status
    assert told["message"]


def test_another_key_or_none_reaches_nothing(town: SmallTown) -> None:
    one = _capability(town, hurts=True)
    other = _System(town, _capability(town, hurts=False, source="lamps"))
    body = {"TaskingCapability": {"@iot.id": one.pk}, "taskingParameters": {"pump": True}}
    assert other.ask("post", "Tasks", body)[0] == 403
    answer = Client().post(
        "/sensorthings/v1.1/Tasks", json.dumps(body), content_type="application/json"
    )
    assert answer.status_code == 401
    task = _order(town, one, clock.now())
    assert other.ask("patch", f"Tasks({task.pk})", {"status": "completed"})[0] == 403
    one.source.public = False
    one.source.save()
    assert Client().get(f"/sensorthings/v1.1/Tasks({task.pk})").status_code == 404
    assert other.ask("get", f"Tasks({task.pk})")[0] == 404
