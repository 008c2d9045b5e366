"""What every connector is: a manifest, a way to read, and a simulator of what it reads.

A connector knows nothing of the database. It is given settings, secrets and a way to fetch, and
gives back what it found as :class:`Measured`; who called it writes that down.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module, resources
from typing import Any, NamedTuple, Protocol

from django.utils.translation import gettext

QUALITIES = ("bronze", "silver", "gold")
"""The scale of connectors, lowest first; `quality.toml` says what each asks for."""


class Fault(Exception):
    """Reading a source failed; the sentence says what was met, without any secret."""

    def __init__(self, sentence: str, **details: object) -> None:
        self.sentence, self.details = sentence, details
        super().__init__(sentence)

    def __str__(self) -> str:
        return gettext(self.sentence).format(**self.details)

    def kept(self) -> str:
        """As it is kept: worded when it is shown, in the reader's language."""
        told = {name: str(value) for name, value in self.details.items()}
        return json.dumps({"say": self.sentence, "with": told}, ensure_ascii=False)


def problem_words(kept: str) -> str:
    """A fault that was kept, in the active language."""
    if not kept.startswith("{"):
        return kept
    told = json.loads(kept)
    return str(Fault(told["say"], **told["with"]))


class Measured(NamedTuple):
    """One reading as a source tells it, before anybody knows its stream."""

    thing: str
    """What the source calls the thing."""
    property: str
    """Code of what is measured."""
    at: dt.datetime
    number: float | None = None
    result: Any = None
    """Anything but a number, or what is known beside it."""
    unit: str = ""
    name: str = ""
    """Of the thing, where the source names it."""
    longitude: float | None = None
    latitude: float | None = None
    nth: int = 0
    """Tells apart what happened to one thing in the same second."""


class Fetch(Protocol):
    """How a connector gets what stands at an address: over the network, or from a simulator."""

    def __call__(
        self, address: str, headers: Mapping[str, str] | None = None, most: int = ...
    ) -> bytes:
        """The body; at most so many bytes.

        Raises:
            Fault: it cannot be had.
        """
        ...


@dataclass(frozen=True)
class Found:
    """What one reading gave."""

    measured: Sequence[Measured] = ()
    refused: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    """Reason → how many, and the newest of them: what could not be read."""
    heard: bool = False
    """The source itself is there although it told nothing new: for those that tell of events."""


@dataclass(frozen=True)
class Asked:
    """Everything a connector needs for one reading."""

    settings: Mapping[str, Any]
    secrets: Mapping[str, str]
    at: dt.datetime
    fetch: Fetch
    since: dt.datetime | None = None
    """What is older need not be told again: somewhat before the newest reading we have."""
    most: int = 100_000
    """Readings that are taken at once."""
    sent: Mapping[str, str] = field(default_factory=dict)
    """What came with a message that was sent to our door: its headers, names in small letters."""
    simulated: bool = False
    """Nobody is asked: `fetch` answers with what the simulator makes."""
    write: Callable[[Found], None] | None = None
    """Writes a part of what was found at once, for those who must tell the source that it is
    written before it goes on; None at a test, which takes nothing away."""

    def text(self, name: str) -> str:
        """A setting as text, without spaces around it."""
        return str(self.settings.get(name) or "").strip()

    def headers(self) -> dict[str, str]:
        """The token as a header, where there is one."""
        token = self.secrets.get("token", "")
        return {"Authorization": f"Bearer {token}"} if token else {}


class Refusals:
    """Counts what could not be read, with a sample of each reason."""

    def __init__(self) -> None:
        self.found: dict[str, tuple[int, str]] = {}

    def add(self, reason: str, sample: object) -> None:
        """One more of this reason."""
        count, _old = self.found.get(reason, (0, ""))
        self.found[reason] = (count + 1, str(sample)[:200])


@dataclass(frozen=True)
class Field:
    """One setting or secret of a connector, as its form asks for it."""

    name: str
    label: Mapping[str, str]
    kind: str = "text"
    """text, url, long, number, choice or secret."""
    required: bool = False
    default: str = ""
    choices: tuple[str, ...] = ()
    hint: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Manifest:
    """What a connector says of itself."""

    name: str
    names: Mapping[str, str]
    sentence: Mapping[str, str]
    way: str
    """``poll``: we ask; ``push``: it sends to our door; ``listen``: we stay connected."""
    quality: str
    standard: str
    """The standard it speaks; empty: none."""
    fields: tuple[Field, ...]
    schema: tuple[Mapping[str, str], ...]
    """What it tells where that is always the same."""
    events: bool = False
    """It tells of events: no news is no silence, an answer is enough."""
    cadence: int = 300
    fresh_for: int = 900

    @property
    def secrets(self) -> tuple[Field, ...]:
        """The fields that are sealed."""
        return tuple(one for one in self.fields if one.kind == "secret")

    @property
    def plain(self) -> tuple[Field, ...]:
        """The fields that are not secret."""
        return tuple(one for one in self.fields if one.kind != "secret")


class Reader(Protocol):
    """The module ``read`` of a connector."""

    def read(self, asked: Asked) -> Found:
        """What the source tells now.

        Raises:
            Fault: it does not answer, or says what nobody can read.
        """
        ...


class Simulator(Protocol):
    """The module ``simulate`` of a connector."""

    SETTINGS: Mapping[str, Any]

    def answer(self, address: str, at: dt.datetime) -> bytes:
        """What a system of this kind would answer at this address at this moment; always the same
        for the same moment."""
        ...


NAMES = (
    "http_poll",
    "webhook",
    "alertmanager",
    "mqtt",
    "sensorthings",
    "cap",
    "gtfs_realtime",
    "open311",
    "sql",
)
"""Every connector, in the order in which they are offered."""


@cache
def manifest(name: str) -> Manifest:
    """The manifest of a connector.

    Raises:
        KeyError: there is none of this name.
    """
    if name not in NAMES:
        raise KeyError(name)
    folder = resources.files("veche.city.pulse.connectors").joinpath(name)
    told = tomllib.loads(folder.joinpath("manifest.toml").read_text("utf-8"))
    fields = tuple(
        Field(
            name=one["name"],
            label=one["label"],
            kind=one.get("kind", "text"),
            required=bool(one.get("required", False)),
            default=str(one.get("default", "")),
            choices=tuple(one.get("choices", ())),
            hint=one.get("hint", {}),
        )
        for one in told.get("field", ())
    )
    return Manifest(
        name=name,
        names=told["names"],
        sentence=told["sentence"],
        way=told["way"],
        quality=told["quality"],
        standard=told.get("standard", ""),
        fields=fields,
        schema=tuple(told.get("schema", ())),
        events=bool(told.get("events", False)),
        cadence=int(told.get("cadence", 300)),
        fresh_for=int(told.get("fresh_for", 900)),
    )


def manifests() -> tuple[Manifest, ...]:
    """The manifests of all connectors."""
    return tuple(manifest(name) for name in NAMES)


def reader(name: str) -> Reader:
    """The part of a connector that reads."""
    manifest(name)
    found: Any = import_module(f"veche.city.pulse.connectors.{name}.read")
    return found  # type: ignore[no-any-return]


def simulator(name: str) -> Simulator:
    """The simulator of a connector."""
    manifest(name)
    found: Any = import_module(f"veche.city.pulse.connectors.{name}.simulate")
    return found  # type: ignore[no-any-return]


def simulated(name: str, at: dt.datetime) -> Fetch:
    """A way to fetch that asks nobody: the simulator answers."""
    answer: Callable[[str, dt.datetime], bytes] = simulator(name).answer

    def fetch(address: str, headers: Mapping[str, str] | None = None, most: int = 0) -> bytes:
        return answer(address, at)

    return fetch


def a_number(value: object) -> float | None:
    """A finite number as somebody may have written it; None where it is none."""
    if isinstance(value, bool) or value is None:
        return None
    text = str(value).strip().replace("\u00a0", "").replace(" ", "")
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def a_moment(value: object, zone: dt.tzinfo = dt.UTC) -> dt.datetime | None:
    """A moment as ISO 8601 or as seconds (or milliseconds) since 1970; None where it is none.

    Without an offset it is taken to be in ``zone``.
    """
    if isinstance(value, dt.datetime):
        return _near(value if value.tzinfo else value.replace(tzinfo=zone))
    text = str(value if value is not None else "").strip()
    try:
        if text.replace(".", "", 1).isdigit() and len(text.split(".")[0]) >= 9:
            seconds = float(text)
            seconds = seconds / 1000 if seconds > 1e11 else seconds
            return _near(dt.datetime.fromtimestamp(seconds, dt.UTC))
        found = dt.datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return _near(found if found.tzinfo else found.replace(tzinfo=zone))


def _near(at: dt.datetime) -> dt.datetime | None:
    """None for a moment that lies centuries away: in another zone it could be none at all."""
    return at if 1900 <= at.year < 2200 else None


def a_place(longitude: object, latitude: object) -> tuple[float | None, float | None]:
    """Degrees of a place on the earth; two times None where they are none."""
    east, north = a_number(longitude), a_number(latitude)
    if east is None or north is None or not (-180 <= east <= 180 and -90 <= north <= 90):
        return None, None
    return east, north
