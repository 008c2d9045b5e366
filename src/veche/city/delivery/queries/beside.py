"""What is reported at the same place, and of the same kind, since a promise was made.

Only through `cases.queries` and what every module shows of its matters to others
(`veche.core.notices.matters`): promises know no module that problems are reported in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from veche.city.delivery.models import Promise
from veche.city.delivery.operations.promises import THEME
from veche.core.cases.models import Case
from veche.core.cases.queries import called_firms, matters_since
from veche.core.notices import matters
from veche.core.notices.matters import Matter
from veche.core.organisations.models import Organisation
from veche.core.places.queries import Atlas
from veche.core.places.rules import metres_between

NEAR = 300
"""Metres that count as the same place."""
LOOKED_AT = 600
"""Matters of the neighbourhood that are measured, the newest first."""
SHOWN = 8
OWN = ("promise", "promise_step")


@dataclass(frozen=True)
class Near:
    """One matter beside a promise."""

    case: Case
    matter: Matter
    url: str
    metres: int | None
    """How far away, where both have a point."""


@dataclass(frozen=True)
class Beside:
    """What stands beside a promise on its page."""

    near: Sequence[Near] = ()
    """At the same place; the nearest first, or the newest where the promise has no point."""
    kind: Sequence[Near] = ()
    """Of the same kind in the same territory, the newest first."""
    counts: dict[str, int] = field(default_factory=dict)
    """How many there are in all: ``near`` and ``kind``."""
    firms: Sequence[tuple[Organisation, int]] = ()
    """Who was called there by contract, to how many of these matters."""
    since: dt.datetime | None = None
    whole: bool = True
    """Whether all of the territory were measured, or only the newest `LOOKED_AT`."""


def beside(promise: Promise, places: Atlas, since: dt.datetime | None = None) -> Beside:
    """What was reported since a promise was made (or since ``since``)."""
    case, begun = promise.case, since or promise.case.opened_at
    place = places.by_id.get(case.territory_id, case.territory)
    inside = [place.pk, *places.inside(place)]
    point = (
        (promise.longitude, promise.latitude)
        if promise.longitude is not None and promise.latitude is not None
        else None
    )
    rows = matters_since(inside, begun, without=OWN, most=LOOKED_AT)
    found = _shown(rows, point)
    near = (
        sorted(
            (one for one in found if one.metres is not None and one.metres <= NEAR),
            key=lambda one: one.metres or 0,
        )
        if point is not None
        else (found if place.kind == "neighbourhood" else [])
    )
    kind: list[Near] = []
    if case.theme != THEME:
        themed = matters_since(inside, begun, theme=case.theme, without=OWN, most=LOOKED_AT)
        kind = _shown(themed, point)
    there = {one.case.pk for one in (*near, *kind)}
    return Beside(
        firms=called_firms(sorted(there)) if there else (),
        near=near[:SHOWN],
        kind=kind[:SHOWN],
        counts={"near": len(near), "kind": len(kind)},
        since=begun,
        whole=len(rows) < LOOKED_AT,
    )


def _shown(rows: Sequence[Case], point: tuple[float, float] | None) -> list[Near]:
    """Those of the matters that everybody may read."""
    known = matters.find((row.pk, row.procedure) for row in rows)
    found = []
    for row in rows:
        one = known.get(row.pk)
        if one is None or not one.public:
            continue
        far = None
        if point is not None and one.longitude is not None and one.latitude is not None:
            far = round(metres_between(point, (one.longitude, one.latitude)))
        found.append(Near(row, one, matters.address(row.procedure, row.number), far))
    return found
