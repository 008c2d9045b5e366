"""At a border: both sides are kept, and what went to the wrong one goes to the other by itself."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from veche.city.problems.models import Problem
from veche.city.problems.operations.contracts import contract_for
from veche.city.problems.operations.refusals import ObjectElsewhere
from veche.core.cases.models import Case, Dispute
from veche.core.cases.operations import decide_dispute, subject
from veche.core.cases.terms import city_zone
from veche.core.journal.operations import record
from veche.core.notices.operations import tell_followers
from veche.core.organisations.queries import answers_for
from veche.core.places.queries.borders import beside
from veche.core.places.queries.objects import object_by_id
from veche.core.places.rules import NEAR_METRES, metres_between, stands
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.organisations.models import Organisation
    from veche.core.places.models import CityObject, Territory
    from veche.core.places.queries import Atlas

OTHER_SIDE = "other-territory"
"""The reason by which an office says that the place lies on the other side."""


def near_object(
    object_id: int | None, longitude: float, latitude: float, at: dt.datetime
) -> CityObject | None:
    """The object that is meant, if it stands and is near the point; None when none is meant.

    Raises:
        ObjectElsewhere: it is not there.
    """
    if object_id is None:
        return None
    thing = object_by_id(object_id)
    if thing is None or not stands(thing.since, thing.until, at.astimezone(city_zone()).date()):
        raise ObjectElsewhere
    far = metres_between((longitude, latitude), (thing.longitude, thing.latitude))
    if far > 2 * NEAR_METRES:
        raise ObjectElsewhere
    return thing


def sides(
    places: Atlas, theme: str, own: Territory, longitude: float, latitude: float, said: str
) -> tuple[Territory, Territory | None]:
    """The side a thing lies on, as its author says or as the map has it, and the other side where
    another office answers; None where no border is near or the same office answers on both."""
    around = beside(places, longitude, latitude)
    if not around:
        return own, None
    chosen = next((place for place in around if place.code == said), own)
    office = answers_for(theme, chosen)
    for place in (own, *around):
        other = answers_for(theme, place) if place.pk != chosen.pk else None
        if other is not None and other != office:
            return chosen, place
    return chosen, None


def other_side(case: Case) -> tuple[Territory, Organisation] | None:
    """The other side of a near border and the office that answers there; None when a dispatcher
    has to look: no border is near, the problem went across before, or nobody else answers."""
    there = Problem.objects.select_related("beside").get(case=case).beside
    office = answers_for(case.theme, there) if there is not None else None
    if there is None or office is None or office.pk == case.organisation_id:
        return None
    return there, office


@operation
def send_across(
    *, by: None, at: dt.datetime, case: Case, there: Territory, office: Organisation
) -> Case:
    """The place lies on the other side of a border: the office there gets it at once, once.

    Raises:
        veche.core.cases.operations.MoveNotPossible: the office has not returned it.
    """
    Problem.objects.filter(case=case).update(beside=None)
    Case.objects.filter(pk=case.pk).update(territory=there)
    record(
        kind="problems.sent-across",
        by=by,
        at=at,
        subject=subject(case),
        public={"from": case.territory.code, "to": there.code},
    )
    case = decide_dispute(
        by=by,
        at=at,
        case=case,
        move="pass_on",
        organisation=office,
        contract=contract_for(case, office),
        decided_as=Dispute.Decided.LAPSED,
    )
    tell_followers(by=by, at=at, case=case, kind="problems.sent-across")
    return case
