"""Releases of one contracting process become one: as it stands now, and with its history.

Source of the rules: OCDS 1.1, “Merging” (https://standard.open-contracting.org/1.1/en/schema/merging/).
Objects are merged field by field; objects in a list are matched by ``id``; other lists, and those
that the standard names, are replaced as a whole; null takes a field away.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from veche.city.pilots.engines.ocds_check import moment
from veche.city.pilots.engines.ocds_shapes import WHOLE_LISTS

Release = Mapping[str, Any]
_LEFT_OUT = frozenset({"id", "date", "tag"})


def in_turn(releases: Iterable[Release]) -> list[Release]:
    """Releases from the oldest to the newest; those of one moment as they came."""
    return sorted(releases, key=lambda one: moment(one["date"]))


def compile_release(releases: Sequence[Release]) -> dict[str, Any]:
    """The compiled release: how the process stands after the last of its releases."""
    rows = in_turn(releases)
    merged: dict[str, Any] = {}
    for one in rows:
        body = {key: value for key, value in one.items() if key not in _LEFT_OUT}
        merged = _merged(merged, body)
    last = rows[-1]
    return {
        "ocid": last["ocid"],
        "id": f"{last['ocid']}-{last['date']}",
        "date": last["date"],
        "tag": ["compiled"],
        **{key: value for key, value in merged.items() if key != "ocid"},
    }


def _merged(old: Any, new: Any, name: str = "") -> Any:
    if isinstance(new, dict):
        found = dict(old) if isinstance(old, dict) else {}
        for key, value in new.items():
            if value is None:
                found.pop(key, None)
            else:
                found[key] = _merged(found.get(key), value, key)
        return found
    if _matched(new, name):
        rows = list(old) if isinstance(old, list) else []
        return _by_id(rows, new, lambda before, item: _merged(before, item))
    return copy.deepcopy(new)


def _matched(value: Any, name: str) -> bool:
    """Whether the objects of a list are matched by their identifiers."""
    return (
        isinstance(value, list)
        and name not in WHOLE_LISTS
        and bool(value)
        and all(isinstance(one, dict) for one in value)
        and any("id" in one for one in value)
    )


def _by_id(
    rows: list[Any], items: Sequence[dict[str, Any]], merge: Callable[[Any, dict[str, Any]], Any]
) -> list[Any]:
    """Put each item in the place of the one with its identifier; one without is put at the end."""
    places = {
        _key(row["id"]): place
        for place, row in enumerate(rows)
        if isinstance(row, dict) and row.get("id") is not None
    }
    for item in items:
        key = _key(item["id"]) if item.get("id") is not None else None
        if key is not None and key in places:
            rows[places[key]] = merge(rows[places[key]], item)
        else:
            if key is not None:
                places[key] = len(rows)
            rows.append(merge({}, item))
    return rows


def _key(value: Any) -> str:
    # The number 1 and the text "1" name the same thing.
    return str(value)


def version_release(releases: Sequence[Release]) -> dict[str, Any]:
    """The versioned release: each value with the release that brought it."""
    rows = in_turn(releases)
    found: dict[str, Any] = {}
    for one in rows:
        stamp = {"releaseID": one["id"], "releaseDate": one["date"], "releaseTag": one["tag"]}
        body = {key: value for key, value in one.items() if key not in (*_LEFT_OUT, "ocid")}
        _write(found, body, stamp)
    return {"ocid": rows[-1]["ocid"], **found}


def _write(
    into: dict[str, Any], body: Mapping[str, Any], stamp: dict[str, Any], *, listed: bool = False
) -> None:
    for key, value in body.items():
        if key == "id" and listed:  # what a list is matched by has no history
            into[key] = value
        elif isinstance(value, dict):
            below = into.get(key)
            if not isinstance(below, dict):
                below = into[key] = {}
            _write(below, value, stamp)
        elif _matched(value, key):
            rows = into.get(key)
            if not isinstance(rows, list) or _is_history(rows):
                rows = []

            def merge(before: Any, item: dict[str, Any]) -> dict[str, Any]:
                row = before if isinstance(before, dict) else {}
                _write(row, item, stamp, listed=True)
                return row

            into[key] = _by_id(rows, value, merge)
        else:
            _add(into, key, value, stamp)


def _is_history(rows: list[Any]) -> bool:
    return any(isinstance(row, dict) and "releaseID" in row and "value" in row for row in rows)


def _add(into: dict[str, Any], key: str, value: Any, stamp: dict[str, Any]) -> None:
    """Put a value at the end of a history, unless it is the one that stands there."""
    rows = into.get(key)
    if not isinstance(rows, list) or not _is_history(rows):
        if value is None and rows is None:
            return
        rows = into[key] = []
    if not rows or rows[-1]["value"] != value:
        rows.append({**stamp, "value": copy.deepcopy(value)})
