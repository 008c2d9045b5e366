"""What several stories stand on."""

from __future__ import annotations

import pytest
from tests.cast import START
from tests.city.pilots.world import World, pilot_world
from tests.stories.programme import Turn


@pytest.fixture
def turn(monkeypatch: pytest.MonkeyPatch) -> Turn:
    """A clock for pages, which stands at the beginning of the story."""
    made = Turn(monkeypatch)
    made(START)
    return made


@pytest.fixture
def world(db: None, turn: Turn) -> World:
    """The small pilot programme."""
    return pilot_world()
