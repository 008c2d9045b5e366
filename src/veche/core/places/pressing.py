"""The map one can press without JavaScript: what a press does to the pin and to the window."""

from __future__ import annotations

import contextlib

from django.http import QueryDict

from veche.core.places import ground as grounds
from veche.look.plan import Bounds

STEPS = ("closer", "wider")
"""Buttons named ``do`` that only change the window."""


def read_window(text: str) -> Bounds | None:
    """The window ``west,south,east,north`` of an address or a form; None when it is none."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        return None
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        return None
    return (west, south, east, north)


def pressed(data: QueryDict, window: Bounds) -> Bounds:
    """The window after what was pressed: the map sets the pin (``longitude`` and ``latitude`` of
    ``data``) and comes closer; two buttons change the window only."""
    west, south, east, north = window
    share = {"closer": 0.4, "wider": 2.5}.get(data.get("do", ""), 1.0)
    x, y = (west + east) / 2, (south + north) / 2
    if "point.x" in data:
        try:
            px, py = float(data.get("point.x", "")), float(data.get("point.y", ""))
        except ValueError:
            return window
        side = grounds.PICTURE_SIDE
        if not (0 <= px <= side and 0 <= py <= side):
            return window
        x, y = grounds.clicked(window, px, py)
        data["longitude"], data["latitude"] = f"{x:.6f}", f"{y:.6f}"
        share = 0.4 if north - south > 0.008 else 1.0
    elif share != 1.0:
        with contextlib.suppress(ValueError):
            x, y = float(data.get("longitude", "")), float(data.get("latitude", ""))
    wide, tall = (east - west) * share / 2, (north - south) * share / 2
    wide, tall = min(max(wide, 0.001), 1.0), min(max(tall, 0.001), 1.0)
    return (
        max(-180.0, x - wide), max(-90.0, y - tall), min(180.0, x + wide), min(90.0, y + tall),
    )  # fmt: skip
