"""One town and one browser for all walks of a run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.town import Small, small, standing
from tests.browser.walk import LANGUAGES, Cast, Walk
from tests.chromium import CHROMIUM, FLAGS

NAMES = dict(zip(LANGUAGES, ("english", "russian", "chinese"), strict=True))
WALKS = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.xdist_group("walks"),
    pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed"),
]
"""The marks of every file of walks: one worker walks them all, so that one town is enough."""
IN_TURN = [*WALKS, pytest.mark.usefixtures("in_turn")]
"""The marks of a file whose walks are acted in one language each."""


@pytest.fixture(scope="package")
def small_town() -> Iterator[Small]:
    """The small town; ``TOWN_AT`` and ``TOWN_HOME`` name one that is already up."""
    if home := os.environ.get("TOWN_HOME"):
        yield standing(os.environ["TOWN_AT"], Path(home))
        return
    with small() as town:
        yield town


@pytest.fixture(scope="package")
def town_at(small_town: Small) -> str:
    """Where the town answers."""
    return small_town.address


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


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A walk is acted in all languages; one that takes turns in one, and a file's walks go round.

    ``WALKS=all`` has every walk acted in every language.
    """
    if "walk" not in metafunc.fixturenames:
        return
    languages: tuple[str, ...] = LANGUAGES
    if _takes_turns(metafunc.fixturenames):
        walks = [name for name in vars(metafunc.module) if name.startswith("test_")]
        languages = (LANGUAGES[walks.index(metafunc.function.__name__) % len(LANGUAGES)],)
    metafunc.parametrize("language", languages, ids=[NAMES[one] for one in languages])


def _takes_turns(fixtures: list[str]) -> bool:
    all_of_them = os.environ.get("WALKS") == "all"
    return "in_turn" in fixtures and "everywhere" not in fixtures and not all_of_them


@pytest.fixture
def in_turn() -> None:
    """The walk is acted in one language, and its pages are judged in the others beside it."""


@pytest.fixture
def everywhere() -> None:
    """One among walks in turn is acted in every language: only its acts lead to some pages."""


@pytest.fixture
def walk(cast: Cast, language: str, request: pytest.FixtureRequest) -> Iterator[Walk]:
    """A walk in a language."""
    turns = _takes_turns(request.fixturenames)
    one = Walk(cast, language, tuple(x for x in LANGUAGES if x != language) if turns else ())
    yield one
    one.end()
