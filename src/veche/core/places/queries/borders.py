"""Near a border one cannot say from a point alone on which side a thing is."""

from __future__ import annotations

from veche.core.places.models import Territory
from veche.core.places.queries import Atlas
from veche.core.places.rules import BORDER_METRES


def beside(
    places: Atlas, longitude: float, latitude: float, metres: float = BORDER_METRES
) -> list[Territory]:
    """The smallest territories within ``metres`` of a point other than its own, nearest first.

    Empty where no border is near, and for a point outside every territory.
    """
    own = places.at(longitude, latitude)
    if own is None:
        return []
    found: list[tuple[float, int]] = []
    for number, far in places.within(longitude, latitude, metres):
        place = places.by_id[number]
        if place.city_id == own.city_id and number != own.pk and not places.children(place):
            found.append((far, number))
    return [places.by_id[number] for _far, number in sorted(found)]
