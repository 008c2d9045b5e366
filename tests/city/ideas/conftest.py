"""What tests of calls and ideas lean on."""

from __future__ import annotations

import pytest

from tests.city.ideas.ideas import Ideas, ideas


@pytest.fixture
def made(db: None) -> Ideas:
    """The small town with an organiser of calls."""
    return ideas()
