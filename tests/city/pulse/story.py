"""What stories of the pulse lean on: a system that writes by its key, and the city's timers."""

from __future__ import annotations

import datetime as dt
import html
import json
from collections.abc import Sequence
from typing import Any

from django.test import Client

from tests.cast import START, SmallTown
from tests.city.pulse.sensorthings.world_writes import BASE, System, station, stream_document
from tests.city.pulse.world import make_property
from veche.city.pulse.models import Source, Stream
from veche.city.pulse.operations import agreements, alarms, freshness, reckoning, rollups
from veche.city.pulse.operations.keys import make_key
from veche.city.pulse.operations.sources import connect_source
from veche.core.people.models import Person
from veche.testing import deliver

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


class Writer(System):
    """A system that a steward connected, with the key it was given."""

    def __init__(self, town: SmallTown, code: str, **more: Any) -> None:
        values: dict[str, Any] = {"cadence": 60, "fresh_for": 600, "public": True, **more}
        self.source: Source = connect_source(
            by=town.steward, at=START, code=code, owner=town.roads,
            names={"en": code.title(), "ru": code.title(), "zh": code.title()}, **values,
        )  # fmt: skip
        self.key, self.told = make_key(by=town.steward, at=START, source=self.source, name="gate")
        self.client = Client()

    def thing(
        self, name: str, code: str, *, longitude: float = 49.25, unit: str = "µg", **more: Any
    ) -> Stream:
        """It makes a thing in the west with one stream of what the city calls ``code``."""
        where = station()["Locations"][0]
        where["location"] = {"type": "Point", "coordinates": [longitude, 53.5]}
        number = self.make(
            "Things",
            station(
                name=name,
                Locations=[where],
                Datastreams=[
                    stream_document(
                        name=name,
                        unitOfMeasurement={"name": unit, "symbol": unit, "definition": unit},
                        ObservedProperty={"@iot.id": make_property(code).pk},
                        **more,
                    )
                ],
            ),
        )
        return Stream.objects.get(thing=number)

    def tell(self, stream: Stream, rows: Sequence[tuple[dt.datetime, Any]]) -> list[str]:
        """Many readings in one message; what became of each."""
        said = {
            "Datastream": {"@iot.id": stream.pk},
            "components": ["phenomenonTime", "result"],
            "dataArray@iot.count": len(rows),
            "dataArray": [[at.isoformat(), result] for at, result in rows],
        }
        answer = self.ask("POST", "CreateObservations", [said])
        assert answer.status_code in (200, 201), answer.content
        return [str(one) for one in json.loads(answer.content)]


def tick(at: dt.datetime) -> None:
    """A minute of the city: every timer of the pulse once, and the letters it queued."""
    for sweep in (
        freshness.sweep, agreements.sweep, rollups.sweep, reckoning.sweep, alarms.sweep,
    ):  # fmt: skip
        sweep(at=at)
    deliver()


def page(path: str, person: Person | None = None, language: str = "en") -> str:
    """A page as somebody reads it."""
    client = Client()
    if person is not None:
        client.force_login(person)
    answer = client.get(f"/{language}/{path}")
    assert answer.status_code == 200, (path, answer.status_code)
    return html.unescape(answer.content.decode())


__all__ = ["BASE", "DAY", "HOUR", "MINUTE", "Writer", "page", "tick"]
