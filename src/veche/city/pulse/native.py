"""What of readings is taken without Django's stack; nothing is imported before it is asked for."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from veche.native import Native

_READINGS = re.compile(
    r"/sensorthings/v1\.1/(?:(?:(?:Multi)?Datastreams\(\d{1,18}\)/)?Observations|CreateObservations)/?"
)


@functools.cache
def _door() -> Native:
    from veche.city.pulse.sensorthings import door

    return door.build()


def doors() -> Mapping[str, Callable[[str], Native | None]]:
    """The native doors by method and first word of the path."""
    return {"POST sensorthings": lambda path: _door() if _READINGS.fullmatch(path) else None}
