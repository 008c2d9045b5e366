"""What the pages of promises share."""

from __future__ import annotations

from typing import Any

from veche.city.delivery.models import Promise
from veche.core.places.queries import Atlas
from veche.look.http import cached as cached
from veche.look.http import sent as sent
from veche.look.http import sign_in as sign_in


def shared(promise: Promise, places: Atlas) -> dict[str, Any]:
    """What every page about one promise shows."""
    case = promise.case
    place = places.by_id.get(case.territory_id, case.territory)
    return {
        "promise": promise,
        "case": case,
        "place": place,
        "district": places.by_id.get(place.district_id or 0),
    }
