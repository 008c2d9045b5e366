"""A camera says that the way for fire engines is blocked; a person looks and refutes it, and it
counts for nothing. What nobody looks at never counts."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from tests.cast import START, small_town
from tests.city.pulse.story import DAY, HOUR, MINUTE, Writer, page

from veche import clock
from veche.city.pulse.models import Reading
from veche.city.spheres import tasks
from veche.city.spheres.models import CameraEvent
from veche.city.spheres.operations.cameras import register_camera
from veche.core.journal.models import Record

pytestmark = pytest.mark.django_db
TRUTH = "OM_Observation"
SAID = {"kind": "blocked-way", "sure": 0.93}


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> dict[str, dt.datetime]:
    """The city's moment, which the story turns."""
    held = {"at": START}
    monkeypatch.setattr(clock, "now", lambda: held["at"])
    return held


def test_a_camera_event_that_a_person_refutes(now: dict[str, dt.datetime]) -> None:
    town = small_town()
    yard = Writer(town, "yard", public=False)
    events = yard.thing(
        "Camera of the yard", "camera-event",
        observationType=f"http://www.opengis.net/def/observationType/OGC-OM/2.0/{TRUTH}",
    )  # fmt: skip
    register_camera(
        by=None, at=START, code="yard-1", owner=town.roads, longitude=49.25,
        latitude=53.5, keeps_days=5, object_to="cameras@example.org", since=START.date(),
        names={"en": "Camera of the yard", "ru": "Камера двора", "zh": "院落摄像头"},
        looks_at={"en": "the gate", "ru": "ворота", "zh": "大门"},
        purpose={"en": "To keep the way for fire engines free.", "ru": "Проезд.", "zh": "通道。"},
        ground={"en": "The fire rules.", "ru": "Правила.", "zh": "规定。"},
        notices=["blocked-way"], thing=events.thing,
    )  # fmt: skip
    register = page("spheres/cameras/yard-1/")
    assert "To keep the way for fire engines free." in register
    assert "Nobody has had anything to look at yet." in register

    # It tells three times what it was registered for, and once what it was not.
    now["at"] = START + HOUR
    told = [(START + n * MINUTE, SAID) for n in (1, 2, 3)]
    yard.tell(events, [*told, (START + 4 * MINUTE, {"kind": "crowd"})])
    tasks.sweep(at=now["at"])
    tasks.sweep(at=now["at"])
    assert Reading.objects.count() == 4
    waiting = list(CameraEvent.objects.order_by("at"))
    assert [(one.kind, one.state, one.sure) for one in waiting] == [
        ("blocked-way", "new", 0.93)
    ] * 3

    # Nothing counts yet, and only those who watch see what waits.
    assert "yard-1" not in page("spheres/cameras/cameras.csv").split("\n", 1)[0]
    visitor, resident, operator = Client(), Client(), Client()
    resident.force_login(town.resident)
    operator.force_login(town.operator)
    queue = "/en/spheres/cameras/queue/"
    assert visitor.get(queue).status_code == 302 and resident.get(queue).status_code == 403
    assert "3 events wait for a person" in operator.get(queue).content.decode()

    # The operator looks: a taxi let an old man out. Without a word it is not taken.
    first, second, third = waiting
    address = f"/en/spheres/cameras/events/{first.pk}/"
    operator.post(address, {"answer": "refute", "why": ""})
    first.refresh_from_db()
    assert first.state == "new"
    operator.post(address, {"answer": "refute", "why": "A taxi let an old man out."})
    operator.post(f"/en/spheres/cameras/events/{second.pk}/", {"answer": "confirm", "why": ""})
    first.refresh_from_db()
    assert (first.state, first.decided_by) == ("refuted", town.operator)
    assert Record.objects.filter(kind__startswith="spheres.camera", actor=town.operator.pk).exists()
    assert "A taxi let an old man out." in operator.get(queue).content.decode()

    # A second look: they take it back, and refute it again.
    operator.post(f"{address}undo/")
    first.refresh_from_db()
    assert first.state == "new"
    operator.post(address, {"answer": "refute", "why": "A taxi let an old man out."})

    # The third nobody looks at for three days: it lapses, and nobody can count it afterwards.
    now["at"] = START + 4 * DAY
    tasks.sweep(at=now["at"])
    operator.post(f"/en/spheres/cameras/events/{third.pk}/", {"answer": "confirm", "why": ""})
    states = list(CameraEvent.objects.order_by("at").values_list("state", flat=True))
    assert states == ["refuted", "confirmed", "lapsed"]

    # Everybody reads how often the camera was right.
    register = page("spheres/cameras/yard-1/")
    assert "a person looked at 2 events; 50" in register
    assert "A taxi" not in register
