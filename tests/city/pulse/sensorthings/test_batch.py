"""Several requests in one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cast import SmallTown
from tests.city.pulse.sensorthings.world_writes import System, stamp, station, stream_document
from veche.city.pulse.models import Reading, Stream, Thing

pytestmark = pytest.mark.django_db


@pytest.fixture
def system(town: SmallTown) -> System:
    return System()


def batch(system: System, *requests: dict[str, Any], **headers: str) -> list[dict[str, Any]]:
    """The answers to these requests in one."""
    answer = system.ask("POST", "$batch", {"requests": list(requests)}, **headers)
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = json.loads(answer.content)["responses"]
    return found


def post(name: str, url: str, body: Any, **more: str) -> dict[str, Any]:
    return {"id": name, "method": "post", "url": url, "body": body} | more


def test_later_requests_build_on_earlier_ones(system: System) -> None:
    told = batch(
        system,
        post("thing", "Things", station(Datastreams=[])),
        post("stream", "$thing/Datastreams", stream_document()),
        post(
            "reading",
            "/v1.1/Observations",
            {"result": 5, "phenomenonTime": stamp(1), "Datastream": {"@iot.id": "$stream"}},
        ),
        {"id": "look", "method": "get", "url": "$thing/Datastreams?$select=name&$count=true"},
    )
    assert [(one["id"], one["status"]) for one in told] == [
        ("thing", 201), ("stream", 201), ("reading", 201), ("look", 200),
    ]  # fmt: skip
    assert told[3]["body"]["@iot.count"] == 1
    assert told[3]["body"]["value"][0]["name"] == "Temperature"
    assert Reading.objects.get().stream == Stream.objects.get()


def test_a_group_is_done_whole_or_not_at_all(system: System) -> None:
    told = batch(
        system,
        post("a", "Things", {"name": "alone"}),
        post("b", "Things", {"name": "first"}, atomicityGroup="g"),
        post("c", "Things", {"nameless": 1}, atomicityGroup="g"),
        post("d", "Things", {"name": "third"}, atomicityGroup="g"),
        post("e", "$b/Datastreams", stream_document()),
        post("f", "Things", {"name": "whole"}, atomicityGroup="h"),
        post("g", "Things", {"name": "whole too"}, atomicityGroup="h"),
    )
    assert [one["status"] for one in told] == [201, 424, 400, 424, 404, 201, 201]
    assert sorted(Thing.objects.values_list("name", flat=True)) == ["alone", "whole", "whole too"]


def test_whoever_has_no_key_reads_in_it_and_writes_nothing(system: System) -> None:
    number = system.make("Things", station())
    told = batch(
        system,
        {"id": 1, "method": "GET", "url": f"Things({number})"},
        post("2", "Things", {"name": "x"}),
        {"id": 3, "method": "DELETE", "url": f"Things({number})"},
        Authorization="",
    )
    assert [one["status"] for one in told] == [200, 401, 401]
    assert Thing.objects.count() == 1


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        {"requests": 5},
        {"requests": [{"method": "get", "url": "Things"}]},
        {"requests": [{"id": "1", "method": "sing", "url": "Things"}]},
        {"requests": [{"id": "1", "method": "get"}]},
        {"requests": [{"id": "1", "method": "get", "url": "Things", "headers": []}] * 1001},
    ],
)
def test_what_is_no_batch_is_refused(system: System, document: Any) -> None:
    assert system.ask("POST", "$batch", document).status_code == 400


def test_a_batch_in_a_batch_is_refused(system: System) -> None:
    [told] = batch(system, post("1", "$batch", {"requests": []}))
    assert told["status"] == 405


def test_all_kinds_of_changes_go_through_it(system: System) -> None:
    number = system.make("Things", station())
    steps = [{"op": "replace", "path": "/properties/district", "value": "North"}]
    told = batch(
        system,
        {
            "id": "1",
            "method": "patch",
            "url": f"Things({number})",
            "headers": {"Content-Type": "application/json-patch+json"},
            "body": steps,
        },
        {"id": "2", "method": "put", "url": f"Things({number})", "body": {"name": "New"}},
        {"id": "3", "method": "delete", "url": f"Things({number})"},
        {"id": "4", "method": "get", "url": f"Things({number})"},
    )
    assert [one["status"] for one in told] == [200, 200, 200, 404]
    assert told[0]["body"]["properties"] == {"district": "North"}


def test_a_batch_has_an_end(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand long questions of nobody's: what is not begun in time is refused by itself."""
    monkeypatch.setattr("veche.city.pulse.sensorthings.batch.LONGEST", -1.0)
    asked = [{"id": str(n), "method": "get", "url": "Things"} for n in range(2)]
    told = batch(system, *asked, post("g", "Things", {"name": "late"}, atomicityGroup="g"))
    assert [one["status"] for one in told] == [400, 400, 400]
    assert not Thing.objects.filter(name="late").exists()
