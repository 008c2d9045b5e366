"""Reading a file of readings: one a line, or one column for each thing that is measured.

Nothing here asks the database.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from django.utils.translation import gettext_lazy as _

from veche.errors import Invalid, Refused

TIMES = ("time", "at", "timestamp", "datetime", "date", "phenomenontime")
THINGS = ("thing", "station", "sensor", "device")
PROPERTIES = ("property", "parameter", "measures")
VALUES = ("value", "result", "number")
UNITS = ("unit", "units")
NOTHING = frozenset({"", "NA", "N/A", "na", "null", "NULL", "None", "-"})
"""Cells of a wide file that hold no reading."""
_PARTS = ("year", "month", "day", "hour")
_COUNTS = frozenset({"no", "id", "row", "index", ""})
"""Columns of a wide file that number its rows."""
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}\Z")
_EARLIEST = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)


class NotReadings(Invalid):
    """The header of the file names no time, or nothing that is measured."""

    code = "not-readings"
    sentence = _("The first line must name a column with the time, and what was measured: {found}.")


class NoOffice(Refused):
    """A source belongs to an office, and the city has none yet."""

    code = "no-office-yet"
    sentence = _("A source belongs to an office: add one first.")


class Told(NamedTuple):
    """One reading of a file; `reason` where it cannot be one."""

    line: int
    thing: str
    property: str
    at: dt.datetime | None
    number: float | None
    text: str
    """The value as it was written."""
    unit: str
    reason: str = ""


def code_of(name: str) -> str:
    """A name as a code of what is measured: ``PM2.5`` becomes ``pm25``."""
    if _CODE.match(name):
        return name
    return re.sub(r"[^a-z0-9]+", "-", name.lower().replace(".", "")).strip("-")[:60] or "value"


class File:
    """A file of readings, plain or compressed by gzip; read it once by iterating over it.

    Times without a zone are those of `zone`. A file without a column for the thing tells of
    `thing`, one without a column for the property of `what`.

    Raises:
        NotReadings: at the first reading, when the header does not fit.
        OSError, UnicodeDecodeError: it cannot be read.
    """

    def __init__(self, path: Path, *, zone: dt.tzinfo, thing: str = "", what: str = "") -> None:
        self.path, self.zone = path, zone
        self.thing = thing or path.name.split(".", 1)[0]
        self.what = what
        self.size = max(path.stat().st_size, 1)
        self._raw: IO[bytes] | None = None
        self._known: dict[str, dt.datetime | None] = {}

    def part(self) -> float:
        """How much of the file has been read, from 0 to 1."""
        if self._raw is None or self._raw.closed:
            return 0.0
        return min(self._raw.tell() / self.size, 1.0)

    def __iter__(self) -> Iterator[Told]:
        with self.path.open("rb") as raw:
            self._raw = raw
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            data = gzip.GzipFile(fileobj=raw) if packed else raw
            with io.TextIOWrapper(data, encoding="utf-8-sig", newline="") as text:
                lines = csv.reader(text)
                header = [cell.strip() for cell in next(lines, [])]
                names = [cell.lower() for cell in header]
                value, what = _one(names, VALUES), _one(names, PROPERTIES)
                if value is not None and (what is not None or _one(names, TIMES) is not None):
                    yield from self._long(lines, header, names, value, what)
                else:
                    yield from self._wide(lines, header, names)

    def _long(
        self,
        lines: Iterator[list[str]],
        header: list[str],
        names: list[str],
        value: int,
        what: int | None,
    ) -> Iterator[Told]:
        time, thing, unit = _one(names, TIMES), _one(names, THINGS), _one(names, UNITS)
        if time is None:
            raise NotReadings(found=", ".join(header))
        most, moment, codes = len(names), self._moment, _Codes()
        alone = code_of(self.what or "value")
        for line, cells in enumerate(lines, 2):
            if len(cells) < most:
                if cells:
                    yield Told(line, "", "", None, None, ",".join(cells), "", "form")
                continue
            text = cells[value]
            who = cells[thing] if thing is not None else self.thing
            which = codes[cells[what]] if what is not None else alone
            measured = cells[unit] if unit is not None else ""
            at = moment(cells[time])
            if at is None:
                yield Told(line, who, which, None, None, text, measured, "time")
                continue
            try:
                yield Told(line, who, which, at, float(text), text, measured)
            except ValueError:
                reason = "number" if text.strip() else "empty"
                yield Told(line, who, which, at, None, text, measured, reason)

    def _wide(
        self, lines: Iterator[list[str]], header: list[str], names: list[str]
    ) -> Iterator[Told]:
        time, thing = _one(names, TIMES), _one(names, THINGS)
        parts = [names.index(part) for part in _PARTS if part in names]
        if time is None and len(parts) < 3:
            raise NotReadings(found=", ".join(header))
        other = {time, thing, *(parts if time is None else ())}
        columns = [
            (at, code_of(header[at]))
            for at, name in enumerate(names)
            if at not in other and name not in _COUNTS
        ]
        if not columns:
            raise NotReadings(found=", ".join(header))
        words: dict[int, bool] = {}  # whether a column holds words: its first cell says so
        for line, cells in enumerate(lines, 2):
            if len(cells) < len(names):
                if cells:
                    yield Told(line, "", "", None, None, ",".join(cells), "", "form")
                continue
            moment = self._moment(cells[time]) if time is not None else self._parts(cells, parts)
            who = cells[thing] if thing is not None else self.thing
            if moment is None:
                yield Told(line, who, "", None, None, ",".join(cells)[:200], "", "time")
                continue
            for at, what in columns:
                text = cells[at]
                try:
                    number = float(text)
                except ValueError:
                    if text in NOTHING:
                        continue
                    if words.setdefault(at, True):
                        yield Told(line, who, what, moment, None, text, "")
                    else:
                        yield Told(line, who, what, moment, None, text, "", "number")
                    continue
                words.setdefault(at, False)
                yield Told(line, who, what, moment, number, text, "")

    def _moment(self, text: str) -> dt.datetime | None:
        """The moment that a cell says; None where it says none."""
        try:
            return self._known[text]
        except KeyError:
            pass
        if len(self._known) > 20_000:
            self._known.clear()
        found = self._known[text] = self._parsed(text.strip())
        return found

    def _parsed(self, text: str) -> dt.datetime | None:
        try:
            if text.isdigit() and len(text) in (10, 13):
                return dt.datetime.fromtimestamp(
                    int(text) / (1 if len(text) == 10 else 1e3), dt.UTC
                )
            return self._placed(dt.datetime.fromisoformat(text))
        except (ValueError, OverflowError):
            return None

    def _parts(self, cells: Sequence[str], parts: Sequence[int]) -> dt.datetime | None:
        try:
            year, month, day, hour = (*(int(cells[part]) for part in parts), 0)[:4]
            return self._placed(dt.datetime.combine(dt.date(year, month, day), dt.time(hour)))
        except ValueError:
            return None

    def _placed(self, moment: dt.datetime) -> dt.datetime | None:
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self.zone)
        moment = moment.astimezone(dt.UTC)
        return moment if moment >= _EARLIEST else None


class _Codes(dict[str, str]):
    def __missing__(self, name: str) -> str:
        found = self[name] = code_of(name.strip())
        return found


def _one(names: Sequence[str], wanted: Sequence[str]) -> int | None:
    """The place of the first of the wanted columns that there is."""
    return next((names.index(name) for name in wanted if name in names), None)
