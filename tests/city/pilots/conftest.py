"""The programme that every test of pilots begins with."""

from __future__ import annotations

import pytest

from tests.city.pilots.world import World, pilot_world


@pytest.fixture
def world(db: None) -> World:
    """A small programme in the test database."""
    return pilot_world()
