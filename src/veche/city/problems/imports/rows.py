"""One row of theirs becomes an entry, or a fault in a clear sentence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from operator import itemgetter
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from veche.city.problems import rules
from veche.city.problems.imports.mapping import Mapping
from veche.imported import CannotImport

LONGEST_ID = 80
LONGEST_ADDRESS = 240
LONGEST_STATUS = 60
EARLIEST = 1900


_PICKED = (
    "id", "text", "category", "longitude", "latitude", "address", "opened", "closed", "due",
    "status", "organisation",
)  # fmt: skip
"""The columns read of a row, in this order."""

iso = lru_cache(100_000)(dt.datetime.isoformat)
"""How a moment is written; days of an import come again and again."""


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
        # Rows are many, their days and statuses few.
        self._moment = lru_cache(100_000)(self._read_moment)
        self._open = lru_cache(1_000)(self._is_open)
        self._pick = itemgetter(*(self.places.get(name, -1) for name in _PICKED))

    def entry(self, row: Sequence[str]) -> Entry:
        """The entry of a row.

        Raises:
            Fault: the row cannot be taken.
        """
        # A column the mapping does not name stands at the end, empty.
        (
            number, text, category, east, north, address, opened_said, closed_said, due_said,
            status, organisation,
        ) = self._pick([*map(str.strip, row), ""])  # fmt: skip
        if not number:
            raise Fault(_("“{name}” is missing.").format(name="id"))
        if "\r" in text:
            text = text.replace("\r\n", "\n")
        address = " ".join(address.split())
        if (
            len(number) > LONGEST_ID
            or len(text) > rules.LONGEST_TEXT
            or len(address) > LONGEST_ADDRESS
            or len(status) > LONGEST_STATUS
            or len(category) > LONGEST_ADDRESS
            or len(organisation) > LONGEST_ADDRESS
        ):
            raise _too_long(number, text, address, status, category, organisation)
        latitude = _degrees("latitude", north, 90)
        longitude = _degrees("longitude", east, 180)
        if latitude == 0 and longitude == 0:
            raise Fault(_("The place is missing: latitude and longitude are zero."))
        opened = self._moment("opened", opened_said)
        if opened is None:
            raise Fault(_("“{name}” is missing.").format(name="opened"))
        if opened > self.at:
            raise _future("opened", opened_said)
        closed = self._moment("closed", closed_said) if closed_said else None
        if closed is not None and closed > self.at:
            raise _future("closed", closed_said)
        due = self._moment("due", due_said) if due_said else None
        is_open = self._open(status, closed is None)
        body = "\x1f".join((
            text, category, repr(longitude), repr(latitude), address, iso(opened),
            iso(closed) if closed else "", iso(due) if due else "", status, organisation,
            "open" if is_open else "closed",
        )).encode()  # fmt: skip
        return Entry(
            number, text, category, longitude, latitude, address, opened, closed, due, status,
            is_open, organisation, blake2b(body, digest_size=16).digest(),
        )  # fmt: skip

    def _is_open(self, status: str, unclosed: bool) -> bool:
        if "status" not in self.places:
            # Without a column of statuses a closing time is the only sign of an end.
            return unclosed and self.mapping.default_status != "closed"
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


def _degrees(name: str, value: str, most: int) -> float:
    try:
        number = float(value)
    except ValueError:
        if not value:
            raise Fault(_("“{name}” is missing.").format(name=name)) from None
        raise Fault(
            _("“{name}” is not a number: “{value}”.").format(name=name, value=value[:40])
        ) from None
    if -most <= number <= most:  # neither infinite nor “not a number” is
        return number
    raise Fault(
        _("“{name}” must lie between −{most} and {most}: {value}.").format(
            name=name, most=most, value=value[:40]))  # fmt: skip


def _future(name: str, value: str) -> Fault:
    return Fault(_("“{name}” lies in the future: {value}.").format(name=name, value=value))


def _too_long(
    number: str, text: str, address: str, status: str, category: str, organisation: str
) -> Fault:
    """The sentence about the first cell that is too long."""
    cells = (
        ("id", number, LONGEST_ID),
        ("text", text, rules.LONGEST_TEXT),
        ("address", address, LONGEST_ADDRESS),
        ("status", status, LONGEST_STATUS),
        ("category", category, LONGEST_ADDRESS),
        ("organisation", organisation, LONGEST_ADDRESS),
    )
    name, value, most = next(cell for cell in cells if len(cell[1]) > cell[2])
    return Fault(
        _("“{name}” is too long: {count} characters, at most {most}.").format(
            name=name, count=len(value), most=most))  # fmt: skip
