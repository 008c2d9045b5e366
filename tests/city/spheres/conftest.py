"""What tests of the spheres lean on."""

from __future__ import annotations

import pytest

from tests.cast import SmallTown, small_town


@pytest.fixture
def town(db: None) -> SmallTown:
    """The small town with its people."""
    return small_town()
