"""The services that must go on: who keeps the list, and what stays on it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import START
from tests.city.dispatch.conftest import Ground, minutes
from veche.city.dispatch.models import EssentialService
from veche.city.dispatch.operations import essential
from veche.core.organisations.access import NotARuleKeeper
from veche.core.organisations.operations import appoint

pytestmark = pytest.mark.django_db
NAMES = {"en": "Dialysis at the hospital", "ru": "Диализ в больнице", "zh": "医院透析"}


def put(ground: Ground, **more: Any) -> EssentialService:
    """The lighting office keeps the power of the dialysis ward."""
    values: dict[str, Any] = {
        "by": None, "at": START, "code": "dialysis", "names": NAMES,
        "organisation": ground.town.lights, "advice": {"en": "Send the generator first."},
    }  # fmt: skip
    return essential.set_service(**(values | more))


def test_keepers_of_rules_keep_the_list(ground: Ground) -> None:
    """A dispatcher does not; a service needs a name; setting it again changes it."""
    with pytest.raises(NotARuleKeeper):
        put(ground, by=ground.town.watch)
    with pytest.raises(essential.ServiceNameNeeded):
        put(ground, names={"en": " "})
    appoint(
        by=None, at=START, person=ground.town.planner, role="administrator",
        territory=ground.town.city,
    )  # fmt: skip
    made = put(ground, by=ground.town.planner)
    again = put(ground, organisation=None)
    assert (again.pk, again.organisation) == (made.pk, None)


def test_it_stays_while_an_incident_concerns_it(ground: Ground) -> None:
    """What stands still is not taken off the list; once it goes on it may be, and come back."""
    service = put(ground)
    ground.report(service=service)
    with pytest.raises(essential.StandsStill):
        essential.end_service(by=None, at=START + minutes(1), code="dialysis")
    ground_closed = ground.closed(at=START + minutes(2), title="Another one")
    assert ground_closed.service is None
    EssentialService.objects.create(code="water", names=NAMES)
    ended = essential.end_service(by=None, at=START + minutes(3), code="water")
    assert ended.until == START + minutes(3)
    with pytest.raises(essential.NoSuchService):
        essential.end_service(by=None, at=START + minutes(4), code="water")
    assert put(ground, at=START + minutes(5), code="water").until is None
