"""Loading a file of readings: block by block through the intake, each block a whole."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from veche.city.pulse.connectors.base import Found, Measured
from veche.city.pulse.loading import File, Told
from veche.city.pulse.models import Source, Stream
from veche.city.pulse.operations.found import stream_code, take_found
from veche.city.pulse.operations.intake import REASONS, Row, Taken, refuse, take
from veche.core.journal.operations import record
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

BLOCK = 50_000
"""Readings of one transaction."""
DAYS = 100
"""Days that one transaction touches at most: each is a table with locks of its own."""


class Rejects:
    """The file of what was refused: line, reason, and what was written there."""

    def __init__(self, path: Path | None) -> None:
        self._file: IO[str] | None = None
        self._path, self._rows = path, None

    def add(self, told: Told, reason: str) -> None:
        """Write one line; the file begins with the first."""
        if self._path is None:
            return
        if self._file is None:
            self._file = self._path.open("w", encoding="utf-8", newline="")
            csv.writer(self._file).writerow(
                ["line", "reason", "why", "time", "thing", "property", "value", "unit"]
            )
        at = told.at.isoformat() if told.at else ""
        csv.writer(self._file).writerow(
            [told.line, reason, REASONS[reason], at, told.thing, told.property, told.text,
             told.unit]
        )  # fmt: skip

    def close(self) -> None:
        """The file is whole."""
        if self._file is not None:
            self._file.close()


def load(
    *,
    by: Person | None,
    at: dt.datetime,
    source: Source,
    file: File,
    rejects: Path | None = None,
    progress: Callable[[int, float], None] = lambda _read, _part: None,
) -> tuple[int, Taken]:
    """Bring the readings of a file in; how many were read and what became of them.

    Each block is an operation of its own, so that a load that was interrupted is begun again from
    the start: what is there is known again. Things that are new to the source are made.

    Raises:
        NotReadings: the file's header does not fit.
        OSError, UnicodeDecodeError: it cannot be read.
    """
    refused = Rejects(rejects)
    known = _Known(source)
    read, whole = 0, Taken(0, 0)
    block: list[Told] = []
    days: set[dt.date] = set()
    try:
        for told in file:
            block.append(told)
            if told.at is not None:
                days.add(told.at.date())
            if len(block) == BLOCK or len(days) > DAYS:
                read += len(block)
                whole += load_block(
                    by=by, at=at, source=source, block=block, known=known, rejects=refused
                )
                block, days = [], set()
                progress(read, file.part())
        read += len(block)
        whole += load_block(by=by, at=at, source=source, block=block, known=known, rejects=refused)
    finally:
        refused.close()
    return read, whole


class _Known:
    """The streams of a source by thing and property."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.streams: dict[tuple[str, str], int] = {}
        self.look()

    def look(self) -> None:
        """Read them afresh."""
        rows = Stream.objects.filter(source=self.source, multi=False)
        codes = {}
        for pk, code, thing, name, what in rows.values_list(
            "pk", "code", "thing__code", "thing__name", "property__code"
        ):
            codes[code] = pk
            self.streams.setdefault((str(thing or name), str(what)), pk)
        self.codes = codes

    def find(self, key: tuple[str, str]) -> int | None:
        """The number of the stream; None where there is none."""
        found = self.streams.get(key)
        if found is None:
            found = self.codes.get(stream_code(*key))
            if found is not None:
                self.streams[key] = found
        return found


@operation
def load_block(
    *,
    by: Person | None,
    at: dt.datetime,
    source: Source,
    block: Sequence[Told],
    known: _Known,
    rejects: Rejects,
) -> Taken:
    """Bring a block of a file in."""
    whole = Taken(0, 0)
    new: dict[tuple[str, str], Told] = {}
    for told in block:
        if not told.reason:
            key = (told.thing, told.property)
            if key not in known.streams and key not in new and known.find(key) is None:
                new[key] = told
    firsts = {id(told) for told in new.values()}
    if new:
        whole += _make(by, at, source, new.values(), rejects)
        known.look()
    rows: list[Row] = []
    lines: list[Told] = []
    bad: dict[str, tuple[int, str]] = {}
    streams = known.streams
    for told in block:
        line, thing, what, moment, number, text, unit, reason = told
        if not reason:
            if firsts and id(told) in firsts:
                continue
            stream = streams.get((thing, what)) or known.find((thing, what))
            if stream is not None and moment is not None:
                rows.append(Row(stream, moment, number, None if number is not None else text,
                                None, 0, None, None, None, None, None, None, unit))  # fmt: skip
                lines.append(told)
                continue
            reason = "unknown"
        bad[reason] = (bad.get(reason, (0, ""))[0] + 1, f"{line}: {thing} {what} {text}")
        rejects.add(told, reason)
    taken = take(by=by, at=at, source=source, rows=rows)
    for place, reason in taken.rejected:
        rejects.add(lines[place], reason)
    refuse(source=source.pk, at=at, refused=bad)
    return whole + taken + Taken(0, 0, {reason: count for reason, (count, _s) in bad.items()})


def _make(
    by: Person | None, at: dt.datetime, source: Source, firsts: Iterable[Told], rejects: Rejects
) -> Taken:
    """Make the streams of readings whose stream is new, and take these readings; one by one
    where any is refused, so that the file of rejects can name it."""
    whole = Taken(0, 0)
    told = list(firsts)
    found = take_found(by=by, at=at, source=source, found=Found([_measured(one) for one in told]))
    whole += found
    if found.refused:
        # Which of them: those that are not there.
        reason = next(iter(found.refused))
        there = set(
            Stream.objects.filter(source=source, latest_at__isnull=False).values_list(
                "code", flat=True
            )
        )
        for one in told:
            if stream_code(one.thing, one.property) not in there:
                rejects.add(one, reason)
    return whole


def _measured(told: Told) -> Measured:
    values: dict[str, Any] = (
        {"number": told.number} if told.number is not None else {"result": told.text}
    )
    assert told.at is not None
    return Measured(told.thing, told.property, told.at, unit=told.unit, **values)


@operation
def note_loaded(
    *, by: Person | None, at: dt.datetime, source: Source, name: str, read: int, whole: Taken
) -> None:
    """Say in the journal that a file was loaded, once it was."""
    record(
        kind="pulse.file-loaded", by=by, at=at, subject=f"source:{source.code}",
        public={"file": name, "read": read, "taken": whole.taken, "repeated": whole.repeated,
                "refused": whole.refused},
    )  # fmt: skip
