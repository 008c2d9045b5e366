"""Reading a timetable in GTFS: a folder or a zip of tables; nothing is written here."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

MOST_BYTES = 2_000_000_000
"""Of one table, unpacked: a longer one is an attack or a mistake."""
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Unreadable(ValueError):
    """The timetable lacks a table or a column, or cannot be read; the text says what."""


@dataclass
class Timetable:
    """What a timetable says, by its own codes."""

    time_zone: str
    digest: str
    stops: list[tuple[str, str, float, float]] = field(default_factory=list)
    """Code, name, longitude, latitude."""
    lines: list[tuple[str, str, str, int]] = field(default_factory=list)
    """Code, short and long name, mode."""
    trips: list[tuple[str, str, str, str]] = field(default_factory=list)
    """Code, line, service, headsign."""
    calls: list[tuple[str, str, int, int, int]] = field(default_factory=list)
    """Trip, stop, number, arrival and departure in seconds."""
    days: set[tuple[str, dt.date]] = field(default_factory=set)
    """Service and day on which it runs."""
    left_out: int = 0
    """Calls of unknown trips or stops, or at no time."""


def seconds(text: str) -> int | None:
    """``25:10:00`` as seconds from the beginning of the day of service; None for no time."""
    parts = text.strip().split(":")
    if len(parts) != 3 or not all(part.strip().isdigit() for part in parts):
        return None
    hours, minutes, rest = (int(part) for part in parts)
    return hours * 3600 + minutes * 60 + rest if minutes < 60 and rest < 60 else None


class _Tables:
    """The tables of a folder or of a zip."""

    def __init__(self, path: Path) -> None:
        self.digest = hashlib.sha256()
        self._zip: zipfile.ZipFile | None = None
        self._folder = path
        if not path.is_dir():
            try:
                self._zip = zipfile.ZipFile(path)
            except (OSError, zipfile.BadZipFile) as fault:
                raise Unreadable(f"{path}: {fault}") from fault

    def rows(self, name: str, *, needed: bool = True) -> Iterator[dict[str, str]]:
        """The rows of a table by its columns."""
        data = self._read(name)
        if data is None:
            if needed:
                raise Unreadable(f"{name} is missing")
            return
        self.digest.update(name.encode() + b"\0" + hashlib.sha256(data).digest())
        try:
            text = data.decode("utf-8-sig")
            for row in csv.DictReader(io.StringIO(text)):
                yield {key.strip(): value or "" for key, value in row.items() if key}
        except (UnicodeDecodeError, csv.Error) as fault:
            raise Unreadable(f"{name}: {fault}") from fault

    def _read(self, name: str) -> bytes | None:
        if self._zip is None:
            path = self._folder / name
            return path.read_bytes() if path.is_file() else None
        found = [one for one in self._zip.infolist() if Path(one.filename).name == name]
        if not found:
            return None
        if found[0].file_size > MOST_BYTES:
            raise Unreadable(f"{name} is too large")
        return self._zip.read(found[0])


def _date(text: str) -> dt.date:
    try:
        return dt.datetime.strptime(text.strip(), "%Y%m%d").replace(tzinfo=dt.UTC).date()
    except ValueError as fault:
        raise Unreadable(f"not a date: {text!r}") from fault


def read(path: Path) -> Timetable:
    """The timetable of a folder or zip.

    Raises:
        Unreadable: it is none.
    """
    tables = _Tables(path)
    agency = next(tables.rows("agency.txt"), {})
    found = Timetable(agency.get("agency_timezone", "") or "UTC", "")
    try:
        for row in tables.rows("stops.txt"):
            if row.get("location_type", "") in ("", "0"):
                found.stops.append(
                    (row["stop_id"], row.get("stop_name", "") or row["stop_id"],
                     float(row["stop_lon"]), float(row["stop_lat"]))
                )  # fmt: skip
        for row in tables.rows("routes.txt"):
            short = row.get("route_short_name", "") or row.get("route_long_name", "")
            found.lines.append(
                (row["route_id"], short or row["route_id"], row.get("route_long_name", ""),
                 int(row.get("route_type") or 3))
            )  # fmt: skip
        for row in tables.rows("trips.txt"):
            found.trips.append(
                (row["trip_id"], row["route_id"], row["service_id"], row.get("trip_headsign", ""))
            )
        _calls(found, tables)
        _days(found, tables)
    except (KeyError, ValueError) as fault:
        if isinstance(fault, Unreadable):
            raise
        raise Unreadable(f"missing or wrong: {fault}") from fault
    found.digest = tables.digest.hexdigest()
    return found


def _calls(found: Timetable, tables: _Tables) -> None:
    trips, stops = {one[0] for one in found.trips}, {one[0] for one in found.stops}
    for row in tables.rows("stop_times.txt"):
        arrives = seconds(row.get("arrival_time", ""))
        leaves = seconds(row.get("departure_time", ""))
        arrives = leaves if arrives is None else arrives
        leaves = arrives if leaves is None else leaves
        known = row["trip_id"] in trips and row["stop_id"] in stops
        if arrives is None or leaves is None or not known:
            found.left_out += 1
            continue
        found.calls.append(
            (row["trip_id"], row["stop_id"], int(row["stop_sequence"]), arrives, leaves)
        )


def _days(found: Timetable, tables: _Tables) -> None:
    for row in tables.rows("calendar.txt", needed=False):
        day, last = _date(row["start_date"]), _date(row["end_date"])
        if (last - day).days > 3660:
            raise Unreadable("a service of more than ten years")
        while day <= last:
            if row.get(_DAYS[day.weekday()]) == "1":
                found.days.add((row["service_id"], day))
            day += dt.timedelta(days=1)
    for row in tables.rows("calendar_dates.txt", needed=False):
        one = (row["service_id"], _date(row["date"]))
        if row.get("exception_type") == "1":
            found.days.add(one)
        else:
            found.days.discard(one)
