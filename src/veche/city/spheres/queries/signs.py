"""The indicators of a sphere as they stand now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from veche.city.pulse.models import Indicator, Vital
from veche.city.spheres.packs import Pack
from veche.core.places.models import Territory

WORST = {"critical": 5, "warning": 4, "watch": 3, "stale": 2, "normal": 1, "none": 0}
"""How much a state asks to be looked at."""


@dataclass(frozen=True)
class Place:
    """How an indicator stands at one place."""

    territory: Territory
    value: float | None
    state: str
    at: dt.datetime


@dataclass(frozen=True)
class Sign:
    """An indicator with how it stands everywhere, worst first."""

    indicator: Indicator
    places: Sequence[Place]

    @property
    def state(self) -> str:
        """The state that asks most to be looked at."""
        return max(
            (one.state for one in self.places), key=lambda s: WORST.get(s, 0), default="none"
        )

    @property
    def worst(self) -> Place | None:
        """The place that asks most to be looked at."""
        return self.places[0] if self.places else None


def signs(packs: Iterable[Pack], *, public: bool) -> Mapping[str, list[Sign]]:
    """The indicators of packs by the code of the pack, worst first; two queries for all.

    ``public``: only those that everybody may see.
    """
    packs = list(packs)
    asked = {code for pack in packs for code in pack.indicators}
    rows = Indicator.objects.filter(
        Q(sphere__in=[pack.code for pack in packs]) | Q(code__in=asked), active=True
    )
    if public:
        rows = rows.filter(public=True)
    known = {one.pk: one for one in rows}
    stands: dict[int, list[Place]] = {}
    vitals = Vital.objects.filter(indicator__in=list(known)).select_related("territory")
    for one in vitals.defer("territory__outline"):
        stands.setdefault(one.indicator_id, []).append(
            Place(one.territory, one.value, one.state, one.at)
        )
    found = [
        Sign(
            one, sorted(stands.get(pk, ()), key=lambda p: (-WORST.get(p.state, 0), p.territory.pk))
        )
        for pk, one in known.items()
    ]
    found.sort(key=lambda sign: (-WORST.get(sign.state, 0), sign.indicator.code))
    return {
        pack.code: [
            sign
            for sign in found
            if sign.indicator.sphere == pack.code or sign.indicator.code in pack.indicators
        ]
        for pack in packs
    }
