"""What a site can be, offer and ask for, and what makes it fit: closed lists, no Django.

The lists are closed so that what one office offers and another needs meet by themselves; a city
adds a code here and its words in `veche.city.pilots.words.sites`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

ENVIRONMENTS = (
    "street", "park", "indoors", "home", "school", "clinic", "shop", "vehicle", "depot", "water",
    "rooftop", "online",
)  # fmt: skip
"""Where a trial takes place."""

GROUPS = (
    "everybody", "children", "pupils", "old", "disabled", "patients", "passengers", "staff",
    "owners",
)  # fmt: skip
"""Whom a solution is meant for, and whom a site reaches."""


@dataclass(frozen=True)
class Feature:
    """Something that is there or is asked for; ``number`` in ``unit``, else yes or no."""

    code: str
    number: bool = False
    unit: str = ""
    asked: bool = False
    """Whether it is something that a site asks of whoever tests there, and a company brings."""
    kind: str = ""
    """By which reason a site falls out that lacks it: power, network, access, ethics or space."""


FEATURES: tuple[Feature, ...] = (
    Feature("power", kind="power"),
    Feature("charging", kind="power"),
    Feature("network", kind="network"),
    Feature("mobile_network", kind="network"),
    Feature("water_supply", kind="power"),
    Feature("step_free", kind="access"),
    Feature("lift", kind="access"),
    Feature("toilet", kind="access"),
    Feature("open_at_night", kind="access"),
    Feature("open_at_weekends", kind="access"),
    Feature("parking", kind="access"),
    Feature("roofed", kind="space"),
    Feature("heated", kind="space"),
    Feature("lit", kind="space"),
    Feature("guarded", kind="space"),
    Feature("storage", kind="space"),
    Feature("staff", kind="space"),
    Feature("ethics_board", kind="ethics"),
    Feature("consent_room", kind="ethics"),
    Feature("area", number=True, unit="m²", kind="space"),
    Feature("height", number=True, unit="m", kind="space"),
    Feature("load", number=True, unit="kg", kind="space"),
    Feature("power_kw", number=True, unit="kW", kind="power"),
    Feature("people", number=True, kind="space"),
    Feature("insurance", asked=True),
    Feature("certificate", asked=True),
    Feature("ethics_approval", asked=True, kind="ethics"),
    Feature("no_faces", asked=True, kind="ethics"),
    Feature("own_staff", asked=True),
    Feature("own_power", asked=True, kind="power"),
    Feature("quiet", asked=True),
    Feature("cleared_staff", asked=True, kind="ethics"),
    Feature("restores", asked=True),
)
"""``people``: how many a site reaches in a month, and the least that a trial needs."""

BY_CODE = {one.code: one for one in FEATURES}
OFFERED = tuple(one for one in FEATURES if not one.asked)
ASKED = tuple(one for one in FEATURES if one.asked)

CRITERIA = ("fit", "reach", "distance", "history")
"""The parts of a score, each from 0 to 1; see `veche.city.pilots.engines.match`."""
WEIGHTS = {"fit": 0.4, "reach": 0.3, "distance": 0.15, "history": 0.15}
"""What the parts weigh until a programme says otherwise."""

MOST_PLACES = 50
LONGEST_WINDOW = dt.timedelta(days=3 * 366)
HOLD = dt.timedelta(days=5)
"""How long a place is held while the owner decides."""
MOST_NUMBER = 1_000_000


class NotAFeature(ValueError):
    """A code that is on no list, or a value that cannot be its value."""


def offered(values: dict[str, object]) -> dict[str, bool | float]:
    """What is offered or needed by codes of `OFFERED`: true, or a number above nothing; what is
    absent, false or empty is left out.

    Raises:
        NotAFeature: a code is unknown, or a value is neither.
    """
    found: dict[str, bool | float] = {}
    for code, value in values.items():
        known = BY_CODE.get(code)
        if known is None or known.asked:
            raise NotAFeature(code)
        if value is None or value is False or value == "":
            continue
        if known.number:
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise NotAFeature(code)
            if not 0 < value <= MOST_NUMBER:
                raise NotAFeature(code)
            found[code] = value
        elif value is True:
            found[code] = True
        else:
            raise NotAFeature(code)
    return found


def spelt(values: Mapping[str, bool | float]) -> dict[str, bool | str]:
    """The same with numbers as words, as the journal keeps them: it knows no floating numbers."""
    return {code: value if value is True else str(value) for code, value in values.items()}


def asked(codes: Iterable[str]) -> list[str]:
    """Codes of `ASKED`, each once, in the order of the list.

    Raises:
        NotAFeature: a code is not among them.
    """
    wanted = set(codes)
    known = {one.code for one in ASKED}
    if not wanted <= known:
        raise NotAFeature(sorted(wanted - known)[0])
    return [one.code for one in ASKED if one.code in wanted]


Span = tuple[dt.datetime, dt.datetime]
"""From a moment up to, not including, another."""


def gaps(window: Span, places: int, booked: Iterable[tuple[int, Span]]) -> list[tuple[int, Span]]:
    """What is free in a window: place and span, by place and time.

    ``booked`` are place and span of what is taken there.
    """
    taken: dict[int, list[Span]] = {}
    for place, span in booked:
        taken.setdefault(place, []).append(span)
    found: list[tuple[int, Span]] = []
    for place in range(1, places + 1):
        start = window[0]
        for begins, ends in sorted(taken.get(place, ())):
            if begins > start:
                found.append((place, (start, begins)))
            start = max(start, ends)
        if start < window[1]:
            found.append((place, (start, window[1])))
    return found


def free_place(free: Sequence[tuple[int, Span]], during: Span) -> int | None:
    """The lowest place that is free all the while; None where there is none.

    Gaps that touch are joined by `gaps` already: a span fits into one of them or into none.
    """
    for place, (begins, ends) in free:
        if begins <= during[0] and during[1] <= ends:
            return place
    return None
