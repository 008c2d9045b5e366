"""The one way by which readings come in, whoever brings them.

Every reading is judged by itself: one that cannot be true is refused with a reason and counted,
and never holds up those beside it. What comes again is known again. One journal record speaks for
a batch.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from veche.city.pulse.models import Source
from veche.city.pulse.operations import intake_sql as sql
from veche.city.pulse.operations.plain import Plain
from veche.city.pulse.tasks_signs import ask_to_reckon
from veche.core.journal.operations import record
from veche.errors import NotFound
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

AHEAD = dt.timedelta(minutes=5)
"""The clock of a sensor may run ahead of ours by so much."""
STAGED_FROM = 2_000
"""Batches of so many readings go through a table of their own, smaller ones in the statement."""

REASONS = {
    "foreign": _("The stream belongs to another source, or there is none of this number."),
    "off": _("The source is switched off, or its agreement has ended."),
    "empty": _("There is no result."),
    "number": _("The result is not a finite number."),
    "unit": _("The unit is not the one of this stream."),
    "range": _("The number lies outside of what can be: a wrong unit or a broken sensor."),
    "future": _("The time lies in the future: the clock of the sensor is wrong."),
    "old": _("The time lies before what is kept of this source."),
    "full": _("The day holds as many readings as it may."),
    "often": _("The stream tells more in a minute than it may."),
    "time": _("The time cannot be read."),
    "unknown": _("There is no stream of this thing and property."),
    "form": _("The message cannot be read."),
    "agreed": _("The exchange agreement does not give this."),
}
"""Why a reading is refused, in words."""


class NoSuchSource(NotFound):
    """No source has this number or code."""

    code = "no-such-source"
    sentence = _("There is no source of this name.")


class Row(NamedTuple):
    """One reading; `stream` by its number, times aware, JSON values as Python values."""

    stream: int
    at: dt.datetime
    number: float | None = None
    """The result, where it is a number."""
    result: Any = None
    """The result, where it is anything else."""
    until: dt.datetime | None = None
    nth: int = 0
    result_at: dt.datetime | None = None
    valid_from: dt.datetime | None = None
    valid_until: dt.datetime | None = None
    feature: int | None = None
    quality: Any = None
    parameters: Any = None
    unit: str = ""
    """The unit the sender says it is in (symbol or name); empty: not said."""


@dataclass(frozen=True)
class Taken:
    """What became of a batch."""

    taken: int
    repeated: int
    """They were there already."""
    refused: dict[str, int] = field(default_factory=dict)
    """Reason (see `REASONS`) → how many."""
    rejected: tuple[tuple[int, str], ...] = ()
    """Place in the batch and reason of each that was refused."""
    numbers: tuple[int | None, ...] = ()
    """The number of each reading in the order given, None for one refused; where asked for."""

    def __add__(self, other: Taken) -> Taken:
        """Both together, without places and numbers."""
        return Taken(
            self.taken + other.taken,
            self.repeated + other.repeated,
            dict(Counter(self.refused) + Counter(other.refused)),
        )


@operation
def take(
    *,
    by: Person | None,
    at: dt.datetime,
    source: Source | int,
    rows: Sequence[Row] | Plain,
    numbers: bool = False,
) -> Taken:
    """Write the readings of one source; each is judged by itself, none holds up the others.

    Asked for ``numbers``, it says under which number each stands (those that were there already
    included).

    Raises:
        NoSuchSource: there is no such source.
    """
    pk = source if isinstance(source, int) else source.pk
    code, given = _lock(pk, at)
    staged = len(rows) >= STAGED_FROM
    if staged:
        rows = rows if isinstance(rows, Plain) else Plain.of(rows) or rows
        digest, days = _stage(rows)
    else:
        rows = [_row(rows, place) for place in range(len(rows))]
        digest = hashlib.sha256("".join(_lines(rows)).encode())
        days = {row.at.astimezone(dt.UTC).date() for row in rows}
        given |= _columns(rows)
    given["full"] = _days(days, given["oldest"], given["newest"])
    given["first"], given["last"] = min(days, default=None), max(days, default=None)
    told = _write(given, staged=staged, once=staged and _once(rows), numbers=numbers)
    taken = next(int(count) for place, _reason, count in told if place == -1)
    rejected = tuple(sorted((place, reason) for place, reason, _count in told if reason))
    found = Taken(
        taken,
        len(rows) - taken - len(rejected),
        dict(Counter(reason for _place, reason in rejected)),
        rejected,
        _numbers(rows, told) if numbers else (),
    )
    refuse(source=pk, at=at, refused=_samples(rows, rejected))
    if taken:
        ask_to_reckon()
    record(
        kind="pulse.readings-taken",
        by=by,
        at=at,
        subject=f"source:{code}",
        public={
            "taken": found.taken,
            "repeated": found.repeated,
            "refused": found.refused,
            "sha256": digest.hexdigest(),
        },
    )
    return found


def _row(rows: Sequence[Row] | Plain, place: int) -> Row:
    """One of the readings of a batch."""
    if not isinstance(rows, Plain):
        return rows[place]
    return Row(rows.stream[place], rows.moment(place), rows.number[place],
               feature=rows.feature[place], unit=rows.unit[place])  # fmt: skip


_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
_JSON = tuple(Row._fields.index(name) for name in ("result", "quality", "parameters"))


def _columns(rows: Sequence[Row]) -> dict[str, list[Any]]:
    """The rows as the parameters of the statement, column by column."""
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _name in Row._fields]
    for place in _JSON:
        columns[place] = [_json(value) for value in columns[place]]
    return {f"c_{name}": column for name, column in zip(Row._fields, columns, strict=True)}


def kept_text(text: str) -> str:
    """A text as PostgreSQL can keep it: without the character zero and halves of pairs."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _json(value: Any) -> str | None:
    """A value as PostgreSQL can keep it: characters that no text holds fall out of it.

    What is no JSON at all (a number that is none, deep inside) is as if there were nothing.
    """
    if value is None:
        return None
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError:
        return None
    if "\\u0000" in text:
        text = _NUL.sub(r"\1", text)
    return text.encode("utf-8", "replace").decode()


@inside
def hold(source: int) -> None:
    """Let nobody else write for this source until the operation ends: who must make what is
    missing before taking readings asks first, or two of them would make the same."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SOURCE, [source])


def _lock(source: int, at: dt.datetime) -> tuple[str, dict[str, Any]]:
    """Lock the source, so that its batches come one by one; its code, and what judges a reading."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SOURCE, [source])
        row = cursor.fetchone()
    if row is None:
        raise NoSuchSource
    code, state, kept, most = row
    return code, {
        "at": at,
        "oldest": at - dt.timedelta(days=kept),
        "newest": at + AHEAD,
        "source": source,
        "off": state == Source.State.OFF,
        "most": most,
    }


def _days(days: Iterable[dt.date], oldest: dt.datetime, newest: dt.datetime) -> list[dt.date]:
    """Make the days that are missing, as far as they can be; those that are full."""
    possible = [
        day
        for day in days
        if oldest.astimezone(dt.UTC).date() <= day <= newest.astimezone(dt.UTC).date()
    ]
    if not possible:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql.MAKE_DAYS, [possible])
        cursor.execute(sql.FULL, [possible, settings.DAY_BYTES])
        return [day for (day,) in cursor.fetchall()]


def _once(rows: Sequence[Row] | Plain) -> bool:
    """Whether no reading stands twice in the batch."""
    if isinstance(rows, Plain):
        return rows.once
    return len({(row[0], row[1], row[5]) for row in rows}) == len(rows)


def _write(
    given: dict[str, Any], *, staged: bool, once: bool, numbers: bool
) -> list[tuple[int, str, int]]:
    """Judge and write what was given; place, reason and count of what was refused and taken.

    With ``numbers`` also the place and the number of each that was taken, without a reason.
    """
    shape = {
        "staged": staged,
        "limited": given["most"] is not None,
        "full": bool(given["full"]),
        "numbers": numbers,
    }
    with connection.cursor() as cursor:
        if staged:
            cursor.execute(sql.MEMORY)
        try:
            with transaction.atomic(savepoint=once):
                cursor.execute(sql.write(**shape, once=once), given)
                told: list[tuple[int, str, int]] = cursor.fetchall()
        except IntegrityError:
            if not once:
                raise
            # Somebody changed the time of a reading meanwhile: the way that minds nobody.
            cursor.execute(sql.write(**shape, once=False), given)
            told = cursor.fetchall()
        if staged:
            cursor.execute("TRUNCATE pulse_staged")
    return told


_NULL = "\\N"
_SPECIAL = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x00": None})


def _lines(rows: Iterable[Row]) -> Iterable[str]:
    """The rows as PostgreSQL's COPY reads them, with their place before."""
    for place, row in enumerate(rows):
        cells = [_cell(_json(value) if at in _JSON else value) for at, value in enumerate(row)]
        yield "\t".join([str(place), *cells]) + "\n"


def _cell(value: Any) -> str:
    if value is None:
        return _NULL
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return _text(value) if isinstance(value, str) else repr(value)


def _text(value: str) -> str:
    return value.translate(_SPECIAL)


def _stage(rows: Sequence[Row] | Plain) -> tuple[Any, set[dt.date]]:
    """Send the rows into the table of the intake; the digest of what was sent, and its days."""
    digest = hashlib.sha256()
    plain = isinstance(rows, Plain)
    with connection.cursor() as cursor:
        cursor.execute(sql.STAGE)
        copy = sql.COPY_PLAIN if plain else sql.COPY
        with connection.wrap_database_errors, cursor.copy(copy) as out:
            for block in rows.packed() if isinstance(rows, Plain) else _blocks(_lines(rows)):
                digest.update(block)
                out.write(block)
        if isinstance(rows, Plain):
            return digest, rows.days
        cursor.execute(sql.STAGED_DAYS)
        return digest, {day for (day,) in cursor.fetchall()}


def _blocks(lines: Iterable[str]) -> Iterable[bytes]:
    left = iter(lines)
    while block := "".join(islice(left, 2_000)).encode():
        yield block


def _numbers(
    rows: Sequence[Row] | Plain, told: Iterable[tuple[int, str, int]]
) -> tuple[int | None, ...]:
    """Under which number each of the rows stands: new ones are told, others are looked for."""
    found: dict[int, int | None] = {
        place: None if reason else number for place, reason, number in told if place >= 0
    }
    left = [place for place in range(len(rows)) if place not in found]
    if left:
        missing = [_row(rows, place) for place in left]
        with connection.cursor() as cursor:
            cursor.execute(
                sql.NUMBERS,
                [
                    [row.stream for row in missing],
                    [row.at for row in missing],
                    [row.nth for row in missing],
                ],
            )
            found |= {left[place]: number for place, number in cursor.fetchall()}
    return tuple(found.get(place) for place in range(len(rows)))


def _samples(
    rows: Sequence[Row] | Plain, rejected: Iterable[tuple[int, str]]
) -> dict[str, tuple[int, str]]:
    found: dict[str, tuple[int, str]] = {}
    for place, reason in rejected:
        row = _row(rows, place)
        result = row.number if row.result is None else row.result
        sample = f"{row.stream} {row.at.isoformat()} {result} {row.unit}".strip()
        found[reason] = (found.get(reason, (0, ""))[0] + 1, sample)
    return found


def refuse(*, source: int | None, at: dt.datetime, refused: dict[str, tuple[int, str]]) -> None:
    """Count refusals of a source: reason → how many, and the newest in words.

    For doors that refuse what never becomes a `Row` (unreadable, unknown): call it inside an
    operation or let `take` do it.
    """
    if not refused:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            sql.REFUSE,
            {
                "source": source,
                "day": at.astimezone(dt.UTC).date(),
                "reasons": list(refused),
                "counts": [count for count, _sample in refused.values()],
                "samples": [kept_text(sample)[:400] for _count, sample in refused.values()],
            },
        )
