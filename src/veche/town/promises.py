"""The promises of the town: the stories told step by step, and many that were made before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from veche.town.names import data

HANGS: Final = {
    "lamp-out": "1.2.1",
    "dark-yard": "1.2.2",
    "pavement": "1.3.2",
    "ramp": "1.4.1",
    "dead-tree": "2.1.1",
    "bins": "2.3.1",
    "cold-home": "3.1.1",
    "leak": "3.3.2",
    "stop-shelter": "4.2.2",
    "bus-late": "4.3.1",
}
"""On which measure of the strategy a promise of a theme hangs."""


@dataclass(frozen=True)
class TownPromise:
    """A promise of the past. `fate` is where it stands: the state of its case, or ``late``."""

    office: str
    area: str
    theme: str
    source: str
    fate: str
    ago: int
    """Days since it was made."""
    title: str
    text: str
    steps: tuple[str, ...]


@cache
def promises() -> tuple[TownPromise, ...]:
    """Return the promises of the past, as the file has them."""
    found = []
    for line in data("promises.toml")["past"].strip().splitlines():
        office, areas, theme, source, fate, ago, title, text, steps = line.split("|")
        for n, area in enumerate(areas.split()):
            found.append(
                TownPromise(
                    office=office.format(d=area.rpartition("-")[2]),
                    area=area,
                    theme=theme,
                    source=source,
                    fate=fate,
                    ago=int(ago) + 9 * n,
                    title=title,
                    text=text,
                    steps=tuple(step for step in steps.split(";") if step),
                )
            )
    return tuple(found)


def story(key: str) -> Mapping[str, Any]:
    """Return one of the stories by its name in the file."""
    told: Mapping[str, Any] = data("promises.toml")[key]
    return told
