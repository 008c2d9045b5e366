"""One matter of the demo town that a firm has by its contract."""

from __future__ import annotations

import datetime as dt
import uuid

from veche.city.problems import operations
from veche.core.organisations.models import SupplierRule
from veche.core.people.models import Person
from veche.core.places.models import CityObject

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def call_by_contract(at: dt.datetime) -> None:
    """A street lamp burns by day: the firm that looks after the lamps has its contract's days."""
    resident = Person.objects.get(cast="resident")
    moderator = Person.objects.get(cast="moderator")
    rule = SupplierRule.objects.filter(kind__code="lamp", until__isnull=True).exclude(theme="")
    contract = rule.select_related("kind", "owner").order_by("id").first()
    assert contract is not None  # the town has one
    lamp = (
        CityObject.objects.filter(kind=contract.kind, owner=contract.owner, until__isnull=True)
        .order_by("identifier")
        .first()
    )
    assert lamp is not None
    case = operations.report(
        by=resident,
        at=at - DAY,
        submission=uuid.uuid5(uuid.NAMESPACE_URL, "story:contract"),
        category=contract.theme,
        text="Фонарь горит и днём: уже третий день не выключается.",
        longitude=lamp.longitude,
        latitude=lamp.latitude,
        address=lamp.address,
        object_id=lamp.pk,
    ).case
    operations.accept(by=moderator, at=at - DAY + HOUR, case=case)
