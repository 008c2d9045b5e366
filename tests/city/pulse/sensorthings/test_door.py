"""The native door for readings: what it takes and refuses, and that nothing is said too early."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection, connections

from tests.cast import small_town
from tests.city.ballots.doors import Answer, ask
from tests.city.pulse.sensorthings.world_writes import BASE, System, stamp, station, stream_document
from veche import native as native_http
from veche.city.pulse import native
from veche.city.pulse.models import FeatureOfInterest, Reading, Refusal, Stream
from veche.city.pulse.operations.doors import take_singles
from veche.city.pulse.operations.keys import withdraw_key
from veche.city.pulse.sensorthings import door as door_file
from veche.city.pulse.sensorthings import door_writer
from veche.city.pulse.sensorthings.door import Door, build
from veche.core.journal.models import Record
from veche.project.asgi import Router

pytestmark = pytest.mark.django_db(transaction=True)

Asked = tuple[str, Any]


@pytest.fixture
def system() -> System:
    small_town()
    return System()


@pytest.fixture
def stream(system: System) -> Stream:
    return Stream.objects.get(thing=system.make("Things", station()))


def through(system: System | None, asked: Sequence[Asked], **headers: str) -> list[Answer]:
    """What a door answers to all of them at once."""
    door = build()
    if system is not None:
        headers.setdefault("authorization", f"Bearer {system.told}")
    return asyncio.run(all_of(door, asked, {"host": "testserver", **headers}))


async def all_of(door: Door, asked: Sequence[Asked], headers: dict[str, str]) -> list[Answer]:
    async def pages(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 299, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    found = native.doors()["POST sensorthings"]
    router = Router(
        pages,
        10**9,
        native={"POST sensorthings": lambda path: door if found(path) is not None else None},
    )
    try:
        return await asyncio.gather(
            *(
                ask(
                    router,
                    BASE + path,
                    method="POST",
                    headers=headers,
                    body=body if isinstance(body, bytes) else json.dumps(body).encode(),
                )
                for path, body in asked
            )
        )
    finally:
        await door.end()


def path_of(stream: Stream) -> str:
    return f"Datastreams({stream.pk})/Observations"


def test_many_are_written_at_once_and_each_has_its_link(system: System, stream: Stream) -> None:
    before = Record.objects.count()
    asked: list[Asked] = [
        (path_of(stream), {"result": n, "phenomenonTime": stamp(n + 1)}) for n in range(20)
    ]
    asked += [("Observations", {"result": 50, "Datastream": {"@iot.id": stream.pk}})] * 2
    answers = through(system, asked)
    assert {answer.status for answer in answers} == {201}
    numbers = [answer.told["@iot.id"] for answer in answers]
    assert len(set(numbers)) == 22, "two readings without a time are two"
    for answer, number in zip(answers, numbers, strict=True):
        link = answer.headers[b"location"].decode()
        assert (
            link == f"http://testserver{BASE}Observations({number})" == answer.told["@iot.selfLink"]
        )
    found = {one.pk: one for one in Reading.objects.all()}
    assert [found[number].number for number in numbers] == [*range(20), 50, 50]
    assert {one.feature_id for one in found.values()} == {FeatureOfInterest.objects.get().pk}
    # One record speaks for a batch, and there were far fewer batches than readings.
    assert Record.objects.count() - before < 10


def test_each_is_judged_by_itself(system: System, stream: Stream) -> None:
    Stream.objects.filter(pk=stream.pk).update(low=-60, high=60)
    other = Stream.objects.get(thing=System().make("Things", station()))
    answers = through(
        system,
        [
            (path_of(stream), {"result": 20}),
            (path_of(stream), {"result": 900}),
            (path_of(stream), {"result": 20, "phenomenonTime": stamp(-60)}),
            (path_of(stream), {"result": 20, "phenomenonTime": "soon"}),
            (path_of(stream), b'{"result": NaN}'),
            (path_of(stream), {"phenomenonTime": stamp(1)}),
            (path_of(other), {"result": 20}),
            ("Observations", {"result": 20, "Datastream": {"@iot.id": other.pk}}),
            ("Observations", {"result": 20}),
            (f"Multi{path_of(stream)}", {"result": [20]}),
            ("Datastreams(999999)/Observations", {"result": 20}),
            ("Observations", {"result": 20, "Datastream": {"@iot.id": "x"}}),
            (path_of(stream), {"result": 2, "FeatureOfInterest": {"@iot.id": 10**9}}),
        ],
    )
    assert [answer.status for answer in answers] == [
        201, 400, 400, 400, 400, 400, 404, 400, 400, 404, 404, 400, 400,
    ]  # fmt: skip
    assert all(len(answer.told["message"]) > 15 for answer in answers[1:])
    assert Reading.objects.count() == 1
    counted = dict(Refusal.objects.values_list("reason", "count"))
    assert counted == {"range": 1, "future": 1, "foreign": 3, "form": 4}


def test_only_a_good_key_opens_it(system: System, stream: Stream) -> None:
    asked = [(path_of(stream), {"result": 1})]
    for header in ("", "Bearer vk_wrong", "Basic ???", "Digest a"):
        [answer] = through(None, asked, authorization=header)
        assert answer.status == 401 and b"www-authenticate" in answer.headers
    pair = base64.b64encode(f"{system.source.code}:{system.told}".encode()).decode()
    assert through(None, asked, authorization=f"Basic {pair}")[0].status == 201
    pair = base64.b64encode(f"another:{system.told}".encode()).decode()
    assert through(None, asked, authorization=f"Basic {pair}")[0].status == 401
    [answer] = through(system, asked, host="evil.example")
    assert answer.status == 404
    assert Reading.objects.count() == 1


def test_a_key_that_is_withdrawn_is_known_within_seconds(
    system: System, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = build()
    monkeypatch.setattr(door_file, "KEY_SECONDS", 0.0)
    headers = {"host": "testserver", "authorization": f"Bearer {system.told}"}
    asked = [(path_of(stream), {"result": 1})]
    assert asyncio.run(all_of(door, asked, headers))[0].status == 201
    from tests.city.pulse.sensorthings.world_writes import now

    withdraw_key(by=None, at=now(), key=system.key)
    door.writer = door_writer.Writer()
    assert asyncio.run(all_of(door, asked, headers))[0].status == 401


def test_a_source_that_is_off_is_told_so(system: System, stream: Stream) -> None:
    type(system.source).objects.filter(pk=system.source.pk).update(state="off")
    [answer] = through(system, [(path_of(stream), {"result": 1})])
    assert (answer.status, answer.told["type"]) == (403, "sta-source-off")


def test_a_reading_with_a_new_stream_inside_it(system: System, stream: Stream) -> None:
    new = stream_document(Thing={"@iot.id": stream.thing_id})
    feature = {"name": "Air", "encodingType": "text/plain", "feature": "the air over the square"}
    answers = through(
        system,
        [
            ("Observations", {"result": 3, "phenomenonTime": stamp(1), "Datastream": new}),
            (path_of(stream), {"result": 4, "FeatureOfInterest": feature}),
        ],
    )
    assert [answer.status for answer in answers] == [201, 201]
    assert Stream.objects.count() == 2
    assert Reading.objects.get(number=4).feature_id == FeatureOfInterest.objects.get(name="Air").pk


def test_arrays_go_through_it_as_well(system: System, stream: Stream) -> None:
    array = {
        "Datastream": {"@iot.id": stream.pk},
        "components": ["phenomenonTime", "result"],
        "dataArray": [[stamp(n), n] for n in range(1, 3001)] + [["never", 1]],
    }
    [answer] = through(system, [("CreateObservations", [array])])
    assert answer.status == 201
    told = json.loads(answer.body)
    assert told[-1].startswith("error: ") and len(set(told[:-1])) == 3000
    assert told[0].endswith(f"Observations({Reading.objects.get(number=1).pk})")
    [again] = through(system, [("CreateObservations", [array])])
    assert json.loads(again.body) == told
    assert Reading.objects.count() == 3000


def test_what_is_too_long_is_told_so(
    system: System, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door_file, "MEGABYTES", 0.1)
    [answer] = through(system, [("CreateObservations", b"[" + b" " * 200_000 + b"]")])
    assert answer.status == 413 and "in parts" in answer.told["message"]


def test_reading_goes_to_the_pages_and_so_does_the_rest(system: System) -> None:
    [answer] = through(system, [("Things", station())])
    assert answer.status == 299

    async def get() -> Answer:
        async def pages(_scope: Any, _receive: Any, send: Any) -> None:
            await send({"type": "http.response.start", "status": 299, "headers": []})
            await send({"type": "http.response.body", "body": b""})

        return await ask(Router(pages, 1, native=native.doors()), BASE + "Observations")

    assert asyncio.run(get()).status == 299


def test_nothing_is_acknowledged_before_its_commit(
    system: System, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was answered with 201 can be seen from another connection at that very moment."""
    seen: list[bool] = []
    answer = native_http.answer

    async def watched(send: Any, status: int, body: bytes, **more: Any) -> None:
        number = json.loads(body)["@iot.id"]

        def there() -> bool:
            found = Reading.objects.filter(pk=number).exists()
            connections.close_all()
            return found

        seen.append(await asyncio.to_thread(there))
        await answer(send, status, body, **more)

    monkeypatch.setattr(door_file, "answer", watched)
    answers = through(system, [(path_of(stream), {"result": n}) for n in range(5)])
    assert [one.status for one in answers] == [201] * 5
    assert seen == [True] * 5


def test_a_lost_connection_is_made_again_and_nothing_is_doubled(
    system: System, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = take_singles
    left = [1]

    def torn(**given: Any) -> Any:
        found = take(**given)
        if left:  # written, and the answer is lost on the way
            left.pop()
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return found

    monkeypatch.setattr(door_writer, "take_singles", torn)
    asked = [(path_of(stream), {"result": 5, "phenomenonTime": stamp(1)})]
    [answer] = through(system, asked)
    assert answer.status == 201
    assert [one.pk for one in Reading.objects.all()] == [answer.told["@iot.id"]]


def test_a_database_that_is_away_is_told_so(
    system: System, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    def away(**_given: Any) -> Any:
        raise OperationalError("gone")

    monkeypatch.setattr(door_writer, "take_singles", away)
    [answer] = through(system, [(path_of(stream), {"result": 5})])
    assert answer.status == 503 and answer.headers[b"retry-after"]
    assert not Reading.objects.exists()
