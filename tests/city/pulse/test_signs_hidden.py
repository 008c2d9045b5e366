"""What everybody sees of a single device is no more than what its source tells everybody."""

from __future__ import annotations

import pytest

from tests.cast import START, SmallTown
from tests.city.pulse import signs
from veche.city.pulse.models import Source
from veche.city.pulse.queries.measured import measured


@pytest.mark.parametrize("measure", ["last", "mean"])
def test_a_device_of_a_closed_source_is_in_no_public_sign(town: SmallTown, measure: str) -> None:
    """As soon as the sign is for those who watch the city alone, the device is in it."""
    closed, free = signs.source(town, "closed"), signs.source(town, "free")
    hidden = signs.stream(closed, town.west, name="hidden")
    shown = signs.stream(free, town.west, name="shown")
    Source.objects.filter(pk=closed.pk).update(public=False)
    for one in (hidden, shown):
        signs.read(one, START, 77.0)
    window = 0 if measure == "last" else 600
    formula = {"over": "readings", "property": "dust", "measure": measure, "window": window}
    sign = signs.indicator(level="thing", formula=formula)
    assert {one.thing for one in measured([sign], START)} == {shown.thing_id}
    sign.public = False
    assert {one.thing for one in measured([sign], START)} == {hidden.thing_id, shown.thing_id}
