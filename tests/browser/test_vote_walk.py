"""Voting on a phone, at a counter and a kiosk, and on paper.

One language walks to the end; the others look at every page on the way.
"""

from __future__ import annotations

import re

from tests.browser.conftest import WALKS
from tests.browser.walk import DESK, Walk
from veche.town.votes import votes

pytestmark = WALKS
ACTS = "en"
SHORT = {"en": "en", "ru": "ru", "zh-hans": "zh"}
CODE = re.compile(r"[A-Z2-9]{4}-[A-Z2-9]{4}")
COMES = {"en": "resident-0101", "ru": "resident-0102", "zh-hans": "resident-0103"}
"""Who comes to the counter in each language."""


def number_of(walk: Walk, key: str) -> str:
    """The number of one of the town's votes, found in the list by its title."""
    told = next(vote for vote in votes() if vote.key == key)
    walk.go("votes/")
    link = walk.page.locator("main a", has_text=told.title[SHORT[walk.language]]).first
    found = re.search(r"votes/(\d{4}-\d+)/", link.get_attribute("href") or "")
    assert found, key
    return found[1]


def fill_in(walk: Walk, n: int = 0) -> None:
    """Mark one option and go on until everything is to be looked over."""
    walk.page.locator("main input[type=radio]").nth(n).check(force=True)
    walk.press("Look it over")


def cast(walk: Walk) -> None:
    """Cast what was looked over."""
    walk.look()
    walk.press("Cast my vote")
    walk.sees("Your vote is cast")
    walk.look()


def test_voting_on_a_phone(walk: Walk) -> None:
    walk.be("resident")
    number = number_of(walk, "lamps")
    walk.look()
    walk.go(f"votes/{number}/").look()
    walk.go(f"votes/{number}/ballot/1/").look()
    fill_in(walk, 1)
    if walk.language == ACTS:
        cast(walk)
        walk.go(f"votes/{number}/").sees("You have voted.")
    else:
        walk.look()
    walk.go(f"votes/{number}/result/").look()
    for key in ("bridge", "courtyards"):
        walk.go(f"votes/{number_of(walk, key)}/ballot/1/").look()
    walk.be().go(f"votes/{number_of(walk, 'park')}/result/").look()
    walk.go(f"votes/{number}/check/").look()


def test_at_the_counter_and_the_kiosk(walk: Walk) -> None:
    walk.be("poll-clerk", DESK).go("votes/counter/").look()
    number = number_of(walk, "lamps")
    walk.go(f"votes/{number}/counter/")
    walk.write("Name as in the document, or e-mail address", f"{COMES[walk.language]}@example.org")
    walk.press("Find on the roll")
    walk.look()
    walk.press("This is the person")
    walk.look()
    walk.tick("I have seen the person's document, and it is them")
    walk.press("Give a code for the kiosk")
    found = CODE.search(walk.page.locator(".kiosk-code").inner_text())
    assert found
    walk.look()
    walk.be().go("votes/kiosk/").look()
    walk.write("Code from the counter", found[0])
    walk.press("Open my ballot")
    walk.look()
    fill_in(walk)
    if walk.language == ACTS:
        cast(walk)
        walk.follow("I am done")
        walk.sees("Type the code you were given at the counter.")
    else:
        walk.look()


def test_on_paper(walk: Walk) -> None:
    number = number_of(walk.be("poll-clerk", DESK), "park")
    walk.go(f"votes/{number}/papers/").look()
    walk.go(f"votes/{number}/counter/centre/1/").look()
    number = number_of(walk, "lamps")
    if walk.language != ACTS:
        walk.go(f"votes/{number}/counter/").look()
        return
    walk.go(f"votes/{number}/counter/")
    walk.write("Name as in the document, or e-mail address", "resident-0104@example.org")
    walk.press("Find on the roll")
    walk.press("This is the person")
    walk.page.locator("#id_paper-seen").check()
    walk.press("Mark off and hand over a paper")
    walk.sees("Marked off. Hand over one paper.")
    walk.follow("Begin a pile").look()
    walk.press("Begin the pile")
    pile = walk.page.url.partition(f"/{walk.language}/")[2]
    walk.look()
    walk.write("One line for each paper, in the order of the pile", "2")
    walk.press("Enter")
    walk.be("second-poll-clerk", DESK).go(pile)
    walk.write("One line for each paper, in the order of the pile", "3")
    walk.press("Enter")
    walk.sees("Where the two entries differ")
    walk.be("commissioner", DESK).go(pile).look()
    walk.page.locator("#l1a").check()
    walk.press("Settle and count")
    walk.sees("What the pile says")
    walk.look()
