"""The spheres as packs of data: a TOML file each, in the three languages.

A pack says what a sphere is, which indicators it shows (those whose class names the sphere, and
those it asks for by code) and which pages of its own it has. A city adds a file for a sphere of its
own; nothing else need be written.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Page:
    """A page of a sphere's own."""

    url: str
    names: Mapping[str, str]
    sentence: Mapping[str, str]
    roles: tuple[str, ...] = ()
    """The roles that see the link; none: everybody."""


@dataclass(frozen=True)
class Pack:
    """A sphere of the city's life."""

    code: str
    order: int
    icon: str
    names: Mapping[str, str]
    sentence: Mapping[str, str]
    indicators: tuple[str, ...]
    """Codes of indicators of other spheres that are shown here too."""
    pages: tuple[Page, ...]


@cache
def packs() -> tuple[Pack, ...]:
    """All packs, in the order they are shown in.

    Raises:
        ValueError: a file lacks something.
    """
    found = []
    for path in sorted(Path(__file__).parent.glob("*.toml")):
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        try:
            found.append(
                Pack(
                    code=path.stem,
                    order=told["order"],
                    icon=told["icon"],
                    names=told["names"],
                    sentence=told["sentence"],
                    indicators=tuple(told.get("indicators", ())),
                    pages=tuple(
                        Page(one["url"], one["names"], one["sentence"], tuple(one.get("roles", ())))
                        for one in told.get("pages", ())
                    ),
                )
            )
        except KeyError as fault:
            raise ValueError(f"{path.name}: {fault} is missing") from fault
    return tuple(sorted(found, key=lambda one: (one.order, one.code)))


def pack_of(code: str) -> Pack | None:
    """The pack of this code."""
    return next((one for one in packs() if one.code == code), None)
