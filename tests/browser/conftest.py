"""One town and one browser for all walks of a run.

The first loop is walked through the whole demo, as a reader of the README starts it; everything
else through the small town, which is ready in a third of the time.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.town import Small, running, small, standing
from tests.browser.walk import LANGUAGES, Cast, Walk

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WALKS = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.xdist_group("walks"),
    pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed"),
]
"""The marks of every file of walks: one worker walks them all, so that one town is enough."""


@pytest.fixture(scope="package")
def town_at() -> Iterator[str]:
    """Where the demo answers: the one that ``TOWN_AT`` names, else one of our own."""
    if up := os.environ.get("TOWN_AT"):
        yield up.rstrip("/")
        return
    with running() as town:
        yield town.address


@pytest.fixture(scope="package")
def small_town() -> Iterator[Small]:
    """The small town; ``TOWN_AT`` and ``TOWN_HOME`` name one that is already up."""
    if home := os.environ.get("TOWN_HOME"):
        yield standing(os.environ["TOWN_AT"], Path(home))
        return
    with small() as town:
        yield town


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    """Debian's chromium."""
    from playwright.sync_api import sync_playwright

    # Playwright's loop runs in this thread; Django must not take it for an asynchronous view.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="package")
def cast(browser: Any, small_town: Small) -> Cast:
    """The sign-ins of the run."""
    return Cast(browser, small_town)


@pytest.fixture(params=LANGUAGES, ids=["english", "russian", "chinese"])
def walk(cast: Cast, request: pytest.FixtureRequest) -> Iterator[Walk]:
    """A walk in each language."""
    one = Walk(cast, request.param)
    yield one
    one.end()
