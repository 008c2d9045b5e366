"""Readings that are a number and nothing else, as columns: nearly all that systems send at once.

They go to PostgreSQL as its COPY reads them in binary, without a text made of each on the way.
"""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat
from operator import floordiv, sub
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from veche.city.pulse.operations.intake import Row

EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
"""PostgreSQL counts microseconds from here."""
_TICK = dt.timedelta(microseconds=1)
_DAY = 86_400_000_000
_EPOCH_DAY = EPOCH.date().toordinal()
_BEGIN = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_END = b"\xff\xff"
_ROW = struct.Struct(">hiiiqiqid")
"""Six fields follow: place, stream, time and number with their lengths; then the tail."""
_BLOCK = 4_000


class Plain:
    """Readings as columns, in the order in which they were sent."""

    def __init__(self) -> None:
        self.stream: list[int] = []
        self.at: list[int] = []
        """Microseconds since `EPOCH`."""
        self.number: list[float] = []
        self.feature: list[int | None] = []
        self.unit: list[str] = []
        self.days: set[dt.date] = set()
        """In UTC."""
        self._times: dict[int, set[int]] = {}

    def __len__(self) -> int:
        return len(self.stream)

    @property
    def once(self) -> bool:
        """Whether no reading stands twice."""
        return sum(map(len, self._times.values())) == len(self.stream)

    def add(
        self, stream: int, at: Sequence[int], numbers: Iterable[float], feature: int | None
    ) -> None:
        """More readings of one stream, in its own unit."""
        self.stream += repeat(stream, len(at))
        self.at += at
        self.number += numbers
        self.feature += repeat(feature, len(at))
        self.unit += repeat("", len(at))
        self._times.setdefault(stream, set()).update(at)
        first, last = min(at) // _DAY, max(at) // _DAY
        self._dated({first, last} if last - first < 2 else set(map(floordiv, at, repeat(_DAY))))

    def _dated(self, days: Iterable[int]) -> None:
        self.days.update(dt.date.fromordinal(_EPOCH_DAY + day) for day in days)

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Plain | None:
        """The rows as columns; None where any of them is more than a number."""
        if not rows:
            return None
        stream, at, number, *others = zip(*rows, strict=True)
        result, until, nth, r_at, v_from, v_until, feature, quality, parameters, unit = others
        rest = (result, until, r_at, v_from, v_until, quality, parameters)
        if None in number or any(nth) or any(one.count(None) < len(rows) for one in rest):
            return None
        found = cls()
        found.stream, found.at, found.number = list(stream), ticks(at), list(number)
        found.feature, found.unit = list(feature), list(unit)
        for one, time in zip(stream, found.at, strict=True):
            found._times.setdefault(one, set()).add(time)
        found._dated(set(map(floordiv, found.at, repeat(_DAY))))
        return found

    def moment(self, place: int) -> dt.datetime:
        """When the reading at this place was so."""
        return EPOCH + self.at[place] * _TICK

    def packed(self) -> Iterator[bytes]:
        """What COPY reads: place, stream, time, number, feature and unit of each."""
        yield _BEGIN
        tails = _Tails()
        for first in range(0, len(self), _BLOCK):
            part = slice(first, first + _BLOCK)
            heads = map(
                _ROW.pack,
                repeat(6),
                repeat(4), range(first, len(self)),
                repeat(8), self.stream[part],
                repeat(8), self.at[part],
                repeat(8), self.number[part],
            )  # fmt: skip
            ends = map(tails.__getitem__, zip(self.feature[part], self.unit[part], strict=True))
            # The places are more than the rest: the shortest column ends it.
            yield b"".join(chain.from_iterable(zip(heads, ends, strict=False)))
        yield _END


class _Tails(dict[tuple[Any, str], bytes]):
    """The last two fields of a row: few differ."""

    def __missing__(self, key: tuple[int | None, str]) -> bytes:
        feature, unit = key
        about = struct.pack(">i", -1) if feature is None else struct.pack(">iq", 8, feature)
        text = unit.replace("\x00", "").encode("utf-8", "replace")
        found = self[key] = about + struct.pack(">i", len(text)) + text
        return found


def ticks(moments: Iterable[dt.datetime]) -> list[int]:
    """Aware times as microseconds since `EPOCH`.

    Raises:
        TypeError: one has no zone.
    """
    return list(map(floordiv, map(sub, moments, repeat(EPOCH)), repeat(_TICK)))
