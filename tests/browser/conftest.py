"""One demo for all walks in a browser: its town takes the longest to load."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.browser.town import running


@pytest.fixture(scope="package")
def town_at() -> Iterator[str]:
    """Where the demo answers: the one that ``TOWN_AT`` names, else one of our own."""
    if up := os.environ.get("TOWN_AT"):
        yield up.rstrip("/")
        return
    with running() as town:
        yield town.address
