"""Rules of the desk. Pure Python."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

PAGE = 40
"""Rows on one page of the queue."""
MOST_AT_ONCE = 2000
"""Matters that one change of many may hold."""
SHORTEST_GRACE, GRACE, LONGEST_GRACE = (
    dt.timedelta(seconds=60),
    dt.timedelta(minutes=5),
    dt.timedelta(minutes=10),
)
"""How long a change of many can be undone: at least, usually, at most."""
LONGEST_TITLE = 60
LONGEST_NAME = 40
LONGEST_DRAFT = 8000
MOST_FIELDS = 12
PLACES = ("number", "address", "office")
"""What a template may hold in braces."""
_PLACE = re.compile(r"\{(" + "|".join(PLACES) + r")\}")


def filled(text: str, values: Mapping[str, str]) -> str:
    """A template with its places filled in; braces that name nothing known stay as they are."""
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), text)


def unknown_places(text: str) -> list[str]:
    """What stands in braces and would not be filled in."""
    return [name for name in re.findall(r"\{([^{}\n]{0,40})\}", text) if name not in PLACES]
