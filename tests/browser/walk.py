"""How the walks go: as one of the cast, in one language, at a phone or at a desk.

Everything is found by its role and its words in the walk's language, so that a word without a
translation fails the walk. `Walk.look` judges the page one stands on: axe, nothing wider than a
phone; a fault on the console anywhere ends the walk too.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import axe_playwright_python
from django.utils import translation
from django.utils.translation import gettext, ngettext
from PIL import Image

from tests.browser.town import Small

LANGUAGES = ("en", "ru", "zh-hans")
PHONE, DESK = 390, 1280
SIZES: dict[int, dict[str, Any]] = {
    PHONE: {"viewport": {"width": PHONE, "height": 844}, "is_mobile": True, "has_touch": True},
    DESK: {"viewport": {"width": DESK, "height": 800}},
}
PATIENCE = 60_000
"""Milliseconds a page may take on a busy machine."""
RUN = """async () => (await axe.run(
  {include: [['html']], exclude: [['tbody tr:nth-child(n+7)'], ['.rows > li:nth-child(n+7)']]},
  {resultTypes: ['violations'], reporter: 'no-passes', preload: false, iframes: false},
)).violations.map(v => v.id + ': ' + v.nodes.map(
  n => n.target.join(' ') + ' | ' + n.html.slice(0, 160)).join('; '))"""
"""What axe finds. The rows of a list after its sixth are made like the six before them."""
THEMES = {"en": "light", "ru": "dark", "zh-hans": "light"}
"""Every page is judged by axe in every language, and between them in light and in dark."""


@cache
def _axe() -> str:
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()


def photograph(colour: str) -> dict[str, Any]:
    """A photograph as a file chooser takes it."""
    out = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(out, "JPEG")
    return {"name": f"{colour}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


@dataclass
class Cast:
    """The sign-ins of a run: each of the cast signs in once, every walk goes on from there."""

    browser: Any
    town: Small
    states: dict[str, Any] = field(default_factory=dict)

    def state(self, part: str) -> Any:
        """The cookies of somebody who has signed in."""
        if part not in self.states:
            context = self.browser.new_context()
            page = context.new_page()
            page.goto(f"{self.town.address}/en/demo/")
            page.click(f'main button[name="person"][value="{part}"]')
            page.wait_for_load_state()
            self.states[part] = context.storage_state()
            context.close()
        return self.states[part]


@dataclass
class Walk:
    """One walk: where one stands, what was met on the way."""

    cast: Cast
    language: str
    faults: list[str] = field(default_factory=list)
    pages: dict[tuple[str, int], Any] = field(default_factory=dict)
    page: Any = None
    width: int = PHONE
    expected: set[int] = field(default_factory=set)
    """Statuses beside 200 that the walk asks for: the browser writes them to its console."""

    # --- words --------------------------------------------------------------------------------

    def say(self, sentence: str, **values: Any) -> str:
        """A sentence as the walk's language has it; without a translation the walk ends."""
        with translation.override(self.language):
            said = gettext(sentence)
        return self._filled(sentence, said, values)

    def say_many(self, one: str, many: str, n: int, **values: Any) -> str:
        """A sentence that counts."""
        with translation.override(self.language):
            said = ngettext(one, many, n)
        return self._filled(one if n == 1 else many, said, values)

    def _filled(self, sentence: str, said: str, values: dict[str, Any]) -> str:
        if self.language != "en":
            assert said != sentence, f"no {self.language} for {sentence!r}"
        return said % values if values else said

    def stands_ready(self, walk: str) -> str:
        """The number of the matter that was made for this walk."""
        return self.cast.town.stage[walk][self.language]

    # --- going --------------------------------------------------------------------------------

    def be(self, part: str = "", width: int = PHONE) -> Walk:
        """Be one of the cast, or a visitor; a visitor of each walk is a new one."""
        if (part, width) not in self.pages:
            state = self.cast.state(part) if part else None
            context = self.cast.browser.new_context(
                **SIZES[width],
                storage_state=state,
                reduced_motion="reduce",
                color_scheme=THEMES[self.language],
            )
            page = context.new_page()
            page.set_default_timeout(PATIENCE)
            page.on("console", self._heard)
            page.on("pageerror", lambda e: self._fault(f"script: {e}"))
            self.pages[part, width] = page
        self.page, self.width = self.pages[part, width], width
        return self

    def _heard(self, message: Any) -> None:
        if any(f"status of {status} " in message.text for status in self.expected):
            return
        if message.type == "error":
            self._fault(f"console: {message.text}")

    def _fault(self, what: str) -> None:
        self.faults.append(f"{self.page.url}: {what}")

    def go(self, path: str, status: int = 200) -> Walk:
        """Open an address of the walk's language."""
        if status != 200:
            self.expected.add(status)
        answer = self.page.goto(f"{self.cast.town.address}/{self.language}/{path}")
        assert answer.status == status, (path, answer.status)
        return self

    def follow(self, link: str, **values: Any) -> Walk:
        """Press a link by its words."""
        self.press(link, role="link", **values)
        return self

    def press(
        self,
        name: str,
        *,
        role: str = "button",
        within: Any = None,
        stays: bool = False,
        **values: Any,
    ) -> None:
        """Press what is called so and wait for the page it leads to; on a phone it is touched.

        ``stays``: no other page comes.
        """
        where = self.page.locator("main") if within is None else within
        said = self.say(name, **values)
        one = where.get_by_role(role, name=said, exact=True).first
        if one.count() == 0:
            one = where.get_by_role(role, name=re.compile(re.escape(said))).first
        self.touch(one, stays=stays)

    def touch(self, one: Any, *, stays: bool = False) -> None:
        """Press what was found, as one does at this width."""
        press = one.tap if self.width == PHONE else one.click
        if stays:
            press()
            return
        with self.page.expect_navigation(wait_until="load"):
            press()

    def unfold(self, name: str) -> None:
        """Open what is folded under these words."""
        one = self.page.locator("main summary").filter(has_text=self.say(name)).first
        if one.evaluate("one => !one.parentElement.open"):
            self.touch(one, stays=True)

    def write(self, label: str, words: str) -> None:
        """Fill a field, found by its label."""
        self.box(label).fill(words)

    def choose(self, label: str, n: int = 1) -> None:
        """Take the ``n``-th choice of a list, found by its label."""
        self.box(label).select_option(index=n)

    def tick(self, label: str) -> None:
        """Mark a choice, found by its words."""
        self.page.locator("main").get_by_label(self.say(label)).first.check()

    def show(self, label: str, colour: str) -> None:
        """Add a photograph."""
        self.box(label).set_input_files(photograph(colour))

    def number(self) -> str:
        """The number of the matter whose page this is."""
        found = re.search(r"/(\d{4}-\d+)", self.page.url)
        assert found, self.page.url
        return found[1]

    def box(self, label: str, within: Any = None) -> Any:
        """A field by its label."""
        where = self.page.locator("main") if within is None else within
        return where.get_by_label(self.say(label)).locator("visible=true").first

    def sees(self, sentence: str, **values: Any) -> None:
        """The page says it."""
        self.reads(self.say(sentence, **values))

    def reads(self, words: str) -> None:
        """The page holds these words, in whatever language they were written."""
        self.page.locator("main").get_by_text(words).locator("visible=true").first.wait_for()

    # --- judging ------------------------------------------------------------------------------

    def look(self) -> None:
        """Judge the page: no fault of axe, nothing wider than a phone."""
        page = self.page
        if self.width != PHONE:
            page.set_viewport_size({"width": PHONE, "height": 844})
        over = page.evaluate("document.documentElement.scrollWidth") - PHONE
        if over > 0:
            self._fault(f"{over} pixels wider than a phone: {page.evaluate(WIDEST, PHONE)}")
        if self.width != PHONE:
            page.set_viewport_size(SIZES[self.width]["viewport"])
        page.evaluate(_axe())
        for broken in page.evaluate(RUN):
            self._fault(broken)

    def end(self) -> None:
        """Close what is open, and say what was met."""
        for page in self.pages.values():
            page.context.close()
        assert self.faults == [], "\n".join(self.faults)


WIDEST = """(width) => [...document.querySelectorAll('body *')]
  .filter(one => one.getBoundingClientRect().right > width + 1)
  .slice(0, 5).map(one => one.tagName + '.' + one.className + ' '
    + one.textContent.trim().slice(0, 40)).join('; ')"""
"""What sticks out to the right."""
