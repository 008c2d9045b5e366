"""The judge of pages finds what is planted, and is content with what is right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.conftest import WALKS
from tests.browser.judge import PHONE, SIZES, Judge
from tests.browser.walk import Walk

pytestmark = WALKS
PAGE = """<!doctype html><html lang="en"><head><title>A page</title>
<meta name="viewport" content="width=device-width"><style>
  :root {{ color-scheme: light dark; }} body {{ background: #fff; color: #111; }}
  .aside {{ color: #222; }} .late {{ opacity: .99; }}
  @media (prefers-color-scheme: dark) {{ body {{ background: #111; color: #eee; }}
    .aside {{ color: #ddd; }} .pale {{ color: #333; }} }}
</style></head><body><main><h1>A heading</h1><p>Words.</p><p class="aside">More.</p>{}</main>
</body></html>"""
FAULTS = {
    "a field without a name": ("<input type=text>", "label: "),
    "a picture without words": ("<img src=data:,>", "image-alt: "),
    "dark words on dark": ('<p class="pale">Hard to read.</p>', "dark: color-contrast: "),
    "pale words": ('<p style="color: #ccc">Hard to read.</p>', "light: color-contrast: "),
    "what sticks out": ('<p style="width: 500px">Wide.</p>', "pixels wider than a phone"),
    "a box without a name": ('<p role="checkbox" aria-checked="true" tabindex="0"></p>', "aria-"),
}


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A phone."""
    context = browser.new_context(**SIZES[PHONE])
    yield context.new_page()
    context.close()


def found(judge: Judge, page: Any, planted: str) -> list[str]:
    """What the judge says of the page with something planted."""
    page.set_content(PAGE.format(planted))
    return judge.faults(page)


def test_every_planted_fault_is_found_after_a_page_like_it(page: Any) -> None:
    judge = Judge()
    assert found(judge, page, "") == []
    for what, (planted, said) in FAULTS.items():
        for _again in range(2):
            broken = found(judge, page, planted)
            assert any(said in one for one in broken), (what, broken)
    assert found(judge, page, "") == []


def test_words_moved_onto_something_else_are_judged_anew(page: Any) -> None:
    judge = Judge()
    planted = '<div style="background: {}"><p>Over it.</p></div>'
    assert found(judge, page, planted.format("#fff; color: #111")) == []
    broken = found(judge, page, planted.format("#666; color: #444"))
    assert [one[:21] for one in broken] == ["dark: color-contrast:", "light: color-contrast"]


@pytest.mark.usefixtures("in_turn")
def test_words_that_another_language_does_not_say_are_told(walk: Walk) -> None:
    walk.be().go("sign-in/")
    walk._found("Publish")
    walk.leave()
    told, walk.faults = walk.faults, []
    assert len(told) == 2 and all("does not say" in one for one in told), told
