"""Garbage and half-garbage for every address that the service describes: never a 500."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from tests.cast import SmallTown
from tests.city.pulse.sensorthings.world_writes import BASE, System, stamp, station, stream_document
from veche.city.pulse.models import Stream, Thing

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

EXAMPLES = 2
"""For each of the addresses, of each kind."""


@pytest.fixture
def system(town: SmallTown) -> System:
    found = System()
    inner = stream_document(Observations=[{"result": 1, "phenomenonTime": stamp(1)}])
    found.make("Things", station(Datastreams=[inner]))
    return found


@pytest.fixture
def operations(system: System) -> Iterator[list[Any]]:
    """Every operation of the description that the service itself gives."""
    document = json.loads(system.ask("GET", "api").content)
    for one in document["components"]["schemas"].values():
        for value in one["properties"].values():
            _shallow(value)
    schema = schemathesis.openapi.from_dict(document)
    every: Any = schema.get_all_operations()
    yield [found.ok() for found in every]


def _shallow(value: dict[str, Any]) -> None:
    """Entities within entities within entities take long to invent: any object does as well."""
    value = value.get("items", value)
    if "anyOf" in value:
        value["anyOf"][1] = {"type": "object"}


def sent(system: System, case: Any) -> Any:
    """The case as a request of Django's own test client."""
    told = case.as_transport_kwargs(base_url=f"http://testserver{BASE.rstrip('/')}")
    known = ("method", "url", "headers", "params", "data", "json", "cookies", "files")
    ready = requests.Request(**{k: v for k, v in told.items() if k in known}).prepare()
    headers = {k: v for k, v in ready.headers.items() if k.lower() != "content-length"}
    kind = headers.pop("Content-Type", "application/json")
    body = ready.body or b""
    path = str(ready.url).removeprefix("http://testserver")
    return system.client.generic(str(ready.method), path, body, kind, headers=headers)


def test_the_description_names_every_address(operations: list[Any]) -> None:
    named = {(one.method.upper(), one.path) for one in operations}
    assert len(named) > 70
    for pair in (
        ("POST", "/Observations"),
        ("PUT", "/Things({id})"),
        ("PATCH", "/MultiDatastreams({id})"),
        ("DELETE", "/FeaturesOfInterest({id})"),
        ("POST", "/Things({id})/Locations"),
        ("GET", "/Datastreams({id})/Observations"),
        ("POST", "/CreateObservations"),
        ("POST", "/$batch"),
    ):
        assert pair in named


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_nothing_breaks_the_service(
    system: System, operations: list[Any], mode: GenerationMode
) -> None:
    """Each request has a good key, so that it is read and not only turned away."""
    real = [Stream.objects.get().pk, Thing.objects.get().pk]
    statuses: Counter[int] = Counter()
    faults: list[str] = []
    for operation in operations:
        try:
            strategy = operation.as_strategy(generation_mode=mode)
        except Exception as fault:  # what has nothing to make wrong
            assert mode is GenerationMode.NEGATIVE, fault
            continue

        @seed(7)
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(strategy, st.sampled_from([*real, 1, 10**12]))
        def asked(case: Any, number: int) -> None:
            case.headers["Authorization"] = f"Bearer {system.told}"
            if "id" in case.path_parameters and number in real:
                case.path_parameters["id"] = number
            answer = sent(system, case)
            statuses[answer.status_code] += 1
            if answer.status_code >= 500:
                faults.append(f"{case.method} {case.formatted_path} {case.body!r}"[:400])

        try:
            asked()
        except Exception as fault:
            if "Unsatisfiable" not in type(fault).__name__:
                raise
    assert faults == []
    assert statuses.total() > 100, statuses
    if mode is GenerationMode.POSITIVE:
        assert statuses[200] + statuses[201] > 20, statuses
