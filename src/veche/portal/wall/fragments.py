"""The wall as pieces of a page: each is sent again only when it has become another."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from veche.city.pulse.queries.now import Sign
from veche.city.pulse.words import SPHERES, STATES, sphere_word
from veche.languages import here
from veche.portal.wall import maps, words
from veche.portal.wall.incidents import Open
from veche.portal.wall.signs import ATTENTION, Sphere
from veche.portal.wall.snapshot import Snapshot
from veche.portal.wall.walls import Wall

PARTS = ("head", "alerts", "signs", "districts", "map", "incidents", "late", "duty", "alarms")
"""The pieces, by the name of their template."""
LISTED = maps.NAMED
"""Incidents that stand on the wall; its number opens all."""
ALARMS = 5
OWING = 6
ALERTS = 3
"""Messages to the public that stand on the wall, the gravest; their number opens all."""
DUTY = 6
"""Duty lists that stand on the wall, the city's first."""
SIGNS = 6
"""Signs that need attention and are shown besides the one of each sphere."""


SILENT = ("stale", "none")
"""States in which it is not known how something is."""


@dataclass(frozen=True)
class Tile:
    """A vital sign as it stands on the wall."""

    sphere: Any
    sign: Sign
    state: str
    age: dt.timedelta | None
    """How old what it is made from is."""
    more: int
    """Signs of the same sphere that need attention besides."""
    silent: int
    """Signs of the same sphere of which nothing fresh is known, besides."""

    @property
    def known(self) -> bool:
        """Whether it is known how it is: what is not known is hatched."""
        return self.state not in SILENT

    @property
    def fresh(self) -> bool:
        """Whether it is younger than a minute."""
        return self.age is not None and self.age < dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Line:
    """An incident as it stands on the wall."""

    incident: Open
    place: int
    href: str
    late: bool
    state: Any
    severity: tuple[Any, str, str]
    clock: str
    service: str
    vulnerable: Any


def rows_address(wall: Wall, what: str, **more: str) -> str:
    """Where the rows behind a number are."""
    if wall.drill:
        more["drill"] = "1"
    elif not wall.inside:
        more["view"] = "public"
    query = f"?{urlencode(more)}" if more else ""
    return reverse("portal:wall-rows", args=[what]) + query


def incident_address(one: Open) -> str:
    """The page of an incident."""
    return reverse("dispatch:incident", args=[one.number])


def line(shown: Snapshot, one: Open, place: int) -> Line:
    """An incident in the words of the active language."""
    return Line(
        one,
        place,
        incident_address(one),
        one.late(shown.at),
        words.state_word(one.state),
        words.SEVERITIES[one.severity],
        words.clock(one.due_at, shown.at),
        here(one.service or {}),
        words.VULNERABLE.get(one.vulnerable, ""),
    )


def tile(shown: Snapshot, sign: Sign, sphere: Sphere | None = None) -> Tile:
    """A sign with its age; of a sphere, its worst for all."""
    return Tile(
        sphere_word(sign.indicator.sphere),
        sign,
        sign.state if sphere is None else sphere.state,
        None if sign.data_at is None else max(shown.at - sign.data_at, dt.timedelta(0)),
        0 if sphere is None else sphere.attention - (sign.state in ATTENTION),
        0 if sphere is None else sphere.silent - (sign.state in SILENT),
    )


def _matrix(shown: Snapshot) -> dict[str, Any]:
    codes = [one.code for one in shown.signs.spheres]
    counts = shown.by_district
    return {
        "spheres": [SPHERES.get(code, code) for code in codes],
        "rows": [
            {
                "district": one.territory,
                "state": one.state,
                "cells": [one.spheres.get(code, "none") for code in codes],
                "open": counts.get(one.territory.pk, 0),
                "href": rows_address(shown.wall, "incidents", place=one.territory.code),
            }
            for one in shown.districts
        ],
        "states": STATES,
    }


def context(shown: Snapshot) -> dict[str, Any]:
    """What the pieces are made of, in the active language."""
    wall, late = shown.wall, shown.late
    spheres = [tile(shown, one.shown, one) for one in shown.signs.spheres]
    there = {one.sign.indicator.pk for one in spheres}
    others = [one for one in shown.signs.attention if one.indicator.pk not in there]
    addresses = {what: rows_address(wall, what) for what in words.TITLES}
    return {
        "shown": shown,
        "wall": wall,
        "at": shown.at,
        "city": shown.city,
        "zone": timezone.get_current_timezone_name(),
        "sentence": words.sentence(shown),
        "mode": shown.mode,
        "mode_tone": words.LEVELS[shown.mode.level],
        "elsewhere": [(one, words.LEVELS[one.level]) for one in shown.elsewhere],
        "tiles": spheres,
        "others": [tile(shown, one) for one in others[:SIGNS]],
        "matrix": _matrix(shown),
        "map": maps.layers(
            shown,
            incident_address,
            addresses["incidents"],
            addresses["alarms"],
        ),
        "lines": [line(shown, one, n) for n, one in enumerate(shown.incidents[:LISTED], 1)],
        "more": max(len(shown.incidents) - LISTED, 0),
        "late": late,
        "owing": shown.whose[:OWING],
        "pending": shown.pending,
        "alarms": shown.alarms.rows[:ALARMS],
        "duty": shown.duty[:DUTY],
        "alerts": [(one, words.GRAVITIES[one.severity]) for one in shown.alerts[:ALERTS]],
        "rows": addresses,
    }


def pieces(shown: Snapshot, language: str) -> dict[str, str]:
    """The pieces of the page in a language, by their names."""
    with translation.override(language):
        told = context(shown)
        return {
            name: render_to_string(f"portal/wall/parts/{name}.html", told).strip() for name in PARTS
        }
