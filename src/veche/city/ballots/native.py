"""What of votes is answered without Django's stack; nothing is imported before it is asked for."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from veche.native import Native

_LIVE = re.compile(r"/votes/([\w-]{1,40})/(live|tally\.json)")


@functools.cache
def _door() -> Native:
    from veche.city.ballots import door

    return door.build()


@functools.cache
def _counts() -> Native:
    from veche.city.ballots import live

    return live.build()


def doors() -> Mapping[str, Callable[[str], Native | None]]:
    """The native doors by the first word of the path."""
    return {
        "cast": lambda path: _door() if path == "/cast" else None,
        "votes": lambda path: _counts() if _LIVE.fullmatch(path) else None,
    }
