"""What tests of the pulse lean on; see also ``world``."""

from __future__ import annotations

import pytest

from tests.cast import SmallTown, small_town


@pytest.fixture
def town(db: None) -> SmallTown:
    """The small town with its people."""
    return small_town()
