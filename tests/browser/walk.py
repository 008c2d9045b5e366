"""How the walks go: as one of the cast, in one language, at a phone or at a desk.

Everything is found by its role and its words in the walk's language, so that a word without a
translation fails the walk. `Walk.look` judges the page one stands on: axe, nothing wider than a
phone; a fault on the console anywhere ends the walk too.

A walk that takes turns (``in_turn``) is acted in one language. Before it leaves a page it has
looked at or used, the page is opened in the other languages beside it, judged there too, and
searched for the words by which the walk found its way.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from typing import Any

from django.utils import translation
from django.utils.translation import gettext, ngettext
from PIL import Image

from tests.browser.judge import DESK as DESK
from tests.browser.judge import PHONE, SIZES, Judge
from tests.browser.town import Small

LANGUAGES = ("en", "ru", "zh-hans")
PATIENCE = 60_000
"""Milliseconds a page may take on a busy machine."""
READ = """() => [document.querySelector('main').textContent,
  ...[...document.querySelectorAll('main *')].flatMap(one => ['aria-label', 'placeholder', 'title',
    'alt', 'value'].map(name => one.getAttribute(name))),
].filter(words => words).join('\\n').replace(/\\s+/g, ' ')"""
"""All the words of a page, those behind folds and in labels too."""


def photograph(colour: str) -> dict[str, Any]:
    """A photograph as a file chooser takes it."""
    out = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(out, "JPEG")
    return {"name": f"{colour}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


@dataclass
class Cast:
    """The sign-ins and the windows of a run: each of the cast signs in once, and walks share a
    window of each size, which is cleared of what the walk before has left in it."""

    browser: Any
    town: Small
    judge: Judge = field(default_factory=Judge)
    states: dict[str, Any] = field(default_factory=dict)
    windows: dict[tuple[str, int], Any] = field(default_factory=dict)
    besides: dict[int, Any] = field(default_factory=dict)
    """A second window of each size, in which the other languages are looked at."""

    def state(self, part: str) -> Any:
        """The cookies of somebody who has signed in."""
        if part not in self.states:
            page = self.window("", DESK)
            page.goto(f"{self.town.address}/en/demo/")
            page.click(f'main button[name="person"][value="{part}"]')
            page.wait_for_load_state()
            self.states[part] = page.context.cookies()
            self.clear(page)
        return self.states[part]

    def window(self, part: str, width: int) -> Any:
        """The window of one of the cast, or a visitor's, as if it were new."""
        cookies = self.state(part) if part else []
        if (part, width) not in self.windows:
            self.windows[part, width] = self._opened(width)
        page = self.windows[part, width]
        page.context.add_cookies(cookies)
        return page

    def beside(self, page: Any, width: int) -> Any:
        """The second window, in the name of whoever the first one belongs to."""
        if width not in self.besides:
            self.besides[width] = self._opened(width)
        beside = self.besides[width]
        beside.context.clear_cookies()
        beside.context.add_cookies(page.context.cookies())
        return beside

    def _opened(self, width: int) -> Any:
        context = self.browser.new_context(
            **SIZES[width], reduced_motion="reduce", color_scheme="light"
        )
        context.set_default_timeout(PATIENCE)
        return context.new_page()

    def clear(self, page: Any) -> None:
        """Leave nothing in a window of what was done in it."""
        page.goto("about:blank")
        page.context.clear_cookies()
        device = page.context.new_cdp_session(page)
        device.send(
            "Storage.clearDataForOrigin", {"origin": self.town.address, "storageTypes": "all"}
        )
        device.detach()


@dataclass
class Here:
    """The page one stands on: what must be asked of it in the other languages."""

    url: str = ""
    looked: bool = False
    words: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


@dataclass
class Walk:
    """One walk: where one stands, what was met on the way."""

    cast: Cast
    language: str
    others: tuple[str, ...] = ()
    """The languages in which the walk is not acted, and its pages are judged."""
    faults: list[str] = field(default_factory=list)
    pages: dict[tuple[str, int], Any] = field(default_factory=dict)
    page: Any = None
    width: int = PHONE
    expected: set[int] = field(default_factory=set)
    """Statuses beside 200 that the walk asks for: the browser writes them to its console."""
    here: Here = field(default_factory=Here)
    method: str = "GET"
    """How the page was asked for."""

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
        self.leave()
        if (part, width) not in self.pages:
            page = self.cast.window(part, width)
            page.on("console", self._heard)
            page.on("pageerror", self._thrown)
            page.on("request", self._asked)
            self.pages[part, width] = page
        self.page, self.width = self.pages[part, width], width
        return self

    def _asked(self, request: Any) -> None:
        if request.is_navigation_request() and request.frame == self.page.main_frame:
            self.method = request.method

    def _thrown(self, error: Any) -> None:
        self._fault(f"script: {error}")

    def _heard(self, message: Any) -> None:
        if any(f"status of {status} " in message.text for status in self.expected):
            return
        if message.type == "error":
            self._fault(f"console: {message.text}")

    def _fault(self, what: str) -> None:
        self.faults.append(f"{self.page.url}: {what}")

    def go(self, path: str, status: int = 200) -> Walk:
        """Open an address of the walk's language."""
        self.leave()
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
        said = self._found(name, **values)
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
        self.leave()
        with self.page.expect_navigation(wait_until="load"):
            press()

    def unfold(self, name: str) -> None:
        """Open what is folded under these words."""
        one = self.page.locator("main summary").filter(has_text=self._found(name)).first
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
        self.page.locator("main").get_by_label(self._found(label)).first.check()

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
        return where.get_by_label(self._found(label)).locator("visible=true").first

    def sees(self, sentence: str, **values: Any) -> None:
        """The page says it."""
        self.reads(self.say(sentence, **values))

    def reads(self, words: str) -> None:
        """The page holds these words, in whatever language they were written."""
        self.page.locator("main").get_by_text(words).locator("visible=true").first.wait_for()

    # --- judging ------------------------------------------------------------------------------

    def look(self, *, only_here: bool = False) -> None:
        """Judge the page: no fault of axe, nothing wider than a phone.

        ``only_here``: an act leads to it that cannot be done twice, and its other languages are
        judged when the walk is acted in them (``WALKS=all``).
        """
        for broken in self.cast.judge.faults(self.page, wide=self._wide()):
            self._fault(broken)
        self._stand().looked = self.method == "GET"
        if self.others and self.method != "GET" and not only_here:
            self._fault("only an act leads to this page: the walk must be acted in all languages")

    def _wide(self) -> int:
        return 0 if self.width == PHONE else self.width

    def _stand(self) -> Here:
        """What is noted of the page; of the one before nothing is left."""
        if self.here.url != self.page.url:
            self.here = Here(self.page.url)
        return self.here

    def _found(self, sentence: str, **values: Any) -> str:
        """Words by which something is found on this page."""
        if self.method == "GET":
            self._stand().words.append((sentence, values))
        return self.say(sentence, **values)

    def leave(self) -> None:
        """Judge the page in the other languages, once one has done with it."""
        here, self.here = self.here, Here()
        if not self.others or not (here.looked or here.words):
            return
        beside = self.cast.beside(self.page, self.width)
        heard = {"console": self._heard, "pageerror": self._thrown}
        for event, hear in heard.items():
            beside.on(event, hear)
        for language in self.others:
            self._beside(beside, language, here)
        for event, hear in heard.items():
            beside.remove_listener(event, hear)

    def _beside(self, page: Any, language: str, here: Here) -> None:
        root, mine = self.cast.town.address, f"/{self.language}/"
        assert here.url.startswith(root + mine), f"{here.url} names no language"
        answer = page.goto(here.url.replace(mine, f"/{language}/", 1))
        assert answer.status in {200} | self.expected, (page.url, answer.status)
        there = Walk(self.cast, language)
        read = page.evaluate(READ)
        for sentence, values in here.words:
            words = " ".join(there.say(sentence, **values).split())
            if words not in read:
                self.faults.append(f"{page.url}: does not say {words!r}")
        if here.looked:
            found = self.cast.judge.faults(page, wide=self._wide())
            self.faults += [f"{page.url}: {broken}" for broken in found]

    def end(self) -> None:
        """Clear the windows, and say what was met."""
        self.leave()
        for page in self.pages.values():
            page.remove_listener("console", self._heard)
            page.remove_listener("pageerror", self._thrown)
            page.remove_listener("request", self._asked)
            self.cast.clear(page)
        assert self.faults == [], "\n".join(self.faults)
