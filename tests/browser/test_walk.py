"""The whole loop in a real browser, on the real demo: in three languages, wide and narrow.

A resident reports with a photograph on the map, a moderator publishes, an officer answers with a
photograph, the clock is turned, the resident confirms. Every page on the way is looked at by axe;
an error on the console or a breach of the content security policy fails.
``TOWN_AT=http://127.0.0.1:8000`` walks a demo that is already up.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from typing import Any

import pytest
from PIL import Image

from tests.browser.conftest import WALKS
from tests.browser.judge import DESK, PHONE, Judge
from tests.browser.walk import Cast

NARROW, WIDE = PHONE, DESK
SAID = {
    "en": (
        "The edge of the road has broken off by the crossing; bicycles go round it.",
        "The edge was cut straight, filled and rolled on Tuesday morning.",
    ),
    "ru": (
        "У перехода обломился край дороги, велосипеды объезжают его по полосе.",
        "Край дороги срезан ровно, засыпан и укатан во вторник утром.",
    ),
    "zh-hans": (
        "人行横道旁边的路沿已经断裂，自行车只能绕行，请派人查看。",
        "周二上午已将路沿切齐、填补并压实，现场照片附后。",
    ),
}
OTHERS = {
    "en": (("problems/", "list"), ("sign-in/", "sign in")),
    "ru": (("problems/statistics/", "statistics"), ("opendata/", "open data")),
    "zh-hans": (),
}
"""Pages beside the way, each looked at once."""
MOST_TABS = 200

pytestmark = WALKS


@pytest.fixture
def address(town_at: str) -> str:
    """Where the demo answers."""
    return town_at


def photograph(colour: str) -> dict[str, Any]:
    """A photograph as a file chooser takes it."""
    out = io.BytesIO()
    Image.new("RGB", (800, 600), colour).save(out, "JPEG")
    return {"name": f"{colour}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


@dataclass
class Walk:
    """One browser window that notes every fault it meets."""

    page: Any
    address: str
    language: str
    judge: Judge = field(default_factory=Judge)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda e: self.faults.append(f"{self.page.url}: {e}"))
        self.page.set_default_timeout(15_000)

    def _heard(self, message: Any) -> None:
        if message.type == "error":
            self.faults.append(f"{self.page.url}: {message.text}")

    def go(self, path: str) -> None:
        """Open a page of the walk's language."""
        answer = self.page.goto(f"{self.address}/{self.language}/{path}")
        assert answer.status == 200, (path, answer.status)

    def be(self, part: str) -> None:
        """Become one of the cast with one press."""
        self.go("demo/")
        self.page.click(f'main button[name="person"][value="{part}"]')
        self.page.wait_for_load_state()

    def look(self, where: str) -> None:
        """No fault of axe in light and in dark, nothing wider than the window."""
        wide = 0 if self.page.viewport_size["width"] == NARROW else WIDE
        self.faults += [f"{where}: {one}" for one in self.judge.faults(self.page, wide=wide)]

    def reach(self, selector: str, where: str) -> None:
        """The keyboard alone comes to what the page is for."""
        self.page.evaluate("document.activeElement.blur()")
        for _press in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("s => document.activeElement.matches(s)", selector):
                return
        self.faults.append(f"{where}: {selector} is not reached by Tab")

    def near(self) -> str:
        """The address of a report for something the cast's officer answers for."""
        self.be("officer")
        self.go("desk/")
        self.look("queue")
        self.go("desk/?kind=problem")
        number = re.search(
            r"open=([\w-]+)", self.page.inner_html("table.queue a.q-title >> xpath=..")
        )
        assert number
        self.go(f"problems/{number[1]}/")
        self.look("matter in work")
        link = self.page.get_attribute('main a[href*="/report/?category="]', "href")
        assert link
        return str(link)

    def report(self, near: str) -> str:
        """Fill the form, set the pin, send; gives the number."""
        page = self.page
        page.goto(self.address + near)
        if page.locator("#place-map").is_visible():
            page.locator("#place-map").scroll_into_view_if_needed()
            page.locator("#place-map").click()
            assert page.input_value('input[name="longitude"]')
        answer_questions(page)
        page.fill('textarea[name="text"]', SAID[self.language][0])
        page.set_input_files('input[name="photographs"]', photograph("brown"))
        page.click('.btns button[name="do"][value="send"]')
        page.wait_for_load_state()
        number = page.url.rstrip("/").rpartition("/")[2].partition("#")[0]
        assert number != "report", page.inner_text("main")
        return str(number)


def answer_questions(page: Any) -> None:
    """The first choice of every question of the category, a word where one is asked for."""
    for name in page.eval_on_selector_all(
        "#questions input[type=radio]", "all => [...new Set(all.map(one => one.name))]"
    ):
        page.check(f'input[name="{name}"] >> nth=0')
    for box in page.query_selector_all(
        "#questions input[type=text], #questions input[type=number]"
    ):
        box.fill("1")


@pytest.mark.parametrize(("language", "width"), [("en", WIDE), ("ru", NARROW), ("zh-hans", WIDE)])
def test_the_loop_is_walked(cast: Cast, address: str, language: str, width: int) -> None:
    context = cast.browser.new_context(
        viewport={"width": width, "height": 900}, reduced_motion="reduce"
    )
    walk = Walk(context.new_page(), address, language, cast.judge)
    page = walk.page
    walk.go("")
    walk.look("home")
    walk.reach('main a[href$="/problems/report/"]', "home")
    near = walk.near()

    walk.be("resident")
    walk.look("mine")
    page.goto(address + near)
    walk.look("report")
    walk.reach('.btns button[name="do"][value="send"]', "report")
    number = walk.report(near)
    walk.look("matter with a moderator")
    assert page.locator("main img").count() >= 1, "the photograph stands on the page"

    walk.be("moderator")
    walk.go(f"desk/?open={number}")
    walk.look("moderation")
    walk.reach('form[action$="/accept/"] button', "moderation")
    page.click('form[action$="/accept/"] button')
    page.wait_for_load_state()
    assert number in page.inner_text("main"), "the moderator is told what became of it"

    walk.be("officer")
    walk.go(f"desk/?open={number}")
    walk.look("queue with the matter open")
    page.fill('form[action$="/answer/"] textarea[name="text"]', SAID[language][1])
    page.set_input_files('form[action$="/answer/"] input[name="photographs"]', photograph("grey"))
    page.click('form[action$="/answer/"] button.btn-main')
    page.wait_for_load_state()
    assert number in page.inner_text("main")

    walk.go("demo/")
    walk.look("cast and clock")
    page.click('main button[name="hours"][value="1"]')
    page.wait_for_load_state()

    walk.be("resident")
    walk.go(f"problems/{number}/")
    walk.look("matter to check")
    walk.reach('form[action$="/confirm/"] button', "matter to check")
    page.click('form[action$="/confirm/"] button')
    page.wait_for_load_state()
    walk.look("matter confirmed")
    assert page.locator('form[action$="/confirm/"]').count() == 0
    assert SAID[language][1] in page.inner_text("main")

    for path, name in OTHERS[language]:
        walk.go(path)
        walk.look(name)
    assert walk.faults == []
    context.close()


def test_a_report_is_made_without_javascript(browser: Any, address: str) -> None:
    context = browser.new_context(
        viewport={"width": NARROW, "height": 900}, java_script_enabled=False
    )
    walk = Walk(context.new_page(), address, "en")
    page = walk.page
    walk.go("problems/report/")
    page.select_option('select[name="category"]', index=3)
    page.click('button[name="do"][value="questions"]')
    page.locator('input[type="image"][name="point"]').click()
    page.wait_for_load_state()
    assert page.input_value('input[name="longitude"]'), "a press on the still map sets the pin"
    number = sent(page)
    assert re.search(r"[?]key=", page.inner_text("main")), "the secret link is shown once"

    moderator = Walk(context.new_page(), address, "en")
    moderator.be("moderator")
    moderator.go(f"desk/?open={number}")
    moderator.page.click('form[action$="/accept/"] button')
    moderator.page.wait_for_load_state()
    assert number in moderator.page.inner_text("main")
    assert walk.faults + moderator.faults == []
    context.close()


def sent(page: Any) -> str:
    """Fill what is left of the form and send it; gives the number."""
    for name in {box.get_attribute("name") for box in page.query_selector_all("#questions input")}:
        kind = page.get_attribute(f'input[name="{name}"] >> nth=0', "type")
        if kind == "radio":
            page.check(f'input[name="{name}"] >> nth=0')
        else:
            page.fill(f'input[name="{name}"]', "1")
    page.fill('textarea[name="text"]', SAID["en"][0])
    page.set_input_files('input[name="photographs"]', photograph("brown"))
    page.click('.btns button[name="do"][value="send"]')
    page.wait_for_load_state()
    number = page.url.rstrip("/").rpartition("/")[2]
    assert number != "report", page.inner_text("main")
    return str(number)
