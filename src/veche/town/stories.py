"""Named stories of the town as data: who does what on which day, in three languages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Literal

from veche.town.names import Names, data, names
from veche.town.offices import responsible
from veche.town.streets import house

Act = Literal[
    "report",
    "accept",
    "reject",
    "answer",
    "refuse",
    "confirm",
    "return",
    "hand_back",
    "reassign",
    "dispute",
    "settle",
    "ask_later",
    "sign_later",
    "reopen",
]


@dataclass(frozen=True)
class Step:
    """One act: `after` is the time from midnight (town time) of the story's first day.

    `who` is the key of a member of the cast or of the staff; `text` is empty where none is written.
    """

    after: timedelta
    who: str
    act: Act
    text: Names
    office: str = ""
    """The office that is proposed or decided for, by code."""
    reason: str = ""
    until: int = 0
    """The day from the first to which a term is prolonged."""


@dataclass(frozen=True)
class Story:
    """One problem and the people who deal with it.

    `photograph` is a kind of drawing or None; `refusal` and `rejection` are reason codes.
    """

    key: str
    title: Names
    category: str
    district: str
    neighbourhood: str
    organisation: str
    address: str
    lon: float
    lat: float
    details: dict[str, str | int | bool]
    photograph: str | None
    refusal: str | None
    rejection: str | None
    steps: tuple[Step, ...]

    @property
    def days(self) -> int:
        """Whole days the story takes, its first and last day counted."""
        return self.steps[-1].after.days + 1


def _step(
    day: int, clock: str, who: str, act: Act, text: str, more: dict[str, str | int] | None = None
) -> Step:
    hours, minutes = clock.split(":")
    after = timedelta(days=day, hours=int(hours), minutes=int(minutes))
    said = more or {}
    return Step(
        after,
        who,
        act,
        names(text) if text else {},
        office=str(said.get("office", "")),
        reason=str(said.get("reason", "")),
        until=int(said.get("until", 0)),
    )


@cache
def stories() -> tuple[Story, ...]:
    """Return the stories, the simple loop first; begin them on a Monday."""
    out: list[Story] = []
    for key, row in data("stories.toml").items():
        area: str = row["neighbourhood"]
        out.append(
            Story(
                key=key,
                title=names(row["title"]),
                category=row["category"],
                district=area[:11],
                neighbourhood=area,
                organisation=responsible(row["category"], area[:11]),
                address=(spot := house(area, row["street"], row["place"])).text,
                lon=spot.lon,
                lat=spot.lat,
                details=row["details"],
                photograph=row.get("before"),
                refusal=row.get("refusal"),
                rejection=row.get("rejection"),
                steps=tuple(_step(*step) for step in row["steps"]),
            )
        )
    return tuple(out)
