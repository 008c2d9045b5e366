"""What narrows the queue: read from an address, written into one, and into a saved view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

SORTS = ("due", "newest", "oldest")
DUES = ("late", "today", "week")


@dataclass(frozen=True)
class Filters:
    """The choices of a view; empty ones narrow nothing."""

    state: str = ""
    kind: str = ""
    """Code of a procedure."""
    due: str = ""
    """``late``, ``today`` or ``week``."""
    district: str = ""
    theme: str = ""
    taken: str = ""
    """``me``, ``nobody``, or the number of a person."""
    new: str = ""
    waits: str = ""
    """``signature``: a later date was asked for, and the head must sign or refuse."""
    text: str = ""
    sort: str = "due"

    @classmethod
    def of(cls, given: Mapping[str, str] | str) -> Filters:
        """The filters of an address; what is unknown or malformed narrows nothing."""
        values = dict(parse_qsl(given)) if isinstance(given, str) else given

        def one(name: str, most: int = 80) -> str:
            return str(values.get(name, "")).replace("\x00", "").strip()[:most]

        taken = one("taken", 12)
        if taken not in ("me", "nobody") and not (taken.isascii() and taken.isdigit()):
            taken = ""
        return cls(
            state=one("state", 24),
            kind=one("kind", 24),
            due=one("due") if one("due") in DUES else "",
            district=one("district"),
            theme=one("theme"),
            taken=taken,
            new="1" if one("new") == "1" else "",
            waits="signature" if one("waits") == "signature" else "",
            text=one("q"),
            sort=one("sort") if one("sort") in SORTS else "due",
        )

    def query(self, *, sort: bool = True) -> str:
        """The filters as they stand in an address."""
        pairs = [
            ("state", self.state),
            ("kind", self.kind),
            ("due", self.due),
            ("district", self.district),
            ("theme", self.theme),
            ("taken", self.taken),
            ("new", self.new),
            ("waits", self.waits),
            ("q", self.text),
            ("sort", self.sort if sort and self.sort != "due" else ""),
        ]
        return urlencode([(name, value) for name, value in pairs if value])

    @property
    def narrow(self) -> bool:
        """Whether anything is narrowed."""
        return bool(self.query(sort=False))
