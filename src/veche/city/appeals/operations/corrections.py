"""Corrections: a resident says what is wrong, the keeper's answer repairs the registry itself."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from veche.city.appeals import rules
from veche.city.appeals.models import Correction
from veche.city.appeals.operations.refusals import (
    AlreadyProposed,
    AlreadyWritten,
    OwnerNeeded,
    PlaceNeeded,
    SignInFirst,
)
from veche.core.cases.operations import move_case, open_case
from veche.core.cases.terms import city_zone
from veche.core.moderation.limits import declare, spend
from veche.core.notices.operations import follow, tell_followers
from veche.core.places.operations import objects as registry
from veche.core.places.queries import atlas
from veche.operation import operation
from veche.texts import UnknownReason, sized

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.organisations.models import Organisation
    from veche.core.people.models import Person
    from veche.core.places.models import CityObject, ObjectKind

declare("correction", "person", 20, title=_("corrections"))

SOURCE = "correction"


@operation
def propose(
    *,
    by: Person | None,
    at: dt.datetime,
    submission: uuid.UUID,
    what: str,
    kind: ObjectKind,
    thing: CityObject | None = None,
    longitude: float | None = None,
    latitude: float | None = None,
    owner: Organisation | None = None,
    note: str = "",
) -> Correction:
    """Somebody says that the registry is wrong about an object, or lacks one of this kind.

    Raises:
        SignInFirst, PlaceNeeded, OwnerNeeded, TextLength: it cannot be taken so.
        veche.core.places.operations.objects.ObjectOutside: the place lies outside the city.
        veche.core.places.operations.objects.ObjectEnded: the object is known to be gone.
        AlreadyWritten: this form made one before.
        AlreadyProposed: the same waits for a decision.
        veche.core.moderation.limits.TooMany: the person has written as many as one may.
    """
    for number in Correction.objects.filter(submission=submission).values_list(
        "case__number", flat=True
    ):
        raise AlreadyWritten(number=number)
    if by is None:
        raise SignInFirst
    if what not in Correction.What.values or (what != "missing" and thing is None):
        raise UnknownReason
    if what in ("missing", "place") and (longitude is None or latitude is None):
        raise PlaceNeeded
    if what == "owner" and owner is None:
        raise OwnerNeeded
    if what == "owner" and thing is not None and owner is not None and (
        thing.owner_id == owner.pk
    ):  # fmt: skip
        raise registry.NothingToChange
    if thing is not None and thing.until is not None:
        raise registry.ObjectEnded(day=thing.until.isoformat())
    note = sized(note, 0, rules.LONGEST_NOTE)
    if what in ("missing", "place"):
        places = atlas()
        home = places.home()
        assert longitude is not None and latitude is not None
        place = places.at(longitude, latitude, city=home.pk if home else None)
    else:
        longitude = latitude = None
        assert thing is not None
        place = thing.territory
    if place is None:
        raise registry.ObjectOutside
    if thing is not None:
        same = Correction.objects.filter(object=thing, what=what, case__state="proposed")
        for number in same.values_list("case__number", flat=True):
            raise AlreadyProposed(number=number)
    spend(by=by, at=at, what="correction", keys={})
    case = open_case(
        by=by,
        at=at,
        procedure="correction",
        move="propose",
        theme=kind.code,
        territory=place,
        public={"what": what, "kind": kind.code, "object": thing.identifier if thing else ""},
        personal={"note": note},
    )
    correction = Correction(
        case=case,
        what=what,
        kind=kind,
        object=thing if what != "missing" else None,
        longitude=longitude,
        latitude=latitude,
        owner=owner if what in ("owner", "missing") else None,
        note=note,
        submission=submission,
    )
    try:
        correction.save(force_insert=True)
    except IntegrityError as error:
        # Two clicks at the same moment: the second waited here until the first was kept.
        raise AlreadyWritten(number="") from error
    follow(by=by, at=at, case=case)
    return correction


@operation
def repair(
    *,
    by: Person,
    at: dt.datetime,
    case: Case,
    identifier: str = "",
    text: str = "",
    seen: int | None = None,
) -> Case:
    """The keeper of the registry accepts: the registry is repaired in the same transaction.

    ``identifier`` names a missing object in the registry; without one it is given a number of
    its own.

    Raises:
        veche.core.places.operations.objects.IdentifierTaken, BadIdentifier, ObjectEnded,
        NothingToChange: the registry cannot be changed so; then nothing is.
    """
    text = sized(text, 0, rules.LONGEST_REASON)
    correction = Correction.objects.select_related("kind", "object", "owner").get(case=case)
    case = move_case(
        by=by, at=at, case=case, move="repair", seen=seen, public={"text": text} if text else {}
    )
    thing = _repaired(correction, by=by, at=at, number=case.number, identifier=identifier)
    Correction.objects.filter(pk=case.pk).update(object=thing)
    tell_followers(by=by, at=at, case=case, kind="appeals.repaired")
    return case


def _repaired(
    correction: Correction, *, by: Person, at: dt.datetime, number: str, identifier: str
) -> CityObject:
    """Carry the correction out; the object's history names the matter."""
    what, thing = correction.what, correction.object
    reason = correction.note
    if what == Correction.What.MISSING or thing is None:
        assert correction.longitude is not None and correction.latitude is not None
        return registry.add_object(
            by=by,
            at=at,
            kind=correction.kind.code,
            identifier=identifier.strip() or f"new-{number}",
            longitude=correction.longitude,
            latitude=correction.latitude,
            owner=correction.owner,
            reason=reason,
            source=SOURCE,
            matter=number,
        )
    if what == Correction.What.PLACE:
        assert correction.longitude is not None and correction.latitude is not None
        return registry.move_object(
            by=by,
            at=at,
            thing=thing,
            longitude=correction.longitude,
            latitude=correction.latitude,
            reason=reason,
            source=SOURCE,
            matter=number,
        )
    if what == Correction.What.OWNER:
        return registry.change_owner(
            by=by,
            at=at,
            thing=thing,
            owner=correction.owner,
            reason=reason,
            source=SOURCE,
            matter=number,
        )
    day = at.astimezone(city_zone()).date()
    return registry.end_object(
        by=by, at=at, thing=thing, day=day, reason=reason, source=SOURCE, matter=number
    )


@operation
def keep(
    *, by: Person, at: dt.datetime, case: Case, reason: str, text: str, seen: int | None = None
) -> Case:
    """The keeper refuses: the registry stays as it is, with a reason from the list and in words.

    Raises:
        UnknownReason, TextLength: the reason is not on the list, or the words are missing.
    """
    if reason not in rules.CORRECTION_REASONS:
        raise UnknownReason
    text = sized(text, rules.SHORTEST_TEXT, rules.LONGEST_REASON)
    case = move_case(
        by=by, at=at, case=case, move="keep", seen=seen, public={"reason": reason, "text": text}
    )
    tell_followers(by=by, at=at, case=case, kind="appeals.kept")
    return case
