"""What the town's dispatchers have to do with: kinds of incidents, services, a year of the past.

Pure data: the same every time, and nothing of it is real.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from veche.town.geometry import SEED, town
from veche.town.names import Names, data
from veche.town.streets import address_at

MINUTE: Final = dt.timedelta(minutes=1)
PAST_DAYS: Final = 360
"""How far back the past of incidents goes."""
WINTER: Final = frozenset({"snow", "heating-failure"})
"""Kinds that come with frost only."""


@dataclass(frozen=True)
class TownKind:
    """A kind of incident: who leads and helps, how long it takes, how often it comes."""

    code: str
    names: Names
    tier: int
    severity: int
    category: str
    lead: str
    """An office's code; ``*-roads``: of each district the office whose code ends so."""
    helpers: tuple[str, ...]
    minutes: int
    a_year: int
    public: bool

    def office(self, district: str, code: str | None = None) -> str:
        """The office that leads (or the one that is named) in a district of the town."""
        return (code or self.lead).replace("*", district.removeprefix("zarechye-"))


@dataclass(frozen=True)
class Essential:
    """A service that must go on: whose, and what is done first when it stands still."""

    code: str
    names: Names
    office: str
    advice: Names


@dataclass(frozen=True)
class PastTask:
    """What a helper was asked for; minutes are counted from the report."""

    office: str
    text: str
    asked: int
    accepted: int
    done: int


@dataclass(frozen=True)
class PastIncident:
    """An incident of the past; minutes are counted from the report."""

    kind: TownKind
    neighbourhood: str
    title: str
    text: str
    lon: float
    lat: float
    source: Literal["alarm", "call", "problem", "cap", "officer"]
    reported_at: dt.datetime
    sensed: int | None
    """So many minutes before the report a sensor told of it."""
    seen: int
    verified: int
    false: str
    """Why it was a false alarm; empty: it was none."""
    returned: str
    """Why the lead sent it back once; empty: it did not."""
    dispatched: int
    accepted: int
    begun: int
    done: int
    not_done: bool
    """Whether it was found not done on site at first."""
    closed: int
    severity: int
    tier: int
    """The tier that led at last."""
    vulnerable: str
    people: int | None
    cost: int | None
    tasks: tuple[PastTask, ...]


def _names(ru: str, en: str, zh: str) -> Names:
    return {"ru": ru, "en": en, "zh": zh}


@cache
def kinds() -> tuple[TownKind, ...]:
    """Every kind of incident."""
    told = data("dispatch.toml")
    hidden = told["closed"]["kinds"].split()
    found = []
    for code, line in told["kinds"].items():
        ru, en, zh, tier, severity, category, lead, helpers, minutes, a_year = line.split("|")
        found.append(
            TownKind(
                code, _names(ru, en, zh), int(tier), int(severity), category, lead,
                tuple(helpers.split()), int(minutes), int(a_year), code not in hidden,
            )
        )  # fmt: skip
    return tuple(found)


def _table(name: str) -> dict[str, Names]:
    rows = data("dispatch.toml")[name].items()
    return {code: _names(*line.split("|")) for code, line in rows}


@cache
def services() -> dict[str, Names]:
    """The services that stand beside the town's offices, by code."""
    return _table("services")


@cache
def officers() -> dict[str, Names]:
    """Office → the name of whoever is on its telephone, where the town's list has nobody."""
    return _table("officers")


@cache
def essential() -> tuple[Essential, ...]:
    """What must not stand still."""
    found = []
    for code, line in data("dispatch.toml")["essential"].items():
        ru, en, zh, office, *advice = line.split("|")
        found.append(Essential(code, _names(ru, en, zh), office, _names(*advice)))
    return tuple(found)


def asked_of(office: str) -> str:
    """What a helping office is asked for, in Russian."""
    told = data("dispatch.toml")["asked"]
    return str(told.get(office) or told[office.rpartition("-")[2]])


def place_of(rng: random.Random, kind: TownKind) -> tuple[str, str, str, float, float]:
    """A neighbourhood, a title, a text, a longitude and a latitude for an incident of a kind."""
    area = rng.choice(town().neighbourhoods).code
    where = address_at(rng, area)
    title, _bar, text = rng.choice(data("dispatch.toml")["told"][kind.code]).partition("|")
    return area, title.format(where=where.text), text, where.lon, where.lat


def history(end: dt.datetime) -> list[PastIncident]:
    """The incidents of the year before `end`, the earliest first; all of them have ended."""
    rng = random.Random(f"{SEED}incidents")
    found = [_past(rng, kind, end) for kind in kinds() for _n in range(kind.a_year)]
    return sorted(found, key=lambda one: one.reported_at)


def _source(rng: random.Random, kind: TownKind) -> Literal["alarm", "call", "problem", "officer"]:
    sensed = kind.category in ("Met", "Env", "Infra")
    luck = rng.random()
    if luck < (0.55 if sensed else 0.15):
        return "alarm"
    return "call" if luck < 0.8 else "problem" if luck < 0.92 else "officer"


def _moment(rng: random.Random, kind: TownKind, end: dt.datetime) -> dt.datetime:
    """A moment of the past year; what comes with frost comes in winter."""
    while True:
        at = end - dt.timedelta(days=rng.uniform(3, PAST_DAYS))
        if kind.code not in WINTER or at.month in (11, 12, 1, 2, 3):
            return at.replace(second=0, microsecond=0)


def _past(rng: random.Random, kind: TownKind, end: dt.datetime) -> PastIncident:
    at = _moment(rng, kind, end)
    area, title, text, lon, lat = place_of(rng, kind)
    source = _source(rng, kind)
    words = data("dispatch.toml")
    false = words["false"].get(kind.code) or words["false"][source]
    false = false if rng.random() < (0.2 if source == "alarm" else 0.07) else ""
    returned = rng.choice(words["returned"]["reasons"]) if rng.random() < 0.12 else ""
    seen = 1 + int(rng.expovariate(0.4))
    verified = seen + 2 + int(rng.expovariate(0.12))
    dispatched = verified + 1 + int(rng.expovariate(0.2))
    again = (12 + int(rng.expovariate(0.08))) if returned else 0
    accepted = dispatched + again + 2 + int(rng.expovariate(0.12))
    begun = accepted + 5 + int(rng.expovariate(0.06))
    not_done = rng.random() < 0.08
    work = max(10, int(kind.minutes * rng.lognormvariate(0, 0.45)))
    done = begun + work + (60 if not_done else 0)
    closed = done + 5 + int(rng.expovariate(0.05))
    district = area.rpartition("-")[0]
    tasks = tuple(
        PastTask(
            office=kind.office(district, helper), text=asked_of(helper.removeprefix("*-")),
            asked=accepted + 1, accepted=(took := accepted + 3 + int(rng.expovariate(0.15))),
            done=min(took + max(8, int(work * rng.uniform(0.3, 0.9))), done - 1),
        )
        for helper in kind.helpers
        if rng.random() < 0.6 and not false
    )  # fmt: skip
    severity = min(4, kind.severity + (rng.random() < 0.12))
    climbs = 1 if rng.random() < 0.1 and kind.tier < 3 else 0
    weak = ("children", "old", "disabled", "patients")
    return PastIncident(
        kind=kind, neighbourhood=area, title=title, text=text, lon=lon, lat=lat, source=source,
        reported_at=at, sensed=2 + int(rng.expovariate(0.2)) if source == "alarm" else None,
        seen=seen, verified=verified, false=false, returned=returned, dispatched=dispatched,
        accepted=accepted, begun=begun, done=done, not_done=not_done, closed=closed,
        severity=severity, tier=kind.tier + climbs,
        vulnerable=rng.choice(weak) if rng.random() < 0.18 else "",
        people=int(rng.lognormvariate(3.2, 1.1)) if rng.random() < 0.6 else None,
        cost=int(rng.lognormvariate(10.2, 0.7)) // 100 * 100 if rng.random() < 0.7 else None,
        tasks=tasks,
    )  # fmt: skip
