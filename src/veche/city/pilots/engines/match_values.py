"""Values of an instance of matching, each checked, with the place of a fault."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any

from veche.city.pilots.engines.match_instance import Broken

MOST = 5_000
"""Solutions, or sites, of one instance at most."""
MOST_PAIRS = 1_000_000
MOST_WINDOWS = 200
MOST_DAYS = 3_660
LONGEST = 200


def object_of(given: Any, where: str) -> dict[str, Any]:
    """An object of JSON.

    Raises:
        Broken: it is something else.
    """
    if not isinstance(given, dict):
        raise Broken(where, "object")
    return given


def list_of(given: Any, where: str) -> list[Any]:
    """A list.

    Raises:
        Broken: it is something else.
    """
    if not isinstance(given, list):
        raise Broken(where, "list")
    return given


def text_of(given: Any, where: str) -> str:
    """A short text; a whole number counts as one.

    Raises:
        Broken: it is something else.
    """
    if isinstance(given, int) and not isinstance(given, bool):
        given = str(given)
    if not isinstance(given, str) or not 1 <= len(given) <= LONGEST:
        raise Broken(where, "text")
    return given


def id_of(row: dict[str, Any], where: str) -> str:
    """The ``id`` of a row.

    Raises:
        Broken: it is something else.
    """
    if "id" not in row:
        raise Broken(f"{where}.id", "missing")
    return text_of(row["id"], f"{where}.id")


def word_of(row: dict[str, Any], name: str, where: str) -> str:
    """A word that may be missing.

    Raises:
        Broken: it is something else.
    """
    given = row.get(name)
    return "" if given in (None, "") else text_of(given, f"{where}.{name}")


def codes_of(row: dict[str, Any], name: str, where: str) -> list[str]:
    """A list of codes that may be missing.

    Raises:
        Broken: it is something else.
    """
    given = list_of(row.get(name) or [], f"{where}.{name}")
    return [text_of(code, f"{where}.{name}[{n}]") for n, code in enumerate(given)]


def features_of(row: dict[str, Any], name: str, where: str) -> dict[str, bool | float]:
    """What is needed or offered; false, nothing and zero are as if it did not stand there."""
    given = row.get(name)
    if isinstance(given, list):  # a plain list of codes: each is needed
        given = {text_of(code, f"{where}.{name}[{n}]"): True for n, code in enumerate(given)}
    found: dict[str, bool | float] = {}
    for code, value in object_of(given or {}, f"{where}.{name}").items():
        place = f"{where}.{name}.{code}"[:LONGEST]
        if value is None or value is False:
            continue
        if value is True:
            found[code] = True
            continue
        if isinstance(value, str) or not isinstance(value, int | float):
            raise Broken(place, "flag")
        if number_of(value, place):
            found[code] = float(value)
    return found


def is_whole(given: Any) -> bool:
    """Whether it is a whole number."""
    return isinstance(given, int) and not isinstance(given, bool)


def any_number(given: Any, where: str) -> float:
    """A finite number.

    Raises:
        Broken: it is something else.
    """
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise Broken(where, "number")
    try:
        value = float(given)
    except OverflowError as fault:
        raise Broken(where, "number") from fault
    if not math.isfinite(value) or abs(value) > 1e12:
        raise Broken(where, "number")
    return value


def number_of(given: Any, where: str) -> float:
    """A finite number of at least 0.

    Raises:
        Broken: it is something else.
    """
    value = any_number(given, where)
    if value < 0:
        raise Broken(where, "number")
    return value


def places_of(given: Any, where: str) -> int:
    """How many fit at once; 0 is allowed.

    Raises:
        Broken: it is something else.
    """
    if not is_whole(given) or not 0 <= given <= MOST:
        raise Broken(where, "whole")
    return int(given)


def days_of(row: dict[str, Any], where: str) -> int:
    """How many days a trial takes.

    Raises:
        Broken: it is something else.
    """
    given = row.get("days", 1)
    if not is_whole(given) or not 1 <= given <= MOST_DAYS:
        raise Broken(f"{where}.days", "whole")
    return int(given)


def day_of(given: Any, where: str) -> dt.date:
    """A day, or the day of a moment."""
    if not isinstance(given, str) or len(given) > 40:
        raise Broken(where, "day")
    try:
        return dt.date.fromisoformat(given[:10])
    except ValueError as fault:
        raise Broken(where, "day") from fault


def day_or_none(row: dict[str, Any], name: str, where: str) -> dt.date | None:
    """A day that may be missing.

    Raises:
        Broken: it is something else.
    """
    given = row.get(name)
    return None if given in (None, "") else day_of(given, f"{where}.{name}")


def place_of(row: dict[str, Any], where: str) -> tuple[float, float] | None:
    """Longitude and latitude, which may be missing.

    Raises:
        Broken: it is something else.
    """
    given = row.get("place")
    if given is None:
        return None
    where = f"{where}.place"
    if not isinstance(given, list) or len(given) != 2:
        raise Broken(where, "place")
    try:
        lon, lat = (any_number(value, where) for value in given)
    except Broken as fault:
        raise Broken(where, "place") from fault
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise Broken(where, "place")
    return lon, lat


def check_once(names: Sequence[str], where: str) -> None:
    """No name stands there twice.

    Raises:
        Broken: it is something else.
    """
    seen: set[str] = set()
    for number, name in enumerate(names):
        if name in seen:
            raise Broken(f"{where}[{number}].id", "twice")
        seen.add(name)
