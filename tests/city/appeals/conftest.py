"""What tests of letters and corrections lean on."""

from __future__ import annotations

import pytest

from tests.city.appeals.cast import Letters, letters


@pytest.fixture
def made(db: None) -> Letters:
    """The small town with topics, a registrar and a lamp."""
    return letters()
