"""``MAP.toml``: which of their columns means what, how their dates and statuses are written."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from veche.imported import CannotImport
from veche.languages import LANGUAGES, everywhere

COLUMNS = (
    "id", "text", "category", "latitude", "longitude", "address", "opened", "closed", "due",
    "status", "organisation", "author",
)  # fmt: skip
"""Our names of columns; ``author`` is read by nobody, naming it only says that it is dropped."""
NEEDED = ("id", "latitude", "longitude", "opened")
STATUSES = ("open", "closed")
LONGEST_SOURCE = 40


@dataclass(frozen=True)
class Mapping:
    """What ``MAP.toml`` says; every part has a default, so that it may be missing."""

    source: str
    columns: AnyMapping[str, str]
    """Our name → the name of their column."""
    date_format: str = "iso"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    statuses: AnyMapping[str, str] = field(default_factory=dict)
    default_status: str = ""
    """Of a status that is not listed; empty: such a row is refused."""
    categories: AnyMapping[str, AnyMapping[str, str]] = field(default_factory=dict)
    organisations: AnyMapping[str, AnyMapping[str, str]] = field(default_factory=dict)
    names: AnyMapping[str, str] = field(default_factory=dict)
    """What the source is called, in each language."""
    delimiter: str = ","


def read_mapping(path: Path | None, stem: str, source: str | None = None) -> Mapping:
    """The mapping of a file; without one, every column is called as we call it.

    The source is called ``source``, else as the mapping says, else by the ``stem`` of the file.

    Raises:
        CannotImport: the file is missing, is not TOML, or says what cannot be.
    """
    if path is None:
        return _checked({}, source or stem, "")
    try:
        with path.open("rb") as file:
            said = tomllib.load(file)
    except OSError as error:
        raise CannotImport(why=f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CannotImport(why=_("{path} is not TOML: {why}.").format(path=path, why=error)) from (
            error
        )
    if source and isinstance(said.get("source", {}), dict):
        said["source"] = {**said.get("source", {}), "name": source}
    return _checked(said, stem, str(path))


def _checked(said: dict[str, Any], source: str, path: str) -> Mapping:
    known = {"columns", "dates", "status", "source", "categories", "organisations", "csv"}
    for name, part in said.items():
        if name not in known or not isinstance(part, dict):
            raise CannotImport(why=_("{path} has an unknown part “{name}”.").format(
                path=path, name=name))  # fmt: skip
    columns = dict(said.get("columns", {})) or {c: c for c in COLUMNS}
    for ours, theirs in columns.items():
        if ours not in COLUMNS or not isinstance(theirs, str):
            raise CannotImport(why=_("{path}: there is no column “{name}” here; there are {all}.")
                .format(path=path, name=ours, all=", ".join(COLUMNS)))  # fmt: skip
    for ours in NEEDED:
        if ours not in columns:
            raise CannotImport(why=_("{path} does not say which column is “{name}”.").format(
                path=path, name=ours))  # fmt: skip
    statuses = {str(k): v for k, v in said.get("status", {}).items()}
    default = statuses.pop("default", "") if "default" in statuses else ""
    for theirs, ours in (*statuses.items(), ("default", default or "open")):
        if ours not in STATUSES:
            raise CannotImport(
                why=_("{path}: the status “{name}” must be “open” or “closed”.").format(
                    path=path, name=theirs))  # fmt: skip
    about = said.get("source", {})
    name = str(about.get("name", source)).strip()
    if not name or len(name) > LONGEST_SOURCE or not name.isprintable():
        raise CannotImport(
            why=_("The name of the source must have 1 to {most} characters: “{name}”.").format(
                most=LONGEST_SOURCE, name=name[:80]))  # fmt: skip
    dates = said.get("dates", {})
    zone = str(dates.get("timezone", "UTC"))
    try:
        found_zone = ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise CannotImport(why=_("There is no time zone “{name}”.").format(name=zone)) from error
    delimiter = str(said.get("csv", {}).get("delimiter", ","))
    if len(delimiter) != 1:
        raise CannotImport(why=_("The delimiter must be one character."))
    return Mapping(
        source=name,
        columns=columns,
        date_format=str(dates.get("format", "iso")),
        zone=found_zone,
        statuses=statuses,
        default_status=default or ("" if statuses else "open"),
        categories={str(k): _names(v) for k, v in said.get("categories", {}).items()},
        organisations={str(k): _names(v) for k, v in said.get("organisations", {}).items()},
        names=_names(about.get("title", name)),
        delimiter=delimiter,
    )


def _names(value: object) -> dict[str, str]:
    """One name for all languages, or a table of names by language."""
    if isinstance(value, dict):
        found = {str(k): str(v) for k, v in value.items() if k in LANGUAGES}
        if found:
            return found
    return everywhere(str(value))
