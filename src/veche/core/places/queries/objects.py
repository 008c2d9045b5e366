"""Reading the registry of objects."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from veche.core.places.models import CityObject, ObjectChange, ObjectKind, Territory
from veche.core.places.queries import Atlas
from veche.core.places.rules import NEAR_METRES, metres_between, reach
from veche.errors import NotFound
from veche.languages import here


class UnknownObject(NotFound):
    """No object of this kind has the identifier."""

    code = "unknown-object"
    sentence = _("There is no object “{identifier}” of this kind in the registry.")


def kinds() -> list[ObjectKind]:
    """The kinds of objects, by their codes."""
    return list(ObjectKind.objects.order_by("code"))


def everything() -> QuerySet[CityObject]:
    """All objects with what their rows name."""
    return CityObject.objects.select_related("kind", "territory", "owner")


def object_of(kind: str, identifier: str) -> CityObject:
    """The object of this kind and identifier, whether it still stands or not.

    Raises:
        UnknownObject: there is none.
    """
    found = everything().filter(kind__code=kind, identifier=identifier).first()
    if found is None:
        raise UnknownObject(identifier=identifier)
    return found


def object_by_id(object_id: int | None) -> CityObject | None:
    """The object of this number; None when there is none or none is asked for."""
    if object_id is None:
        return None
    return everything().filter(pk=object_id).first()


def standing(day: dt.date) -> Q:
    """The condition that an object stands on a day."""
    return (Q(since__isnull=True) | Q(since__lte=day)) & (Q(until__isnull=True) | Q(until__gt=day))


@dataclass(frozen=True)
class Near:
    """An object near a point."""

    object: CityObject
    metres: int


def nearest(
    longitude: float,
    latitude: float,
    day: dt.date,
    kinds: Sequence[str] = (),
    metres: float = NEAR_METRES,
    limit: int = 6,
) -> list[Near]:
    """The objects that stand on ``day`` within ``metres`` of a point, nearest first; of some
    ``kinds`` when they are named."""
    wide, tall = reach(latitude, metres)
    rows = everything().filter(
        standing(day),
        longitude__range=(longitude - wide, longitude + wide),
        latitude__range=(latitude - tall, latitude + tall),
    )
    if kinds:
        rows = rows.filter(kind__code__in=kinds)
    found = [
        Near(one, round(far))
        for one in rows[:2000]
        if (far := metres_between((longitude, latitude), (one.longitude, one.latitude))) <= metres
    ]
    return sorted(found, key=lambda near: (near.metres, near.object.pk))[:limit]


def changes(thing: CityObject) -> list[ObjectChange]:
    """What was changed about an object, oldest first."""
    return list(ObjectChange.objects.filter(object=thing).order_by("id"))


def changed_by(matter: str) -> list[ObjectChange]:
    """The changes that the answer of a matter made, oldest first."""
    if not matter:
        return []
    rows = ObjectChange.objects.filter(matter=matter).select_related("object__kind")
    return list(rows.order_by("id"))


@dataclass(frozen=True)
class Choice:
    """What a list of objects shows; its parameters stand in the address."""

    place: Territory
    kind: str = ""
    owner: str = ""
    words: str = ""
    gone: bool = False
    """Those that no longer stand, instead of those that do."""

    def rows(self, places: Atlas, day: dt.date) -> QuerySet[CityObject]:
        """The objects of the choice, in the order of their registry."""
        rows = everything().filter(territory_id__in=places.inside(self.place))
        rows = rows.exclude(standing(day)) if self.gone else rows.filter(standing(day))
        if self.kind:
            rows = rows.filter(kind__code=self.kind)
        if self.owner:
            rows = rows.filter(owner__code=self.owner)
        for word in self.words.split()[:6]:
            rows = rows.filter(
                Q(identifier__icontains=word)
                | Q(address__icontains=word)
                | Q(names__en__icontains=word)
                | Q(names__ru__icontains=word)
                | Q(names__zh__icontains=word)
            )
        return rows.order_by("kind__code", "identifier")

    def parameters(self, **other: Any) -> str:
        """The choice as it stands in an address, some of it exchanged."""
        from urllib.parse import urlencode

        values: dict[str, Any] = {
            "place": self.place.code,
            "kind": self.kind,
            "owner": self.owner,
            "q": self.words,
            "gone": "1" if self.gone else "",
        }
        return "?" + urlencode({k: v for k, v in {**values, **other}.items() if v})


def owners() -> list[tuple[str, str]]:
    """Code and name of everybody who owns an object, by name."""
    rows = (
        CityObject.objects.filter(owner__isnull=False)
        .values_list("owner__code", "owner__names")
        .distinct("owner__code")
        .order_by("owner__code")
    )
    return sorted(((code, here(names)) for code, names in rows), key=lambda row: row[1])
