"""Readings as the standard spells them, made rows of the intake."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from veche.city.pulse.operations.intake import Row
from veche.city.pulse.sensorthings import write_words as words
from veche.city.pulse.sensorthings.bodies import moment, object_of, span
from veche.city.pulse.sensorthings.shapes import result


def reading(
    document: Mapping[str, Any],
    stream: int,
    at: dt.datetime,
    *,
    parts: int = 0,
    feature: int | None = None,
) -> Row:
    """A reading as it was sent; without a time it is of this moment.

    ``parts``: how many results one of a multi-datastream has, 0 for a datastream.

    Raises:
        words.Missing: there is no result.
        words.NotThat: a time is none, or the results are not as many as the properties.
    """
    if "result" not in document:
        raise words.Missing(name="result")
    value = document["result"]
    if parts and not (isinstance(value, list) and len(value) == parts):
        raise words.NotThat(name="result", kind=words.LIST)
    told = document.get("phenomenonTime")
    since, until = span(told, "phenomenonTime") if told is not None else (at, None)
    valid = document.get("validTime")
    begins, ends = span(valid, "validTime") if valid is not None else (None, None)
    known = document.get("resultTime")
    parameters = document.get("parameters")
    return Row(
        stream,
        since,
        **result(value),
        until=until,
        result_at=moment(known, "resultTime") if known is not None else None,
        valid_from=begins,
        valid_until=ends,
        feature=feature,
        quality=document.get("resultQuality"),
        parameters=object_of(parameters, "parameters") if parameters is not None else None,
    )
