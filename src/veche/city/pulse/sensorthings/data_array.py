"""The DataArray extension: many readings in one request, each answered by a link or an error."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from veche.city.pulse.operations.intake import REASONS, Row
from veche.city.pulse.operations.plain import Plain, ticks
from veche.city.pulse.sensorthings import bodies
from veche.city.pulse.sensorthings import write_words as words
from veche.city.pulse.sensorthings.observations import reading
from veche.errors import Invalid

COMPONENTS = frozenset(
    {
        "phenomenonTime",
        "result",
        "resultTime",
        "resultQuality",
        "validTime",
        "parameters",
        "FeatureOfInterest/id",
        "FeatureOfInterest/@iot.id",
    }
)
_PLAIN = ("phenomenonTime", "result")
_TICK = dt.timedelta(microseconds=1)
_EARLIEST, _LATEST = dt.datetime(1900, 1, 1, tzinfo=dt.UTC), dt.datetime(2200, 1, 1, tzinfo=dt.UTC)
_FIRST, _LAST = ticks([_EARLIEST, _LATEST])


@dataclass
class Parsed:
    """What a request holds, before anything is judged."""

    rows: list[Row] = field(default_factory=list)
    plain: Plain | None = None
    """The rows instead, where all are times and numbers."""
    answers: list[int | str] = field(default_factory=list)
    """For each row as sent: its place in `rows`, or why it cannot be read."""
    bad: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Reason → how many could not be read, and the newest of them in words."""


@dataclass(frozen=True)
class Array:
    """One of the arrays of a request: readings of one stream."""

    stream: int
    multi: bool
    components: tuple[str, ...]
    values: Sequence[Any]


def arrays(document: object) -> list[Array]:
    """The arrays of a request.

    Raises:
        words.NotThat, words.Missing, words.BadLink: it is no such request.
    """
    if isinstance(document, dict) and "value" in document:
        document = document["value"]
    found = []
    for one in bodies.entities(document, "body"):
        multi = "MultiDatastream" in one
        name = "MultiDatastream" if multi else "Datastream"
        if name not in one:
            raise words.Missing(name="Datastream")
        components, values = one.get("components"), one.get("dataArray")
        if not isinstance(components, list) or not all(isinstance(c, str) for c in components):
            raise words.NotThat(name="components", kind=words.LIST)
        if not isinstance(values, list):
            raise words.NotThat(name="dataArray", kind=words.LIST)
        if "result" not in components:
            raise words.Missing(name="result")
        found.append(Array(bodies.linked(one[name], name), multi, tuple(components), values))
    return found


def parse(
    given: Sequence[Array],
    at: dt.datetime,
    parts: dict[int, int],
    features: dict[int, int | None],
) -> Parsed:
    """The rows of all arrays. ``parts``: stream → how many results one of it has, if several;
    ``features``: stream → what its readings are about."""
    whole = None if parts else _whole(given, features)
    if whole is not None:
        return Parsed(plain=whole, answers=list(range(len(whole))))
    found = Parsed()
    for array in given:
        of, feature = parts.get(array.stream, 0), features.get(array.stream)
        if array.multi != bool(of) and array.stream in features:
            _all_bad(found, array)
        elif array.components == _PLAIN and not of:
            _plain(found, array, feature, at)
        else:
            _full(found, array, of, feature, at)
    return found


def _whole(given: Sequence[Array], features: dict[int, int | None]) -> Plain | None:
    """Times and numbers and nothing else in all arrays, as nearly all requests are: taken column
    by column, no step for each reading. None where anything is otherwise."""
    found = Plain()
    for array in given:
        values = array.values
        if array.multi or array.components != _PLAIN:
            return None
        if not values:
            continue
        if set(map(type, values)) != {list} or set(map(len, values)) != {2}:
            return None
        times, numbers = zip(*values, strict=True)
        if not set(map(type, numbers)) <= {float, int}:
            return None
        try:
            at = ticks(map(dt.datetime.fromisoformat, times))
            found.add(array.stream, at, map(float, numbers), features.get(array.stream))
        except (TypeError, ValueError, OverflowError):
            return None
        if min(at) <= _FIRST or max(at) >= _LAST:
            return None
    return found


def _all_bad(found: Parsed, array: Array) -> None:
    for values in array.values:
        _bad(found, "unknown", values, str(REASONS["unknown"]))


def _plain(found: Parsed, array: Array, feature: int | None, at: dt.datetime) -> None:
    """Times and results, some of which may be anything: no more work for each than needed."""
    rows, answers, stream = found.rows, found.answers, array.stream
    for values in array.values:
        try:
            time, value = values
            if type(value) is int:
                value = float(value)
            moment = dt.datetime.fromisoformat(time)
            if type(value) is not float or not _EARLIEST < moment < _LATEST:
                raise TypeError
        except (TypeError, ValueError, OverflowError):
            _one(found, array, values, 0, feature, at)
            continue
        answers.append(len(rows))
        rows.append(Row(stream, moment, value, feature=feature))


def _full(found: Parsed, array: Array, parts: int, feature: int | None, at: dt.datetime) -> None:
    for place, values in enumerate(array.values):
        _one(found, array, values, parts, feature, at + place * _TICK)


def _one(
    found: Parsed, array: Array, values: Any, parts: int, feature: int | None, at: dt.datetime
) -> None:
    """One row, whatever is in it; a row that cannot be read does not hold up the others."""
    if not isinstance(values, list) or len(values) != len(array.components):
        _bad(found, "form", values, str(REASONS["form"]))
        return
    try:
        bodies.look_through(values)
    except words.Unreadable as fault:
        _bad(found, "form", values, str(fault))
        return
    document = dict(zip(array.components, values, strict=True))
    about = document.get("FeatureOfInterest/id", document.get("FeatureOfInterest/@iot.id"))
    if about is not None:
        feature = bodies.number_of(about)
    try:
        row = reading(document, array.stream, at, parts=parts, feature=feature)
    except Invalid as fault:
        timed = isinstance(fault, words.NotThat) and "Time" in str(fault.details.get("name"))
        _bad(found, "time" if timed else "form", values, str(fault))
        return
    found.answers.append(len(found.rows))
    found.rows.append(row)


def _bad(found: Parsed, reason: str, values: Any, why: str) -> None:
    count, _sample = found.bad.get(reason, (0, ""))
    found.bad[reason] = (count + 1, str(values)[:200].replace("\x00", ""))
    found.answers.append(why)


def links(
    parsed: Parsed, numbers: Sequence[int | None], rejected: dict[int, str], base: str
) -> list[str]:
    """The answer: a link for each row as it was sent, or why there is none."""
    begin = f"{base}/Observations("
    if parsed.plain is not None and not rejected:
        return [f"{begin}{number})" for number in numbers]
    why = {reason: f"error: {sentence}" for reason, sentence in REASONS.items()}
    found = []
    for answer in parsed.answers:
        if isinstance(answer, str):
            found.append(f"error: {answer}")
        elif answer in rejected:
            found.append(why[rejected[answer]])
        else:
            found.append(f"{begin}{numbers[answer]})")
    return found
