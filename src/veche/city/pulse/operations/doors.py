"""Taking single readings that came within milliseconds of each other, all of one source."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from veche.city.pulse.models import FeatureOfInterest, Stream
from veche.city.pulse.operations.arrays import features
from veche.city.pulse.operations.intake import Row, refuse, take
from veche.city.pulse.sensorthings import bodies
from veche.city.pulse.sensorthings import write_words as words
from veche.city.pulse.sensorthings.observations import reading
from veche.errors import Refused
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

_TICK = dt.timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class KnownStream:
    """What a door knows of a source's own stream without asking."""

    multi: bool
    parts: int
    """Results in one reading of a multi-datastream."""
    feature: int | None
    """What its readings are about."""


@dataclass(frozen=True, slots=True)
class Single:
    """One reading as it was sent."""

    document: Mapping[str, Any]
    stream: int
    multi: bool


Outcome = int | str | Refused
"""The number of a reading; why the intake refused it; or why it cannot be read."""


@operation
def take_singles(
    *,
    by: Person | None,
    at: dt.datetime,
    source: int,
    given: Sequence[Single],
    known: dict[int, KnownStream],
) -> list[Outcome]:
    """Take these readings; each is judged by itself and has its own outcome, in their order.

    ``known`` is filled with the streams that were not known. A reading without a time is of this
    moment; several of them, each a microsecond later, stay several.
    """
    _learn({one.stream for one in given} - known.keys(), source, known)
    own = _own_features(given, source)
    rows: list[Row] = []
    outcomes: list[Outcome] = []
    bad: dict[str, tuple[int, str]] = {}
    for place, one in enumerate(given):
        try:
            row = _row(one, known.get(one.stream), own, at + place * _TICK)
        except Refused as refused:
            count, _sample = bad.get("form", (0, ""))
            bad["form"] = (count + 1, str(refused))
            outcomes.append(refused)
        else:
            outcomes.append(len(rows))  # its place, until its number is known
            rows.append(row)
    taken = take(by=by, at=at, source=source, rows=rows, numbers=True)
    refuse(source=source, at=at, refused=bad)
    why = dict(taken.rejected)
    return [_told(one, taken.numbers, why) if isinstance(one, int) else one for one in outcomes]


def _told(place: int, numbers: Sequence[int | None], why: Mapping[int, str]) -> Outcome:
    number = numbers[place]
    return why[place] if number is None else number


def _row(one: Single, known: KnownStream | None, own: frozenset[int], at: dt.datetime) -> Row:
    """The row of the intake; a stream that is not the source's own is refused there.

    Raises:
        Refused: it cannot be read; the sentence says why.
    """
    if known is not None and known.multi != one.multi:
        raise words.NoSuch(what="MultiDatastream" if one.multi else "Datastream")
    feature = known.feature if known else None
    about = one.document.get("FeatureOfInterest")
    if about is not None:
        feature = bodies.linked(about, "FeatureOfInterest")
        if feature not in own:
            raise words.BadLink(name="FeatureOfInterest", number=feature)
    parts = known.parts if known else 0
    return reading(one.document, one.stream, at, parts=parts, feature=feature)


def _own_features(given: Sequence[Single], source: int) -> frozenset[int]:
    """Those of the named features of interest that are the source's own."""
    named = {
        number
        for one in given
        if isinstance(about := one.document.get("FeatureOfInterest"), dict)
        and (number := bodies.number_of(about.get("@iot.id"))) is not None
    }
    if not named:
        return frozenset()
    rows = FeatureOfInterest.objects.filter(pk__in=named, source=source)
    return frozenset(rows.values_list("pk", flat=True))


def _learn(streams: set[int], source: int, known: dict[int, KnownStream]) -> None:
    if not streams:
        return
    about = features(streams, source)
    for stream in Stream.objects.filter(pk__in=streams, source=source).prefetch_related("parts"):
        known[stream.pk] = KnownStream(
            stream.multi, len(stream.parts.all()) if stream.multi else 0, about.get(stream.pk)
        )
