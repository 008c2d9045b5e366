"""The territories and the map of the demo town."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import ModuleType

from veche.core.people.demo import BEFORE
from veche.core.places.models import Territory
from veche.core.places.operations import add_territory, draw_features
from veche.operation import operation

_KINDS = (Territory.Kind.CITY, Territory.Kind.DISTRICT, Territory.Kind.NEIGHBOURHOOD)


@operation
def draw_town(*, by: None, at: dt.datetime) -> int:
    """Add the city, its districts and neighbourhoods, and draw its streets and waters."""
    from veche.town.geometry import town as the_town

    place = the_town()
    made: dict[str, Territory] = {}
    for area in place.areas:
        made[area.code] = add_territory(
            by=by,
            at=at,
            code=area.code,
            kind=_KINDS[area.level],
            names=area.names,
            outline=area.outline.__geo_interface__,
            parent=made[area.parent] if area.parent else None,
        )
    draw_features(
        by=by,
        at=at,
        city=made[place.city.code],
        features=[(f.kind, f.names, f.shape.__geo_interface__) for f in place.features],
    )
    return len(made)


def load(*, town: ModuleType, at: dt.datetime, report: Callable[[str], None]) -> None:
    """Draw the town, as if a little more than a year ago."""
    report(f"places: {draw_town(by=None, at=at - BEFORE)}")


def load_objects(*, at: dt.datetime) -> int:
    """Enter the lamps, stops, playgrounds and bins of the town; their owners must be there."""
    from veche.core.places.bulk import enter_objects
    from veche.core.places.operations.objects import set_kind
    from veche.core.places.reader import Told
    from veche.town.objects import KINDS, objects

    for code, names in KINDS.items():
        set_kind(by=None, at=at - BEFORE, code=code, names=names)
    told = (
        Told(
            n,
            {
                "kind": one.kind,
                "id": one.identifier,
                **{f"name_{language}": name for language, name in one.names.items()},
                "address": one.address,
                "longitude": str(one.lon),
                "latitude": str(one.lat),
                "owner": one.owner,
                "since": one.since.isoformat(),
            },
            None,
        )
        for n, one in enumerate(objects(), 1)
    )
    return enter_objects(by=None, at=at - BEFORE, told=told, source="zarechye")["added"]
