"""The city sets what a unit costs."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.spheres.models import Kind, Tariff
from veche.core.journal.operations import record
from veche.core.organisations.access import check_keeps_rules
from veche.errors import Invalid
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person


class TariffNotLater(Invalid):
    """A tariff begins after the one before it: what was charged is not changed."""

    code = "tariff-not-later"
    sentence = _("A tariff begins after the one before it began, on {day}.")
    field = "since"


class TwoPricesOrOne(Invalid):
    """A norm needs a price above it, and the other way round."""

    code = "tariff-two-prices"
    sentence = _("A norm needs a price above it, and a price above needs a norm.")
    field = "norm"


@operation
def set_tariff(
    *,
    by: Person | None,
    at: dt.datetime,
    kind: str,
    since: dt.date,
    price: Decimal,
    norm: Decimal | None = None,
    price_above: Decimal | None = None,
    ground: str = "",
) -> Tariff:
    """A tariff holds from a day on; the one before it ends there.

    Raises:
        TariffNotLater, TwoPricesOrOne: see there.
        veche.core.organisations.access.NotARuleKeeper: the person sets no rules.
    """
    check_keeps_rules(by, at)
    if (norm is None) != (price_above is None):
        raise TwoPricesOrOne
    kind = Kind(kind).value
    before = Tariff.objects.select_for_update().filter(kind=kind).order_by("-since").first()
    if before is not None:
        if since <= before.since:
            raise TariffNotLater(day=before.since.isoformat())
        before.until = since
        before.save(update_fields=["until"])
    made = Tariff.objects.create(
        kind=kind, since=since, price=price, norm=norm, price_above=price_above, ground=ground
    )
    record(
        kind="spheres.tariff-set", by=by, at=at, subject="tariffs",
        public={"kind": kind, "since": since.isoformat(), "price": str(price)},
    )  # fmt: skip
    return made
