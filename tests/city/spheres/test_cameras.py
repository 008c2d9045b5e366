"""A camera notices something; it counts for nothing until a person has looked."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from tests.cast import START, SmallTown
from tests.city.pulse.world import make_source, make_stream
from veche import clock
from veche.city.pulse.models import Stream
from veche.city.pulse.operations.intake import Row, take
from veche.city.spheres import tasks
from veche.city.spheres.access import NotTheWatch
from veche.city.spheres.models import Camera, CameraEvent
from veche.city.spheres.operations import cameras as operations
from veche.city.spheres.queries import cameras as queries
from veche.core.journal.models import Record
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person
from veche.core.people.operations import add_person

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def stream(town: SmallTown) -> Stream:
    """The events of a camera that was registered for red lights."""
    found = make_stream(make_source("cameras", public=False), "camera-event", symbol="")
    _register(town, thing=found.thing)
    return found


def _register(town: SmallTown, **more: Any) -> Camera:
    words = {"en": "Crossing", "ru": "Перекрёсток", "zh": "路口"}
    values: dict[str, Any] = {
        "code": "crossing", "names": words, "owner": town.roads, "longitude": 49.2,
        "latitude": 53.5, "looks_at": words, "purpose": {"en": "Red lights kill here."},
        "ground": words, "keeps_days": 14, "object_to": "cameras@example.org",
        "since": dt.date(2026, 1, 1), "notices": ["red-light"],
    }  # fmt: skip
    return operations.register_camera(**{"by": None, "at": START} | values | more)


def _notice(stream: Stream, kind: object = "red-light", at: dt.datetime = START) -> None:
    row = Row(stream.pk, at, result={"kind": kind, "sure": 0.8})
    take(by=None, at=at, source=stream.source_id, rows=[row])
    tasks.sweep(at=at)


def _as(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_what_a_camera_tells_waits_for_a_person(town: SmallTown, stream: Stream) -> None:
    _notice(stream)
    _notice(stream, "red-light")
    _notice(stream, "faces", START + HOUR)  # it was never registered for that
    _notice(stream, 17, START + 2 * HOUR)
    event = CameraEvent.objects.get()
    assert (event.kind, event.state, event.sure) == ("red-light", "new", 0.8)
    assert queries.numbers(START - DAY) == (0, 0, 0, 1)
    assert queries.numbers(START - DAY).right is None


def test_what_a_camera_was_not_registered_for_keeps_no_timer_busy(
    town: SmallTown, stream: Stream
) -> None:
    _notice(stream, "faces")
    tasks.sweep(at=START + HOUR / 60)
    assert not Record.objects.filter(kind="spheres.camera-events-taken").exists()


def test_an_event_that_a_person_refutes_counts_for_nothing(town: SmallTown, stream: Stream) -> None:
    _notice(stream)
    event = CameraEvent.objects.get()
    with pytest.raises(operations.SayWhy):
        operations.decide(by=town.operator, at=START, event=event.pk, confirmed=False)
    operations.decide(
        by=town.operator, at=START, event=event.pk, confirmed=False, why="An ambulance."
    )
    assert queries.numbers(START - DAY) == (0, 1, 0, 0)
    with pytest.raises(operations.DecidedAlready):
        operations.decide(by=town.operator, at=START, event=event.pk, confirmed=True)
    operations.undo_decision(by=town.operator, at=START, event=event.pk)
    operations.decide(by=town.operator, at=START, event=event.pk, confirmed=True)
    assert queries.numbers(START - DAY) == (1, 0, 0, 0)


def test_nobody_else_decides(town: SmallTown, stream: Stream) -> None:
    _notice(stream)
    event = CameraEvent.objects.get()
    with pytest.raises(NotTheWatch):
        operations.decide(by=town.moderator, at=START, event=event.pk, confirmed=True)
    with pytest.raises(NotTheWatch):
        _register_by(town)
    assert _as(town.resident).get("/en/spheres/cameras/queue/").status_code == 403
    assert Client().get("/en/spheres/cameras/queue/").status_code == 302


def test_an_operator_of_the_city_keeps_the_register_and_one_of_a_part_does_not(
    town: SmallTown, stream: Stream
) -> None:
    early = START - DAY
    whole, west = (
        add_person(by=None, at=START, name=name, email=f"{name}@example.org") for name in "ab"
    )
    appoint(by=None, at=early, person=whole, role="operator", territory=town.city)
    appoint(by=None, at=early, person=west, role="operator", territory=town.west)
    assert _register(town, by=whole, keeps_days=7).keeps_days == 7
    with pytest.raises(NotTheWatch):
        _register(town, by=west)


def test_who_is_no_operator_any_more_takes_no_decision_back(
    town: SmallTown, stream: Stream
) -> None:
    _notice(stream)
    event = CameraEvent.objects.get()
    person = add_person(by=None, at=START, name="c", email="c@example.org")
    role = appoint(
        by=None, at=START - DAY, person=person, role="operator", territory=town.west,
        until=START + HOUR,
    )  # fmt: skip
    assert role.until is not None
    operations.decide(by=person, at=START, event=event.pk, confirmed=True)
    with pytest.raises(NotTheWatch):
        operations.undo_decision(by=person, at=START + 2 * HOUR, event=event.pk)


def _register_by(town: SmallTown) -> None:
    operations.end_camera(by=town.resident, at=START, code="crossing", until=dt.date(2026, 12, 1))


def test_what_nobody_looked_at_never_counts(town: SmallTown, stream: Stream) -> None:
    _notice(stream)
    late = START + operations.LOOK_HOURS * HOUR
    event = CameraEvent.objects.get()
    with pytest.raises(operations.DecidedAlready):
        operations.decide(by=town.operator, at=late, event=event.pk, confirmed=True)
    tasks.sweep(at=late)
    assert CameraEvent.objects.get().state == "lapsed"
    assert queries.numbers(START - DAY) == (0, 0, 1, 0)


def test_everybody_reads_the_register_and_operators_the_queue(
    town: SmallTown, stream: Stream
) -> None:
    now = clock.now()
    _notice(stream, at=now - HOUR)
    page = Client().get("/en/spheres/cameras/").content.decode()
    assert "The city has 1 camera." in page
    assert "None of them compares faces." in page
    page = Client().get("/en/spheres/cameras/crossing/").content.decode()
    for words in ("Red lights kill here.", "14 days, by its owner", "cameras@example.org"):
        assert words in page
    assert "crossing,roads,49.2,53.5" in Client().get(
        "/en/spheres/cameras/cameras.csv"
    ).content.decode()  # fmt: skip
    operator, event = _as(town.operator), CameraEvent.objects.get()
    queue = operator.get("/en/spheres/cameras/queue/").content.decode()
    assert "A red light was passed" in queue
    url = f"/en/spheres/cameras/events/{event.pk}/"
    operator.post(url, {"answer": "refute"})
    assert CameraEvent.objects.get().state == "new"  # it must be said why
    operator.post(url, {"answer": "refute", "why": "A fire engine."})
    assert CameraEvent.objects.get().state == "refuted"
    operator.post(f"{url}undo/")
    assert CameraEvent.objects.get().state == "new"


def test_a_camera_that_was_taken_down_stays_in_the_register(town: SmallTown) -> None:
    _register(town)
    operations.end_camera(by=None, at=START, code="crossing", until=dt.date(2026, 6, 1))
    page = Client().get("/en/spheres/cameras/crossing/").content.decode()
    assert "It was taken down on" in page
    assert not queries.cameras(START.date()).exists()
