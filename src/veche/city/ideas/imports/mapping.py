"""Which columns of a file mean what: an export of Decidim, or a table with its ``MAP.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from veche.imported import CannotImport
from veche.languages import LANGUAGES

COLUMNS = (
    "id", "title", "text", "published", "address", "state", "supports", "comments", "latitude",
    "longitude", "language", "amends",
)  # fmt: skip
"""What can be read of a row; ``title`` and ``text`` may stand in several languages."""
NEEDED = ("id", "title")
LONGEST_SOURCE = 40

DECIDIM = {
    "id": ("id",),
    "title": ("title",),
    "text": ("body",),
    "published": ("published_at", "created_at"),
    "address": ("url",),
    "state": ("state",),
    "supports": ("supports", "votes", "proposal_votes_count", "endorsements/total_count",
                 "endorsements"),
    "comments": ("comments", "comments_count", "number_of_comments"),
    "latitude": ("latitude",),
    "longitude": ("longitude",),
    "amends": ("is_amend",),
}  # fmt: skip
"""The names that exports of Decidim's proposals have had for what we read, the newest first; a
column in several languages has them behind a stroke: ``title/ca``."""


@dataclass(frozen=True)
class Mapping:
    """What is read of a file."""

    source: str
    columns: AnyMapping[str, Sequence[tuple[str, int]]]
    """Our name → the columns it stands in: language (empty where none is said) and place."""
    date_format: str = "iso"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))


def of_decidim(header: Sequence[str], source: str) -> Mapping:
    """The columns of an export of Decidim's proposals.

    Raises:
        CannotImport: it is no such export.
    """
    columns = {}
    for ours, names in DECIDIM.items():
        found = next((f for f in (_called(header, name) for name in names) if f), [])
        if found:
            columns[ours] = found
    return _checked(Mapping(checked_source(source), columns), header)


def _called(header: Sequence[str], name: str) -> list[tuple[str, int]]:
    """Where a column stands, alone or once for each language, those of the city first."""
    if name in header:
        return [("", header.index(name))]
    found = [
        (cell.removeprefix(f"{name}/"), place)
        for place, cell in enumerate(header)
        if re.fullmatch(rf"{re.escape(name)}/[a-zA-Z-]{{2,8}}", cell)
    ]
    return sorted(found, key=lambda one: (_rank(one[0]), one[1]))


def _rank(language: str) -> int:
    known = [*LANGUAGES, "zh-CN", "zh-TW"]
    return known.index(language) if language in known else len(known)


def read_mapping(path: Path | None, header: Sequence[str], source: str) -> Mapping:
    """The columns of any table, as ``MAP.toml`` says; without one, they are called as ours.

    Raises:
        CannotImport: the description is missing, is not TOML, or says what cannot be.
    """
    said: dict[str, Any] = {}
    if path is not None:
        try:
            said = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise CannotImport(why=f"{path}: {error.strerror}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise CannotImport(
                why=_("{path} is not TOML: {why}.").format(path=path, why=error)
            ) from error
    for name, part in said.items():
        if name not in ("columns", "dates", "source") or not isinstance(part, dict):
            raise CannotImport(
                why=_("{path} has an unknown part “{name}”.").format(path=path, name=name)
            )
    names = said.get("columns") or {c: c for c in COLUMNS if c in header}
    columns: dict[str, Sequence[tuple[str, int]]] = {}
    for ours, theirs in names.items():
        if ours not in COLUMNS or not isinstance(theirs, str):
            raise CannotImport(
                why=_("{path}: there is no column “{name}” here; there are {all}.").format(
                    path=path, name=ours, all=", ".join(COLUMNS)))  # fmt: skip
        columns[ours] = _called(header, theirs)
        if not columns[ours]:
            raise CannotImport(
                why=_("the file has no column “{name}”; it has {all}.").format(
                    name=theirs, all=", ".join(header)[:400]))  # fmt: skip
    dates = said.get("dates", {})
    zone = str(dates.get("timezone", "UTC"))
    try:
        found = ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise CannotImport(why=_("There is no time zone “{name}”.").format(name=zone)) from error
    name = checked_source(str(said.get("source", {}).get("name", source)))
    return _checked(Mapping(name, columns, str(dates.get("format", "iso")), found), header)


def checked_source(name: str) -> str:
    """What a platform is called here, without the spaces around it.

    Raises:
        CannotImport: it is empty, too long, or cannot be printed.
    """
    name = name.strip()
    if not name or len(name) > LONGEST_SOURCE or not name.isprintable():
        raise CannotImport(
            why=_("The name of the source must have 1 to {most} characters: “{name}”.").format(
                most=LONGEST_SOURCE, name=name[:80]))  # fmt: skip
    return name


def _checked(mapping: Mapping, header: Sequence[str]) -> Mapping:
    for ours in NEEDED:
        if not mapping.columns.get(ours):
            raise CannotImport(
                why=_("the file has no column “{name}”; it has {all}.").format(
                    name=ours, all=", ".join(header)[:400]))  # fmt: skip
    return mapping
