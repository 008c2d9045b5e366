"""The town's exchange agreements, and the systems of others that tell it something. Pure data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from veche.town.names import Names, data


@dataclass(frozen=True)
class Pact:
    """An agreement: days are counted from the demo's present."""

    code: str
    giver: str
    """An office's code, or the name of somebody else."""
    taker: str
    names: Names
    begun: int
    ends: int | None
    fields: tuple[str, ...]
    purpose: str
    ground: str


@dataclass(frozen=True)
class Foreign:
    """A system that the town reads by a connector; in the demo its simulator answers."""

    code: str
    office: str
    connector: str
    names: Names
    pact: str
    cadence: int
    fresh_for: int
    public: bool
    purpose: str
    applications: tuple[tuple[str, Names], ...]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("|")]


@cache
def pacts() -> tuple[Pact, ...]:
    """Every agreement."""
    found = []
    for code, line in data("exchange.toml")["agreements"].items():
        giver, taker, ru, en, zh, begun, ends, fields, purpose, ground = _cells(line)
        names = {"ru": ru, "en": en, "zh": zh}
        last = None if ends == "-" else int(ends)
        parts = tuple(fields.split())
        found.append(Pact(code, giver, taker, names, int(begun), last, parts, purpose, ground))
    return tuple(found)


@cache
def foreign() -> tuple[Foreign, ...]:
    """Every system."""
    told = data("exchange.toml")
    found = []
    for code, line in told["systems"].items():
        office, connector, ru, en, zh, pact, cadence, silent, public, purpose = _cells(line)
        programs = []
        for program in told["applications"].get(code, ()):
            name, pru, pen, pzh = _cells(program)
            programs.append((name, {"ru": pru, "en": pen, "zh": pzh}))
        found.append(
            Foreign(
                code,
                office,
                connector,
                {"ru": ru, "en": en, "zh": zh},
                "" if pact == "-" else pact,
                int(cadence),
                int(silent),
                public == "public",
                purpose,
                tuple(programs),
            )
        )
    return tuple(found)


@cache
def attached() -> dict[str, str]:
    """System of the town's own sensors → its agreement."""
    return dict(data("exchange.toml")["attached"])
