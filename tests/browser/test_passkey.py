"""A passkey in a real browser: added, then used alone to sign in; the pages of an account by axe.

``TOWN_AT=http://127.0.0.1:8000`` walks a demo that is already up.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.conftest import IN_TURN
from tests.browser.walk import Walk

PAGES = (
    "me/", "me/name/", "me/looks/", "me/sign-ins/", "me/data/", "me/erase/", "account/email/",
    "account/protection/", "account/protection/app/", "account/passkeys/",
    "organisations/residence/", "organisations/letters/", "organisations/counter/",
)  # fmt: skip
OPEN = ("sign-in/", "account/new/", "account/code/", "account/password/forgotten/", "verify/")

pytestmark = IN_TURN


@pytest.fixture
def address(town_at: str) -> str:
    """Where the demo answers."""
    return town_at


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A tab of Debian's chromium with a device that holds passkeys."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    tab = context.new_page()
    device = context.new_cdp_session(tab)
    device.send("WebAuthn.enable")
    device.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
                "hasUserVerification": True, "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )  # fmt: skip
    yield tab
    context.close()


def be(page: Any, address: str, part: str) -> None:
    page.goto(f"{address}/en/demo/")
    page.locator(f"main button[name=person][value={part}]").click()
    page.wait_for_load_state()


def test_a_passkey_is_added_and_opens_alone(page: Any, address: str) -> None:
    said: list[str] = []
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    be(page, address, "other-resident")
    page.goto(f"{address}/en/account/passkeys/add/")
    page.get_by_label("Sign in with it alone").check()
    page.get_by_role("button", name="Add the passkey").click()
    page.wait_for_url(lambda url: not url.endswith("/passkeys/add/"))
    page.goto(f"{address}/en/account/passkeys/")
    assert page.get_by_text("My passkey").count() == 1
    page.context.clear_cookies()
    page.goto(f"{address}/en/sign-in/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{address}/en/")
    page.goto(f"{address}/en/me/sign-ins/")
    assert "Chrome" in page.locator("main").inner_text()
    assert said == []


@pytest.mark.parametrize("path", OPEN)
def test_a_page_before_an_account_is_clean(walk: Walk, path: str) -> None:
    walk.be().go(path).look()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_of_an_account_is_clean(walk: Walk, path: str) -> None:
    walk.be("clerk").go(path)
    if "again" not in walk.page.url:
        walk.look()
