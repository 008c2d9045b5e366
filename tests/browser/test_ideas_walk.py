"""An idea and an initiative on a phone, the opinion map, and what became of promises.

One language walks to the end; the others look at every page on the way.
"""

from __future__ import annotations

import re

from tests.browser.conftest import WALKS
from tests.browser.walk import DESK, Walk
from veche.town.initiatives import INITIATIVES

pytestmark = WALKS
ACTS = "en"
COLLECTING = next(one for one in INITIATIVES if one.reached is None)
WAITING = next(one for one in INITIATIVES if one.reached and one.office == COLLECTING.office)


def first(walk: Walk, pattern: str) -> str:
    """The number in the first address on the page that is like this."""
    for link in walk.page.locator("main a").all():
        if found := re.search(pattern, link.get_attribute("href") or ""):
            return found[1]
    raise AssertionError(f"{walk.page.url}: no address like {pattern}")


def call_of(walk: Walk) -> str:
    """The number of the call that takes ideas."""
    return first(walk.go("ideas/?show=running"), r"ideas/calls/(\d{4}-\d+)/")


def titled(walk: Walk, title: str) -> str:
    """The number of an initiative, found in the list by its title."""
    link = walk.go("ideas/initiatives/").page.locator("main a", has_text=title).first
    found = re.search(r"ideas/(\d{4}-\d+)/", link.get_attribute("href") or "")
    assert found, title
    return found[1]


def test_an_idea_on_a_phone(walk: Walk) -> None:
    walk.be("resident").go("ideas/").look()
    call = call_of(walk)
    walk.go(f"ideas/calls/{call}/").look()
    other = first(walk, r"ideas/(\d{4}-\d+)/$")
    walk.go(f"ideas/{other}/").look()
    walk.press("Support it", stays=True)
    walk.sees("You are for it.")
    walk.go(f"ideas/{other}/story/").look()
    walk.go(f"ideas/{other}/comments/").look()
    walk.go(f"ideas/calls/{call}/write/").look()
    walk.write("Your idea in a few words", "A bench by the bakery")
    walk.write("What should be done, and why?", "My mother rests there on her way. One is enough.")
    walk.press("Send")
    walk.look()
    number = walk.number()
    walk.be("moderator", DESK).go(f"desk/?open={number}").look()
    walk.press("Publish", within=walk.page.locator("body"))
    walk.be().go(f"ideas/{number}/").look()
    walk.reads("A bench by the bakery")


def test_an_initiative_on_a_phone(walk: Walk) -> None:
    walk.be("resident").go("ideas/initiatives/").look()
    number = titled(walk, COLLECTING.title)
    walk.go("ideas/initiatives/new/").look()
    walk.go(f"ideas/{number}/").look()
    if walk.language == ACTS:  # the fortieth: after it the office must answer
        walk.press("Endorse it")
        walk.sees("You endorse it. You will be told of every step.")
        walk.look()
    late = titled(walk, WAITING.title)
    walk.be("officer", DESK).go(f"ideas/{late}/answer/").look()


def test_what_people_think(walk: Walk) -> None:
    walk.be()
    call = call_of(walk)
    walk.go(f"ideas/opinions/{call}/").look()
    walk.go(f"ideas/opinions/{call}/map/").look()
    walk.be("facilitator", DESK).go("ideas/work/").look()
    walk.go(f"ideas/calls/{call}/work/").look()
    walk.go("ideas/opinions/waiting/").look()
    walk.go("ideas/rushes/").look()


def test_what_became_of_promises(walk: Walk) -> None:
    walk.be().go("promises/").look()
    number = first(walk, r"promises/(\d{4}-\d+)/$")
    walk.go(f"promises/{number}/").look()
    walk.go("promises/strategy/").look()
    code = first(walk, r"promises/strategy/([\w-]+)/$")
    for page in ("", "road-map/", "years/"):
        walk.go(f"promises/strategy/{code}/{page}").look()
    walk.be("planner", DESK).go("promises/make/").look()
    walk.be("resident").go("points/").look()
    walk.go("points/rewards/").look()
    walk.go("points/how/").look()
