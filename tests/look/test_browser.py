"""The style page and the first page in a real browser: axe, sideways scroll, both themes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from tests.chromium import CHROMIUM, FLAGS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
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


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The pages on a free port. Not pytest-django's server: it empties all tables afterwards, and
    the journal's cannot be emptied."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.test.testcases import LiveServerThread

    with django_db_blocker.unblock():
        server = LiveServerThread("127.0.0.1", StaticFilesHandler)
        server.daemon = True
        server.start()
        server.is_ready.wait()
        if server.error:
            raise server.error
        yield f"http://127.0.0.1:{server.port}"
        server.terminate()


@pytest.mark.parametrize(
    ("path", "width", "theme"),
    [
        ("/en/style/", 1280, "light"),
        ("/ru/style/", 390, "dark"),
        ("/zh-hans/style/", 1280, "dark"),
        ("/ru/style/", 320, "light"),
        ("/zh-hans/", 390, "light"),
    ],
)
def test_anybody_can_use_the_page(
    browser: Any, site: str, path: str, width: int, theme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(site + path)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    wider = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wider <= 0
    assert said == []
    context.close()


def test_the_theme_is_kept_and_the_search_has_a_key(browser: Any, site: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
    page = context.new_page()
    page.goto(site + "/en/style/")
    page.click("[data-theme-switch]")
    assert page.get_attribute("html", "data-theme") == "dark"
    page.reload()
    assert page.get_attribute("html", "data-theme") == "dark"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q-top"
    context.close()


def test_j_and_k_walk_the_queue(browser: Any, site: str) -> None:
    page = browser.new_page()
    page.goto(site + "/en/style/")
    for key, row in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        assert (
            page.evaluate(
                "[...document.querySelectorAll('.queue tbody tr')]"
                ".findIndex(row => row.classList.contains('is-at'))"
            )
            == row
        )
    page.close()
