"""Pure rules of telling: paces, quiet hours, streets, waiting after a failure."""

from __future__ import annotations

import datetime as dt
import math
import re

TOPICS = ("own", "followed", "around", "work", "call", "urgent", "invited", "alert", "danger")
"""What a notice is about for its reader: a matter of theirs, one they follow, one near them, one
that a role of theirs concerns, one that calls them to act within minutes, such a one that is grave,
a vote they are invited to, a message to the public about a place of theirs, and such a one because
life is in danger there."""
CALL, URGENT = "call", "urgent"
CALLS = (CALL, URGENT)
"""Topics of those who hold a role: nobody else is asked how they want to be told of them."""
DANGER = "danger"
ALERTS = ("alert", DANGER)
"""Messages to the public: letters of their own, taken back when they are put right."""
AT_ONCE = (URGENT, *ALERTS)
"""Topics that are told at once or not at all."""
LOUD = (URGENT, DANGER)
"""Topics that mind no quiet hours."""
CHANNELS = ("mail", "push")
PACES = ("now", "daily", "weekly", "none")
USUAL: dict[str, dict[str, str]] = {
    "mail": {
        "own": "now",
        "followed": "now",
        "around": "daily",
        "work": "daily",
        "call": "now",
        "urgent": "now",
        "invited": "now",
        "alert": "now",
        "danger": "now",
    },
    "push": {
        "own": "now",
        "followed": "now",
        "around": "none",
        "work": "none",
        "call": "now",
        "urgent": "now",
        "invited": "none",
        "alert": "now",
        "danger": "now",
    },
}
"""What holds until a reader chooses: news of a whole district comes once a day."""
DIGEST_HOUR = 8
"""The hour of the city's day at which digests are made."""
LONGEST_LETTER = 40
"""Matters named in one letter; how many more there were is said in words."""
LARGEST_RADIUS = 5_000
SMALLEST_RADIUS = 100
"""Metres of a circle one can subscribe to."""
MOST_SUBSCRIPTIONS = 50
MOST_WISHES = 3
"""Confirmation letters one address can be sent in a day."""
WISH_DAYS = 7
"""Days within which a subscription by e-mail is to be confirmed."""
KEPT_DAYS = 30
"""Days a letter is kept after it was sent."""
STOP_AFTER = 3
"""Letters in a row that a mail server refused for good: then nothing more is sent there."""
FLOOD_MINUTES = 60
"""Letters that have waited so long for a mail server are put together into one."""

_WAITS = (1, 2, 5, 15, 30, 60, 120, 240)
MOST_TRIES = 20


def wait_after(tries: int) -> dt.timedelta:
    """How long to wait after the ``tries``-th failure in a row: one minute at first, then longer.

    >>> wait_after(1), wait_after(99)
    (datetime.timedelta(seconds=60), datetime.timedelta(seconds=14400))
    """
    return dt.timedelta(minutes=_WAITS[min(max(tries, 1), len(_WAITS)) - 1])


def pace(ways: dict[str, dict[str, str]], channel: str, topic: str) -> str:
    """The pace a reader chose for a channel and a topic, else the usual one."""
    chosen = (ways.get(channel) or {}).get(topic)
    return chosen if chosen in PACES else USUAL[channel][topic]


def is_quiet(local: dt.time, begin: dt.time | None, end: dt.time | None) -> bool:
    """Whether a moment of the city's day lies in somebody's quiet hours; they may cross midnight.

    >>> is_quiet(dt.time(23, 30), dt.time(22), dt.time(7))
    True
    >>> is_quiet(dt.time(7), dt.time(22), dt.time(7))
    False
    """
    if begin is None or end is None or begin == end:
        return False
    if begin < end:
        return begin <= local < end
    return local >= begin or local < end


_TYPES = (
    "street|st|road|rd|avenue|ave|lane|ln|square|sq|boulevard|blvd|embankment|"
    "улица|ул|проспект|просп|пр-кт|пр-т|пр|переулок|пер|площадь|пл|бульвар|бул|б-р|шоссе|ш|"
    "набережная|наб|проезд|тупик|микрорайон|мкр"
)
_TYPE = re.compile(rf"(?<![\w-])(?:{_TYPES})(?![\w-])\.?")
_HOUSE = re.compile(r"[\s,]*(?:\b(?:дом|д|house|no|№)\b\.?\s*)?№?\s*\d+[\w/-]*\s*(?:号|號)?\s*$")


def street_of(address: str) -> str:
    """The name of the street in an address, as it is compared: small letters, without the kind of
    street, without the house.

    >>> street_of("ул. Полевая, 12"), street_of("Полевая улица, д. 3А"), street_of("建设路12号")
    ('полевая', 'полевая', '建设路')
    """
    text = address.replace("\x00", " ").replace("，", ",").casefold().replace("ё", "е")
    parts = [" ".join(part.split()) for part in text.split(",")]
    for part in parts:
        bare = part if part[:1].isdigit() and " " in part else _HOUSE.sub("", part)
        name = " ".join(_TYPE.sub(" ", bare).split()).strip(" .-")
        if name and not name.isdigit():
            return name[:120]
    return ""


EARTH = 6_371_000.0


def box(longitude: float, latitude: float, radius: float) -> tuple[float, float, float, float]:
    """West, south, east, north around a circle of ``radius`` metres."""
    tall = math.degrees(radius / EARTH)
    wide = tall / max(0.01, math.cos(math.radians(latitude)))
    return longitude - wide, latitude - tall, longitude + wide, latitude + tall


def metres(first: tuple[float, float], second: tuple[float, float]) -> float:
    """Metres between two points (longitude, latitude) of the earth's surface."""
    (west, south), (east, north) = first, second
    lat = math.radians(south), math.radians(north)
    half = (
        math.sin((lat[1] - lat[0]) / 2) ** 2
        + math.cos(lat[0]) * math.cos(lat[1]) * math.sin(math.radians(east - west) / 2) ** 2
    )
    return 2 * EARTH * math.asin(min(1.0, math.sqrt(half)))


def host_allowed(host: str, allowed: tuple[str, ...]) -> bool:
    """Whether a push service is one of those we speak to: the name itself or a name below it."""
    host = host.casefold().rstrip(".")
    return any(host == name or host.endswith("." + name) for name in allowed)
