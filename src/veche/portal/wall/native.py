"""What of the wall is answered without Django's stack; nothing is imported before it is asked."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from veche.native import Native


@functools.cache
def _live() -> Native:
    from veche.portal.wall import live

    return live.build()


def doors() -> Mapping[str, Callable[[str], Native | None]]:
    """The native door by the first word of the path."""
    return {"wall": lambda path: _live() if path == "/wall/live" else None}
