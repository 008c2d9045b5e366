"""What takes long to count is counted seldom, and the page says of which moment it is.

Counting the whole past costs more with every year. What :func:`kept` is given to count is kept in
the memory of this process for a hundred times as long as the counting took: however long the past,
at most a hundredth of the time goes into it. What is counted quickly is kept only where the caller
says that it is large, so that a small town always sees the present.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import connection

FROM = 0.5
"""Seconds of counting from which on the result is kept."""
TIMES = 100
"""It is kept for so many times the seconds that it took …"""
LONGEST = 600.0
"""… but for no more seconds than this."""
LARGE = 60.0
"""Seconds for which what is large is kept at least."""
MOST = 500
"""Results kept at once."""

T = TypeVar("T")


@dataclass(frozen=True)
class Kept(Generic[T]):
    """What was counted."""

    value: T
    at: dt.datetime
    """The moment of the city that it is of."""


_known: dict[tuple[Hashable, ...], tuple[float, Kept[Any]]] = {}
_lock = threading.Lock()
_counting: dict[tuple[Hashable, ...], threading.Lock] = {}


def kept(
    key: tuple[Hashable, ...],
    at: dt.datetime,
    count: Callable[[], T],
    large: Callable[[T], bool] = lambda _value: False,
) -> Kept[T]:
    """What ``count`` gives for this moment, or what it gave for one shortly before.

    ``key`` names what is counted, with everything it depends on but the moment; ``large`` tells
    of what was counted whether it is kept however quick that was. While one thread
    counts, others that ask for the same wait for it. What ``count`` raises is raised.
    """
    full = (str(connection.settings_dict["NAME"]), *key)
    found = _fresh(full, at)
    if found is not None:
        return found
    with _lock:
        mine = _counting.setdefault(full, threading.Lock())
    with mine:
        found = _fresh(full, at)
        if found is not None:
            return found
        begun = time.monotonic()
        try:
            made = Kept(count(), at)
        except BaseException:
            with _lock:
                _counting.pop(full, None)
            raise
        took = time.monotonic() - begun
        with _lock:
            _known.pop(full, None)
            if took >= FROM or large(made.value):
                if len(_known) >= MOST:
                    _known.clear()
                seconds = max(min(took * TIMES, LONGEST), LARGE if large(made.value) else 0)
                _known[full] = (time.monotonic() + seconds, made)
            _counting.pop(full, None)
    return made


def _fresh(full: tuple[Hashable, ...], at: dt.datetime) -> Kept[Any] | None:
    """What is kept and may still be shown."""
    until, found = _known.get(full, (0.0, None))
    # A clock that was turned, as a demo's is, has left what was counted behind.
    if found is None or time.monotonic() >= until:
        return None
    return found if abs(at - found.at) < dt.timedelta(seconds=LONGEST) else None


def forget() -> None:
    """Count everything afresh at the next call."""
    with _lock:
        _known.clear()
