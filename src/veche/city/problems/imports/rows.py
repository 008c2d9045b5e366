"""One row of theirs becomes an entry, or a fault in a clear sentence."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from veche.city.problems import rules
from veche.city.problems.imports.mapping import CannotImport, Mapping

LONGEST_ID = 80
LONGEST_ADDRESS = 240
LONGEST_STATUS = 60
EARLIEST = 1900


_iso = lru_cache(100_000)(dt.datetime.isoformat)


class Fault(Exception):
    """Why a row is not taken; its text is the sentence."""


class Entry(NamedTuple):
    """What is kept of a row."""

    id: str
    text: str
    category: str
    longitude: float
    latitude: float
    address: str
    opened: dt.datetime
    closed: dt.datetime | None
    due: dt.datetime | None
    status: str
    open: bool
    organisation: str
    digest: bytes


class Translator:
    """Makes entries of the rows of one file.

    Raises:
        CannotImport: a column that the mapping names is not in the header.
    """

    def __init__(self, mapping: Mapping, header: Sequence[str], at: dt.datetime) -> None:
        self.mapping, self.at = mapping, at
        self.places: dict[str, int] = {}
        given = mapping.columns
        for ours, theirs in given.items():
            if theirs in header:
                self.places[ours] = header.index(theirs)
            elif any(ours != name for ours, name in given.items()) or ours in (
                "id", "latitude", "longitude", "opened",
            ):  # fmt: skip
                raise CannotImport(
                    why=_("the file has no column “{name}”; it has {all}.").format(
                        name=theirs, all=", ".join(header)[:400]))  # fmt: skip
        self.author = self.places.pop("author", None)
        """Where the names of authors stand; never read, blanked in the file of rejects."""
        self._moment = lru_cache(100_000)(self._read_moment)

    def entry(self, row: Sequence[str]) -> Entry:
        """The entry of a row.

        Raises:
            Fault: the row cannot be taken.
        """
        # Stripped once; a column the mapping does not name stands at the end, empty.
        cells = [*map(str.strip, row), ""]
        number = self._cell(cells, "id")
        if not number:
            raise Fault(_("“{name}” is missing.").format(name="id"))
        text = self._cell(cells, "text").replace("\r\n", "\n")
        address = " ".join(self._cell(cells, "address").split())
        category, organisation = self._cell(cells, "category"), self._cell(cells, "organisation")
        status = self._cell(cells, "status")
        for name, value, most in (
            ("id", number, LONGEST_ID),
            ("text", text, rules.LONGEST_TEXT),
            ("address", address, LONGEST_ADDRESS),
            ("status", status, LONGEST_STATUS),
            ("category", category, LONGEST_ADDRESS),
            ("organisation", organisation, LONGEST_ADDRESS),
        ):
            if len(value) > most:
                raise Fault(
                    _("“{name}” is too long: {count} characters, at most {most}.").format(
                        name=name, count=len(value), most=most))  # fmt: skip
        latitude = self._degrees(cells, "latitude", 90)
        longitude = self._degrees(cells, "longitude", 180)
        if latitude == 0 and longitude == 0:
            raise Fault(_("The place is missing: latitude and longitude are zero."))
        opened = self._moment("opened", self._cell(cells, "opened"))
        if opened is None:
            raise Fault(_("“{name}” is missing.").format(name="opened"))
        if opened > self.at:
            raise Fault(_("“{name}” lies in the future: {value}.").format(
                name="opened", value=self._cell(cells, "opened")))  # fmt: skip
        closed = self._moment("closed", self._cell(cells, "closed"))
        if closed is not None and closed > self.at:
            raise Fault(_("“{name}” lies in the future: {value}.").format(
                name="closed", value=self._cell(cells, "closed")))  # fmt: skip
        due = self._moment("due", self._cell(cells, "due"))
        kept = (
            text, category, repr(longitude), repr(latitude), address, _iso(opened),
            _iso(closed) if closed else "", _iso(due) if due else "",
            status, organisation,
        )  # fmt: skip
        is_open = self._is_open(status, closed)
        body = "\x1f".join((*kept, "open" if is_open else "closed")).encode()
        return Entry(
            number, text, category, longitude, latitude, address, opened, closed, due, status,
            is_open, organisation, hashlib.blake2b(body, digest_size=16).digest(),
        )  # fmt: skip

    def _cell(self, cells: Sequence[str], name: str) -> str:
        return cells[self.places.get(name, -1)]

    def _degrees(self, cells: Sequence[str], name: str, most: int) -> float:
        value = self._cell(cells, name)
        if not value:
            raise Fault(_("“{name}” is missing.").format(name=name))
        try:
            number = float(value)
        except ValueError:
            raise Fault(
                _("“{name}” is not a number: “{value}”.").format(name=name, value=value[:40])
            ) from None
        if not math.isfinite(number) or abs(number) > most:
            raise Fault(
                _("“{name}” must lie between −{most} and {most}: {value}.").format(
                    name=name, most=most, value=value[:40]))  # fmt: skip
        return number

    def _is_open(self, status: str, closed: dt.datetime | None) -> bool:
        if "status" not in self.places:
            # Without a column of statuses a closing time is the only sign of an end.
            return closed is None and self.mapping.default_status != "closed"
        meaning = self.mapping.statuses.get(status) or self.mapping.default_status
        if not meaning and not self.mapping.statuses and status in ("open", "closed"):
            meaning = status
        if not meaning:
            raise Fault(_("The status “{value}” is not in the mapping.").format(value=status))
        return meaning == "open"

    def _read_moment(self, name: str, value: str) -> dt.datetime | None:
        if not value:
            return None
        try:
            if self.mapping.date_format == "iso":
                moment = dt.datetime.fromisoformat(value)
            else:
                moment = dt.datetime.strptime(value, self.mapping.date_format)  # noqa: DTZ007
            if moment.year < EARLIEST:
                raise ValueError
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=self.mapping.zone)
            return moment.astimezone(dt.UTC)
        except (ValueError, OverflowError):
            sentence = _("“{name}” is not a date of the form {form}: “{value}”.")
            form = self.mapping.date_format
            raise Fault(sentence.format(name=name, form=form, value=value[:40])) from None
