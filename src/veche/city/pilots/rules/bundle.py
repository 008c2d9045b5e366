"""A programme as a folder of files that another city takes over: reading, checking, sealing.

Every file is JSON in UTF-8; ``manifest.json`` names the others with their size and SHA-256. Nothing
in it is about a person, a company, an application or a date: only how the programme works.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

FORMAT = "veche-pilot-programme"
VERSION = 1
MANIFEST = "manifest.json"
MOST_BYTES = 8_000_000
"""Of one file."""
MOST_ROWS = 2_000
LANGUAGES = ("en", "ru", "zh")
PARTS = (
    "programme.json", "stages.json", "technologies.json", "targets.json", "forms.json",
    "demand.json", "sites.json", "calls.json",
)  # fmt: skip
"""What is read, in this order."""
_NAME = re.compile(r"(?:texts/)?[a-z0-9][a-z0-9_-]{0,60}\.(?:json|typ)")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


class Fault(ValueError):
    """Something in a bundle cannot be; ``where`` is its path as ``calls.json[0].form.number``."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")
        self.where, self.what = where, what


def written(data: Any) -> bytes:
    """A file of the bundle: the same data give the same bytes."""
    return (json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def digest(data: Any) -> str:
    """The SHA-256 of data as `written`."""
    return hashlib.sha256(written(data)).hexdigest()


def sealed(files: Mapping[str, bytes]) -> bytes:
    """The manifest of these files."""
    named = {
        name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in sorted(files.items())
    }
    return written({"format": FORMAT, "version": VERSION, "files": named})


def check_name(name: str) -> None:
    """Only plain names are read: nothing leads out of the folder.

    Raises:
        Fault: the name is another.
    """
    if _NAME.fullmatch(name) is None:
        raise Fault(MANIFEST, f"“{name[:60]}” is no name of a file of a bundle")


def manifest_of(data: bytes) -> dict[str, tuple[int, str]]:
    """The files that a manifest names: size and checksum.

    Raises:
        Fault: it is no manifest, or of a later version.
    """
    told = obj(parsed(MANIFEST, data), MANIFEST)
    if told.get("format") != FORMAT:
        raise Fault(f"{MANIFEST}.format", f"must be “{FORMAT}”")
    if told.get("version") != VERSION:
        raise Fault(f"{MANIFEST}.version", f"must be {VERSION}: a later program wrote this")
    found = {}
    for name, row in obj(told.get("files"), f"{MANIFEST}.files").items():
        check_name(name)
        where = f"{MANIFEST}.files.{name}"
        row = obj(row, where)
        found[name] = (whole(row, "bytes", where, 0, MOST_BYTES), word(row, "sha256", where, 64))
    return found


def opened(files: Mapping[str, bytes]) -> dict[str, Any]:
    """The data of every JSON file of a bundle, after its checksums were compared.

    Raises:
        Fault: a file is missing, not named, changed, or no JSON.
    """
    if MANIFEST not in files:
        raise Fault(MANIFEST, "is missing")
    named = manifest_of(files[MANIFEST])
    for name in files:
        if name != MANIFEST and name not in named:
            raise Fault(name, "is not named in the manifest")
    for name, (size, checksum) in named.items():
        data = files.get(name)
        if data is None:
            raise Fault(name, "is missing")
        if len(data) != size or hashlib.sha256(data).hexdigest() != checksum:
            raise Fault(name, "was changed after the manifest was written")
    for name in PARTS:
        if name not in named:
            raise Fault(name, "is missing")
    return {name: parsed(name, files[name]) for name in named if name.endswith(".json")}


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def parsed(name: str, data: bytes) -> Any:
    """The data of one file.

    Raises:
        Fault: it is no JSON.
    """
    if len(data) > MOST_BYTES:
        raise Fault(name, f"is larger than {MOST_BYTES // 1_000_000} MB")
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_constant)
    except json.JSONDecodeError as fault:
        where = f"line {fault.lineno}, column {fault.colno}"
        raise Fault(name, f"is not JSON: {fault.msg}, {where}") from fault
    except RecursionError as fault:
        raise Fault(name, "is nested too deeply") from fault
    except ValueError as fault:
        raise Fault(name, f"is not JSON: {fault}") from fault


# --- values, each with its path -----------------------------------------------------------------


def obj(given: Any, where: str) -> dict[str, Any]:
    """An object. Raises: Fault."""
    if not isinstance(given, dict):
        raise Fault(where, "must be an object")
    return given


def rows(given: Any, where: str) -> list[Any]:
    """A list that is not too long. Raises: Fault."""
    if not isinstance(given, list):
        raise Fault(where, "must be a list")
    if len(given) > MOST_ROWS:
        raise Fault(where, f"holds more than {MOST_ROWS:,}")
    return given


def word(row: Mapping[str, Any], name: str, where: str, most: int) -> str:
    """A text of 1 to ``most`` characters. Raises: Fault."""
    given = row.get(name)
    if not isinstance(given, str) or not 1 <= len(given) <= most or "\x00" in given:
        raise Fault(f"{where}.{name}", f"must be a text of 1 to {most} characters")
    return given


def code(row: Mapping[str, Any], name: str, where: str) -> str:
    """A code of Latin letters, digits, dots and dashes. Raises: Fault."""
    given = word(row, name, where, 80)
    if _CODE.fullmatch(given) is None:
        raise Fault(f"{where}.{name}", "must hold Latin letters, digits, dots and dashes only")
    return given


def whole(row: Mapping[str, Any], name: str, where: str, least: int, most: int) -> int:
    """A whole number between two others. Raises: Fault."""
    given = row.get(name)
    if isinstance(given, bool) or not isinstance(given, int) or not least <= given <= most:
        raise Fault(f"{where}.{name}", f"must be a whole number from {least} to {most}")
    return given


def whole_or_none(
    row: Mapping[str, Any], name: str, where: str, least: int, most: int
) -> int | None:
    """The same, or nothing. Raises: Fault."""
    return None if row.get(name) is None else whole(row, name, where, least, most)


def number(row: Mapping[str, Any], name: str, where: str, most: int) -> Decimal:
    """A decimal number as text, from 0 on, with two places. Raises: Fault."""
    given = row.get(name)
    try:
        found = Decimal(given) if isinstance(given, str) and len(given) < 20 else None
    except InvalidOperation:
        found = None
    if found is None or not found.is_finite() or not 0 <= found <= most:
        raise Fault(f"{where}.{name}", f"must be a number as text, from 0 to {most}")
    return found.quantize(Decimal("0.01"))


def names(row: Mapping[str, Any], name: str, where: str, most: int = 10_000) -> dict[str, str]:
    """Words by language, in one at least. Raises: Fault."""
    given = obj(row.get(name), f"{where}.{name}")
    for language, text in given.items():
        if language not in LANGUAGES:
            raise Fault(f"{where}.{name}.{language[:20]}", "is not en, ru or zh")
        if not isinstance(text, str) or len(text) > most:
            raise Fault(f"{where}.{name}.{language}", f"must be a text of at most {most}")
    if not any(text.strip() for text in given.values()):
        raise Fault(f"{where}.{name}", "must hold words in one language at least")
    return given


def codes(row: Mapping[str, Any], name: str, where: str) -> list[str]:
    """A list of codes. Raises: Fault."""
    given = rows(row.get(name, []), f"{where}.{name}")
    return [code({"": one}, "", f"{where}.{name}[{n}]") for n, one in enumerate(given)]


def each(data: Any, name: str) -> list[tuple[str, dict[str, Any]]]:
    """The rows of a file, each with its path. Raises: Fault."""
    return [(f"{name}[{n}]", obj(row, f"{name}[{n}]")) for n, row in enumerate(rows(data, name))]
