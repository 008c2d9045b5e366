"""Writing the registry of objects; every change is kept with its reason and its source."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from veche.core.journal.operations import record
from veche.core.places.models import CityObject, ObjectChange, ObjectKind
from veche.core.places.queries import atlas
from veche.core.places.rules import IDENTIFIER
from veche.errors import Invalid, Refused
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.organisations.models import Organisation
    from veche.core.people.models import Person
    from veche.core.places.models import Territory


class BadIdentifier(Invalid):
    """An identifier holds signs that cannot stand in an address, or is empty."""

    code = "bad-identifier"
    sentence = _("“{identifier}” cannot be an identifier: use letters, digits and . _ : -")
    field = "identifier"


class IdentifierTaken(Invalid):
    """Another object of this kind has the identifier."""

    code = "identifier-taken"
    status = 409
    sentence = _("There is already an object with the identifier “{identifier}”.")
    field = "identifier"


class ObjectOutside(Invalid):
    """The point lies in no territory of the city."""

    code = "object-outside"
    sentence = _("This point lies outside the city. Choose a place inside it.")
    field = "point"


class NothingToChange(Refused):
    """The registry says already what was to be written."""

    code = "nothing-to-change"
    sentence = _("The registry says so already.")


class ObjectEnded(Refused):
    """The object does not stand any more."""

    code = "object-ended"
    sentence = _("This object is no longer there: it ended on {day}.")


def subject(thing: CityObject) -> str:
    """How the journal names an object."""
    return f"object:{thing.kind.code}:{thing.identifier}"


def told(thing: CityObject) -> dict[str, Any]:
    """What a row says, as changes write it."""
    return {
        "names": dict(thing.names),
        "address": thing.address,
        "longitude": thing.longitude,
        "latitude": thing.latitude,
        "outline": thing.outline,
        "territory": thing.territory.code,
        "owner": thing.owner.code if thing.owner else None,
        "since": thing.since.isoformat() if thing.since else None,
        "until": thing.until.isoformat() if thing.until else None,
    }


@operation
def set_kind(
    *, by: Person | None, at: dt.datetime, code: str, names: Mapping[str, str]
) -> ObjectKind:
    """Add a kind of object, or give the one with this code new names.

    Raises:
        BadIdentifier: the code cannot stand in an address.
    """
    if not re.fullmatch(IDENTIFIER, code) or len(code) > 40:
        raise BadIdentifier(identifier=code)
    kind, _created = ObjectKind.objects.update_or_create(code=code, defaults={"names": dict(names)})
    record(
        kind="places.kind-set", by=by, at=at, subject=f"kind:{code}", public={"names": dict(names)}
    )
    return kind


def _territory(longitude: float, latitude: float) -> Territory:
    places = atlas()
    home = places.home()
    found = places.at(longitude, latitude, city=home.pk if home else None)
    if found is None:
        raise ObjectOutside
    return found


def _keep(
    thing: CityObject,
    what: str,
    before: Mapping[str, Any],
    *,
    by: Person | None,
    at: dt.datetime,
    reason: str,
    source: str,
    matter: str,
) -> ObjectChange:
    """Append the change and the journal's record of it; only what differs is written."""
    now = told(thing)
    changed = [name for name in now if name not in before or now[name] != before[name]]
    change = ObjectChange(
        object=thing,
        what=what,
        at=at,
        before={name: before[name] for name in changed if name in before},
        after={name: now[name] for name in changed},
        reason=reason,
        source=source,
        matter=matter,
    )
    change.save(force_insert=True)
    record(
        kind="places.object-set",
        by=by,
        at=at,
        subject=subject(thing),
        public={"what": what, "after": _spelt(change.after), "source": source, "matter": matter},
    )
    return change


def _spelt(value: Any) -> Any:
    """A value without floating numbers, which have no one spelling in the journal."""
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, dict):
        return {key: _spelt(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_spelt(one) for one in value]
    return value


@operation
def add_object(
    *,
    by: Person | None,
    at: dt.datetime,
    kind: str,
    identifier: str,
    longitude: float,
    latitude: float,
    names: Mapping[str, str] | None = None,
    address: str = "",
    owner: Organisation | None = None,
    since: dt.date | None = None,
    reason: str = "",
    source: str = "",
    matter: str = "",
) -> CityObject:
    """Enter an object into the registry.

    ``matter`` is the number of the matter whose answer this is; ``source`` the register or file.

    Raises:
        BadIdentifier, IdentifierTaken, ObjectOutside: it cannot be entered so.
        ObjectKind.DoesNotExist: there is no such kind.
    """
    if not re.fullmatch(IDENTIFIER, identifier):
        raise BadIdentifier(identifier=identifier)
    row = ObjectKind.objects.select_for_update().get(code=kind)
    if CityObject.objects.filter(kind=row, identifier=identifier).exists():
        raise IdentifierTaken(identifier=identifier)
    thing = CityObject(
        kind=row,
        identifier=identifier,
        names=dict(names or {}),
        address=address[:240],
        longitude=longitude,
        latitude=latitude,
        territory=_territory(longitude, latitude),
        owner=owner,
        since=since,
        source=source[:80],
    )
    thing.save(force_insert=True)
    _keep(thing, "added", {}, by=by, at=at, reason=reason, source=source, matter=matter)
    return thing


def _locked(thing: CityObject) -> CityObject:
    return (
        CityObject.objects.select_for_update(of=("self",))
        .select_related("kind", "territory", "owner")
        .get(pk=thing.pk)
    )


@operation
def move_object(
    *,
    by: Person | None,
    at: dt.datetime,
    thing: CityObject,
    longitude: float,
    latitude: float,
    reason: str,
    address: str | None = None,
    source: str = "",
    matter: str = "",
) -> CityObject:
    """It stands elsewhere than the registry said.

    Raises:
        ObjectEnded, ObjectOutside, NothingToChange: the registry cannot be changed so.
    """
    thing = _standing(thing)
    before = told(thing)
    if (thing.longitude, thing.latitude) == (longitude, latitude) and address in (
        None,
        thing.address,
    ):
        raise NothingToChange
    thing.longitude, thing.latitude = longitude, latitude
    thing.territory = _territory(longitude, latitude)
    if address is not None:
        thing.address = address[:240]
    thing.save(force_update=True)
    _keep(thing, "changed", before, by=by, at=at, reason=reason, source=source, matter=matter)
    return thing


@operation
def change_owner(
    *,
    by: Person | None,
    at: dt.datetime,
    thing: CityObject,
    owner: Organisation | None,
    reason: str,
    source: str = "",
    matter: str = "",
) -> CityObject:
    """It belongs to another organisation than the registry said, or to nobody known.

    Raises:
        ObjectEnded, NothingToChange: the registry cannot be changed so.
    """
    thing = _standing(thing)
    if thing.owner_id == (owner.pk if owner else None):
        raise NothingToChange
    before = told(thing)
    thing.owner = owner
    thing.save(update_fields=["owner"], force_update=True)
    _keep(thing, "changed", before, by=by, at=at, reason=reason, source=source, matter=matter)
    return thing


@operation
def end_object(
    *,
    by: Person | None,
    at: dt.datetime,
    thing: CityObject,
    day: dt.date,
    reason: str,
    source: str = "",
    matter: str = "",
) -> CityObject:
    """It does not stand any more from ``day`` on.

    Raises:
        ObjectEnded: the registry says so already.
        NothingToChange: the day lies before the first day of the object.
    """
    thing = _standing(thing)
    if thing.since is not None and day < thing.since:
        raise NothingToChange
    before = told(thing)
    thing.until = day
    thing.save(update_fields=["until"], force_update=True)
    _keep(thing, "ended", before, by=by, at=at, reason=reason, source=source, matter=matter)
    return thing


def _standing(thing: CityObject) -> CityObject:
    thing = _locked(thing)
    if thing.until is not None:
        raise ObjectEnded(day=thing.until.isoformat())
    return thing
