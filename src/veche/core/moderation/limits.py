"""How much may be written: per person, per place and per network address.

`spend` is called inside the operation that writes, once: what was refused or rolled back counts
nothing. A row is added for each key and the rows of a window are counted by an index: no row is
locked. Two of the same person or network address at the same moment wait for each other (an
advisory lock on their key), so that a limit is never passed by sending faster; at the same place
nobody waits, and a limit may be passed by as many as come in the very same moment.

Keys are digests keyed with the city's secret; the rows are deleted after `KEEP`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from veche.core.moderation.models import Limit
from veche.errors import Refused
from veche.look import words
from veche.operation import inside

if TYPE_CHECKING:
    from veche.core.people.models import Person

PERSON, PLACE, ADDRESS = "person", "place", "address"
KEEP = dt.timedelta(days=8)
"""Rows are kept a day longer than the longest window a city may set."""
CELL = 0.002
"""Side of a place in degrees: some 150 to 220 metres."""


@dataclass(frozen=True)
class Cap:
    """At most so many in a window of so many seconds."""

    most: int
    seconds: int = 86_400


DEFAULTS: dict[tuple[str, str], Cap] = {
    ("", PERSON): Cap(10),
    ("", PLACE): Cap(40),
    ("", ADDRESS): Cap(30),
}
"""Where a city has set no limit: (what, scope), an empty ``what`` for everything."""

_SCOPES: dict[str, str | Promise] = {
    PERSON: _("You have written {most} today: no more are accepted from one person."),
    PLACE: _("{most} were written about this place today: no more are accepted."),
    ADDRESS: _("{most} came from your network today: no more are accepted from one network."),
}


class TooMany(Refused):
    """The limit of a person, a place or a network address is reached; ``until`` says for how long.

    ``details`` holds ``scope``, ``most`` and ``until`` (a moment).
    """

    code = "too-many"
    status = 429
    sentence = _("No more are accepted today.")

    def __str__(self) -> str:
        first = str(_SCOPES.get(self.details["scope"], self.sentence))
        when = words.moment(self.details["until"])
        then = gettext("You can go on after {when}. Is somebody in danger? Call 112.")
        return f"{first.format(most=self.details['most'])} {then.format(when=when)}"


_TITLES: dict[str, str | Promise] = {"": _("anything")}


def declare(
    what: str, scope: str, most: int, seconds: int = 86_400, title: str | Promise = ""
) -> None:
    """A module's own limit, which counts until a city sets another; ``title`` says in words what
    is written."""
    DEFAULTS[what, scope] = Cap(most, seconds)
    if title:
        _TITLES[what] = title


def titles() -> dict[str, str | Promise]:
    """What is limited, in words, by its code."""
    return {what: _TITLES.get(what, what) for what in sorted({what for what, _ in DEFAULTS})}


@dataclass(frozen=True)
class Counting:
    """A limit that counts now."""

    what: str
    scope: str
    most: int
    window: dt.timedelta
    own: bool
    """Set by the city."""


def every() -> list[Counting]:
    """Every limit that counts: the city's own before those of the program."""
    known = {key: (cap, False) for key, cap in DEFAULTS.items()}
    for row in Limit.objects.all():
        known[row.what, row.scope] = (Cap(row.most, row.seconds), True)
    return [
        Counting(what, scope, cap.most, dt.timedelta(seconds=cap.seconds), own)
        for (what, scope), (cap, own) in sorted(known.items())
    ]


def digest(kind: str, value: str) -> bytes:
    """Sixteen bytes that only this city can make of a value, and nobody can read back."""
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, f"moderation:{kind}:{value}".encode(), hashlib.sha256).digest()[:16]


def network_address(request: HttpRequest) -> str:
    """The address a request came from; of IPv6 the network of one household (64 bits).

    Behind the city's own proxy it is the last address of the header: anybody can write those
    before it.
    """
    seen = str(request.META.get("HTTP_X_FORWARDED_FOR", "")) if settings.HTTPS else ""
    raw = seen.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))
    try:
        found = ipaddress.ip_address(raw)
    except ValueError:
        return raw[:64]
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def place_key(longitude: float, latitude: float) -> str:
    """The small square of the map that a point lies in."""
    return f"{int(longitude // CELL)}:{int(latitude // CELL)}"


def caps(what: str) -> dict[str, Cap]:
    """The limits of ``what`` by scope: the city's rows, else the module's, else those for all."""
    found = {scope: cap for (name, scope), cap in DEFAULTS.items() if not name}
    found |= {scope: cap for (name, scope), cap in DEFAULTS.items() if name == what}
    for row in Limit.objects.filter(what__in=["", what]).order_by("what"):
        found[row.scope] = Cap(row.most, row.seconds)
    return found


_SPEND = """
WITH given AS (
    SELECT * FROM unnest(%s::bytea[], %s::text[], %s::int[], %s::int[])
        AS g(key, scope, most, seconds)
), asked AS (
    -- The city's row for this act, else its row for everything, else what the program says.
    SELECT g.key, g.scope, coalesce(l.most, g.most) AS most,
        %s::timestamptz - make_interval(secs => coalesce(l.seconds, g.seconds)) AS since,
        make_interval(secs => coalesce(l.seconds, g.seconds)) AS span
    FROM given g LEFT JOIN LATERAL (
        SELECT most, seconds FROM moderation_limit WHERE scope = g.scope AND what IN ('', %s)
        ORDER BY what DESC LIMIT 1) l ON true
), counted AS (
    SELECT a.key, a.scope, a.most, a.span, c.used, c.oldest FROM asked a CROSS JOIN LATERAL (
        SELECT count(*) AS used, min(s.at) AS oldest FROM (
            SELECT at FROM moderation_spent WHERE key = a.key AND at > a.since
            ORDER BY at DESC LIMIT a.most) s) c
), origin AS (
    INSERT INTO moderation_origin (case_id, address, browser, at)
    SELECT o.* FROM (SELECT %s::bigint AS id, %s::bytea, %s::bytea, %s::timestamptz) o
    WHERE o.id IS NOT NULL
), added AS (
    INSERT INTO moderation_spent (key, at)
    SELECT key, %s FROM asked WHERE NOT EXISTS (SELECT FROM counted WHERE used >= most)
)
SELECT scope, most, oldest + span FROM counted WHERE used >= most
"""
_WAIT = "SELECT pg_advisory_xact_lock(k) FROM (SELECT unnest(%s::bigint[]) AS k ORDER BY 1) o"


@inside
def spend(
    *,
    by: Person | None,
    at: dt.datetime,
    what: str,
    keys: Mapping[str, str],
    case: int | None = None,
) -> None:
    """Count one act of ``what`` against every key, or refuse it.

    With ``case`` it is also kept, for some weeks, from which network address and browser this
    matter came, as keyed digests. They are used for one thing: to find what the sender of spam
    sent besides.

    ``keys`` says whose: scope → value in plain (``person`` a number or an anonymous author's
    secret, ``place`` from `place_key`, ``address`` from `network_address`); empty values are left
    out. A person who is signed in is counted by their number whatever ``keys`` says.

    Raises:
        TooMany: a limit is reached; nothing is counted then.
        veche.operation.OutsideOperation: no operation is under way.
    """
    given = {scope: value for scope, value in keys.items() if value}
    if by is not None:
        given[PERSON] = str(by.pk)
    known = {scope: cap for (name, scope), cap in DEFAULTS.items() if not name}
    known |= {scope: cap for (name, scope), cap in DEFAULTS.items() if name == what}
    origin = [
        digest(kind, keys[scope]) if keys.get(scope) else None
        for kind, scope in (("origin", ADDRESS), ("browser", PERSON))
    ]
    asked = [(s, known[s], digest(f"{what}:{s}", v)) for s, v in given.items() if s in known]
    if not asked:
        return
    waits = [
        int.from_bytes(key[:8], "big", signed=True) for scope, _cap, key in asked if scope != PLACE
    ]
    with connection.cursor() as cursor:
        if waits:  # a statement of its own: the count below must see what the others have added
            cursor.execute(_WAIT, [waits])
        cursor.execute(
            _SPEND,
            [
                [key for _scope, _cap, key in asked],
                [scope for scope, _cap, _key in asked],
                [cap.most for _scope, cap, _key in asked],
                [cap.seconds for _scope, cap, _key in asked],
                at,
                what,
                case,
                *origin,
                at,
                at,
            ],
        )
        full = cursor.fetchall()
    if full:
        scope, most, moment = max(full, key=lambda row: row[2])
        raise TooMany(scope=scope, most=most, until=moment.astimezone(dt.UTC))


__all__ = [
    "ADDRESS", "DEFAULTS", "KEEP", "PERSON", "PLACE", "Cap", "TooMany", "caps", "declare",
    "digest", "every", "network_address", "place_key", "spend", "titles",
]  # fmt: skip
