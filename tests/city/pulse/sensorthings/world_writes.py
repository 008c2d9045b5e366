"""A system with a key, and its requests to the service."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.test import Client

from tests.city.pulse.world import make_source
from veche.city.pulse.models import Source
from veche.city.pulse.operations.keys import make_key

BASE = "/sensorthings/v1.1/"
POINT = {"type": "Point", "coordinates": [37.6, 55.7]}
UNIT = {"name": "degree Celsius", "symbol": "°C", "definition": "ucum:Cel"}
MEASUREMENT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"


class System:
    """A connected system that speaks SensorThings."""

    def __init__(self, source: Source | None = None) -> None:
        self.source = source or make_source()
        self.key, self.told = make_key(
            by=None, at=now() - dt.timedelta(days=1), source=self.source, name="gateway"
        )
        self.client = Client(raise_request_exception=True)

    def ask(
        self,
        method: str,
        path: str,
        document: Any = None,
        kind: str = "application/json",
        **headers: str,
    ) -> Any:
        """One request with the key."""
        body = document if isinstance(document, (bytes, str)) else json.dumps(document)
        headers.setdefault("Authorization", f"Bearer {self.told}")
        return self.client.generic(
            method, BASE + path, body if document is not None else b"", kind, headers=headers
        )

    def make(self, path: str, document: Any) -> int:
        """POST; the number of what was made."""
        answer = self.ask("POST", path, document)
        assert answer.status_code == 201, answer.content
        link: str = answer["Location"]
        return int(link[link.index("(") + 1 : link.index(")")])

    def said(self, method: str, path: str, document: Any = None, **more: Any) -> tuple[int, str]:
        """Status and sentence of a refusal."""
        answer = self.ask(method, path, document, **more)
        return answer.status_code, str(json.loads(answer.content)["message"])


def now() -> dt.datetime:
    """This moment: the service reads the city's clock itself."""
    return dt.datetime.now(dt.UTC)


def stamp(minutes: float = 0) -> str:
    """So many minutes ago, as the standard spells it."""
    return (now() - dt.timedelta(minutes=minutes)).replace(tzinfo=None).isoformat() + "Z"


def station(**more: Any) -> dict[str, Any]:
    """A thing at a place with one stream, all in one document."""
    return {
        "name": "Station",
        "description": "On the roof.",
        "properties": {"district": "Central"},
        "Locations": [
            {
                "name": "Roof",
                "description": "",
                "encodingType": "application/geo+json",
                "location": POINT,
            }
        ],
        "Datastreams": [stream_document()],
    } | more


def stream_document(**more: Any) -> dict[str, Any]:
    """A stream of temperatures, with its sensor and its property."""
    return {
        "name": "Temperature",
        "description": "Of the air.",
        "observationType": MEASUREMENT,
        "unitOfMeasurement": UNIT,
        "Sensor": {
            "name": "DHT22",
            "description": "",
            "encodingType": "text/html",
            "metadata": "https://sensor.example/dht22",
        },
        "ObservedProperty": {
            "name": "Air temperature",
            "description": "",
            "definition": "https://property.example/temperature",
        },
    } | more
