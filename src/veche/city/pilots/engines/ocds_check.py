"""Whether a package of OCDS 1.1 has the shape that it must have, and where it has not.

Faults are told by RFC 6901 pointers into the document, such as ``/releases/0/tag``. Nothing is
fetched: extensions may add what they like, but not another meaning to what the standard names.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from veche.city.pilots.engines.ocds_shapes import NEEDED, OBJECTS, Shape

MOST = 20
"""So many faults, and the rest is not looked for."""
DEEPEST = 60
"""How many objects and lists may stand in each other."""

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_VERSION = re.compile(r"\d+\.\d+", re.ASCII)
_TRANSLATED = frozenset(
    [
        "title",
        "description",
        "rationale",
        "procurementMethodRationale",
        "awardCriteriaDetails",
        "submissionMethodDetails",
        "eligibilityCriteria",
        "source",
        "project",
        "name",
        "legalName",
        "countryName",
    ]
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", re.ASCII)


@dataclass(frozen=True)
class Fault:
    """What is wrong at one place."""

    pointer: str
    """RFC 6901; empty: the document itself."""
    code: str
    """``missing``, ``kind``, ``code``, ``moment``, ``short``, ``twice``, ``unstorable``,
    ``deep``, ``neither``."""
    detail: str = ""
    """What was expected, or what stood there instead."""


def check(document: Any) -> list[Fault]:
    """The faults of a release package or record package, at most `MOST`; empty: there is none."""
    found: list[Fault] = []
    for fault in _all(document):
        found.append(fault)
        if len(found) == MOST:
            break
    return found


def kind_of(document: Any) -> str:
    """``ReleasePackage``, ``RecordPackage``, or empty where it is neither."""
    if not isinstance(document, dict):
        return ""
    if "records" in document:
        return "RecordPackage"
    return "ReleasePackage" if "releases" in document else ""


def moment(text: str) -> dt.datetime:
    """An RFC 3339 date and time.

    Raises:
        ValueError: it is none.
    """
    if not _MOMENT.fullmatch(text):
        raise ValueError(text)
    whole, _dot, rest = text.upper().partition(".")
    digits = re.match(r"\d*", rest)
    zone = rest[digits.end() :] if rest and digits else ""
    part = f".{rest[:6][: digits.end()]:0<6}" if rest and digits else ""
    # A leap second is a moment too: Python knows none, so it is the second before it.
    whole = re.sub(r":60(?=$|[Z+-])", ":59", whole)
    return dt.datetime.fromisoformat((whole + part + zone).replace("Z", "+00:00"))


def _all(document: Any) -> Iterator[Fault]:
    unfit = next(_unfit(document, "", 0), None)
    if unfit is not None:
        yield unfit
        return
    kind = kind_of(document)
    if not kind:
        yield Fault("", "neither")
        return
    yield from _object(document, kind, "")


def _unfit(value: Any, pointer: str, depth: int) -> Iterator[Fault]:
    """What no database of ours can hold: it would come back as something else, or not at all."""
    if depth > DEEPEST:
        yield Fault(pointer, "deep", str(DEEPEST))
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _unfit(key, _below(pointer, key), depth)
            yield from _unfit(one, _below(pointer, key), depth + 1)
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from _unfit(one, f"{pointer}/{place}", depth + 1)
    elif isinstance(value, str):
        if _UNSTORABLE.search(value):
            yield Fault(pointer, "unstorable")
    elif isinstance(value, float) and not math.isfinite(value):
        yield Fault(pointer, "unstorable")


def _below(pointer: str, key: str) -> str:
    return f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"


def _object(value: dict[str, Any], name: str, pointer: str) -> Iterator[Fault]:
    for field in NEEDED.get(name, ()):
        if field not in value:
            yield Fault(_below(pointer, field), "missing")
    shapes = OBJECTS[name]
    for key, one in value.items():
        shape = shapes.get(key) or _translation(key, shapes)
        if shape is not None:
            yield from _value(one, shape, _below(pointer, key))
    if name == "Record" and "releases" in value:
        yield from _releases(value["releases"], _below(pointer, "releases"))


def _translation(key: str, shapes: Any) -> Shape | None:
    base, line, language = key.partition("_")
    if line and base in _TRANSLATED and base in shapes and _LANGUAGE.fullmatch(language):
        return Shape(("text", "nothing"))
    return None


def _releases(value: Any, pointer: str) -> Iterator[Fault]:
    """The releases of a record: all whole, or all links."""
    linked = isinstance(value, list) and all(
        isinstance(one, dict) and "url" in one and "ocid" not in one for one in value
    )
    of = "LinkedRelease" if linked else "Release"
    yield from _value(value, Shape(("list",), of=of, least=1), pointer)


def _value(value: Any, shape: Shape, pointer: str) -> Iterator[Fault]:
    kind = _kind(value)
    if kind not in _said(shape.kinds):
        yield Fault(pointer, "kind", " | ".join(shape.kinds))
        return
    if isinstance(value, str):
        yield from _text(value, shape, pointer)
    elif isinstance(value, list):
        yield from _list(value, shape, pointer)
    elif isinstance(value, dict) and shape.of:
        yield from _object(value, shape.of, pointer)


def _text(value: str, shape: Shape, pointer: str) -> Iterator[Fault]:
    if len(value) < shape.least:
        yield Fault(pointer, "short", str(shape.least))
    if shape.codes is not None and value not in shape.codes:
        yield Fault(pointer, "code", value[:80])
    if "moment" in shape.kinds:
        try:
            moment(value)
        except ValueError:
            yield Fault(pointer, "moment", value[:40])
    if "version" in shape.kinds and not _VERSION.fullmatch(value):
        yield Fault(pointer, "kind", "version")


def _list(value: list[Any], shape: Shape, pointer: str) -> Iterator[Fault]:
    if len(value) < shape.least:
        yield Fault(pointer, "short", str(shape.least))
    one = (
        Shape(("text",), codes=shape.codes) if shape.of == "text" else Shape(("object",), shape.of)
    )
    seen: set[str] = set()
    for place, item in enumerate(value):
        yield from _value(item, one, f"{pointer}/{place}")
        if shape.unique:
            told = json.dumps(item, sort_keys=True)
            if told in seen:
                yield Fault(f"{pointer}/{place}", "twice")
            seen.add(told)


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes-no"
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return "whole"
    named = {float: "number", str: "text", list: "list", dict: "object"}
    return named[type(value)]


def _said(kinds: tuple[str, ...]) -> set[str]:
    found = {"text" if kind in ("moment", "version") else kind for kind in kinds}
    return found | {"whole"} if "number" in found else found
