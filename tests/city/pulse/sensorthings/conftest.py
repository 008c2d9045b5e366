"""The fixture of reading by SensorThings."""

from __future__ import annotations

import pytest

from tests.cast import SmallTown
from tests.city.pulse.sensorthings.small import Small


@pytest.fixture
def small(town: SmallTown) -> Small:
    """A few things that everybody may read."""
    return Small()
