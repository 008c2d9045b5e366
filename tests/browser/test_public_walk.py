"""A visitor reads what the town says of itself, on a phone."""

from __future__ import annotations

import pytest

from tests.browser.conftest import IN_TURN
from tests.browser.walk import Walk

pytestmark = IN_TURN
PAGES = (
    "", "problems/", "problems/statistics/", "problems/quality/", "red-list/", "offices/",
    "offices/d6-roads/", "cases/procedures/", "cases/procedures/problem/", "cases/terms/",
    "places/objects/", "appeals/", "appeals/corrections/", "audits/", "moderation/", "opendata/",
    "opendata/problems/", "notices/subscribe/", "sign-in/",
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_page(walk: Walk, path: str) -> None:
    walk.be().go(path).look()
