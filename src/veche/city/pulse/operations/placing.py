"""Where things are: their locations, what they were before, and what readings are about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from veche.city.pulse.models import (
    FeatureOfInterest,
    HistoricalLocation,
    Location,
    Stream,
    Thing,
)
from veche.core.places.queries import atlas
from veche.operation import inside


@inside
def place(thing: Thing, locations: Collection[int], at: dt.datetime) -> None:
    """From now on the thing is at these locations; where it was is history.

    A new location takes the place of those in the same encoding; one in another encoding (an
    address in words beside a point) stays.
    """
    new = list(Location.objects.filter(pk__in=locations))
    encodings = {one.encoding_type for one in new}
    stay = [one for one in thing.locations.all() if one.encoding_type not in encodings]
    thing.locations.set([*stay, *new])
    remember(thing, [*stay, *new], at)
    point(thing)


@inside
def remember(thing: Thing, locations: Sequence[Location], at: dt.datetime) -> HistoricalLocation:
    """Write down where the thing is from this moment on."""
    found = HistoricalLocation.objects.create(thing=thing, time=at)
    found.locations.set(locations)
    return found


@inside
def point(thing: Thing) -> None:
    """Keep the middle of the thing's newest location with it, and the territory that holds it."""
    placed = thing.locations.filter(west__isnull=False).order_by("-pk").first()
    if placed is None or None in (placed.west, placed.east, placed.south, placed.north):
        thing.longitude = thing.latitude = None
        thing.territory = None
    else:
        assert placed.west is not None and placed.east is not None
        assert placed.south is not None and placed.north is not None
        thing.longitude = (placed.west + placed.east) / 2
        thing.latitude = (placed.south + placed.north) / 2
        thing.territory = atlas().at(thing.longitude, thing.latitude)
    thing.save(update_fields=["longitude", "latitude", "territory"])


@inside
def feature_of(stream: Stream) -> int | None:
    """What the readings of a stream are about where nothing is named: its thing's location.

    None where the thing is nowhere.
    """
    here = Location.objects.filter(things=stream.thing_id).order_by("-pk")
    placed = here.filter(west__isnull=False).first() or here.first()
    if placed is None:
        return None
    found = FeatureOfInterest.objects.filter(location=placed, feature=placed.location).first()
    if found is None:
        found = FeatureOfInterest.objects.create(
            source_id=placed.source_id,
            name=placed.name,
            description=placed.description,
            encoding_type=placed.encoding_type,
            feature=placed.location,
            location=placed,
            west=placed.west,
            south=placed.south,
            east=placed.east,
            north=placed.north,
        )
    number: int = found.pk
    return number
