"""What those who work for the city do, at a desk; and the few others they meet on the way."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest

from tests.browser.conftest import IN_TURN
from tests.browser.stage import TELEPHONE, mark
from tests.browser.test_resident_walk import answer_questions
from tests.browser.walk import DESK, Walk

pytestmark = IN_TURN
DONE = {
    "en": "The hole was cut square, filled and rolled this morning.",
    "ru": "Яму вырезали, засыпали и укатали сегодня утром.",
    "zh-hans": "今天上午已将坑洞切齐、填补并压实。",
}
WHY = {
    "en": "The ground there belongs to the house, not to the street.",
    "ru": "Земля там относится к дому, а не к улице.",
    "zh-hans": "那里的土地属于住宅楼，不属于道路。",
}
OBJECTED = {
    "en": "The pin stands exactly on the hole, and it is a public street.",
    "ru": "Точка стоит ровно на яме, и это городская улица.",
    "zh-hans": "标记正好在坑上，而且那是公共道路。",
}


def test_a_moderator_hides_a_number_and_covers_a_part_of_a_photograph(walk: Walk) -> None:
    number = walk.stands_ready("hide")
    walk.be("moderator", DESK).go(f"problems/{number}/")
    walk.reads(TELEPHONE)
    walk.follow("Hide parts").look()
    walk.choose("Reason")
    walk.press("Hide what is marked")
    walk.follow("Cover parts of it")
    board = walk.page.locator("#cover-board")
    board.scroll_into_view_if_needed()
    at = board.bounding_box()
    mouse = walk.page.mouse
    mouse.move(at["x"] + at["width"] * 0.3, at["y"] + at["height"] * 0.4)
    mouse.down()
    mouse.move(at["x"] + at["width"] * 0.6, at["y"] + at["height"] * 0.7, steps=4)
    mouse.up()
    assert board.locator("rect.cover-one").count() == 1
    walk.choose("Reason")
    walk.look()
    walk.press("Cover")
    walk.sees("Kept apart")
    walk.look()
    walk.be().go(f"problems/{number}/")
    assert TELEPHONE not in walk.page.content()


def test_what_is_rejected_is_objected_to_and_published_after_all(walk: Walk) -> None:
    number = walk.stands_ready("reject")
    walk.be("moderator", DESK).go(f"desk/?open={number}").look()
    walk.unfold("Do not publish")
    panel = walk.page.locator("#panel")
    panel.locator("select[name=reason]").select_option("unclear")
    panel.locator("textarea[name=text]").first.fill(WHY[walk.language])
    walk.press("Do not publish", within=panel)
    walk.be().go(f"problems/{number}/", status=404)
    walk.be("resident").go(f"problems/{number}/").look()
    walk.follow("Object to the decision").look()
    walk.write("Why is the decision wrong?", OBJECTED[walk.language])
    walk.press("Object")
    walk.look()
    walk.be("second-moderator", DESK).go(f"problems/{number}/")
    walk.follow("Judge the objection").look()
    walk.tick("The author is right: publish it")
    walk.write("Why, in words for the author", OBJECTED[walk.language])
    walk.press("Decide")
    walk.be().go(f"problems/{number}/").go("moderation/")


def test_an_officer_works_by_the_keyboard(walk: Walk) -> None:
    number, word = walk.stands_ready("keyboard"), mark("keyboard", walk.language)
    walk.be("officer", DESK).go(f"desk/?q={word}").look()
    page, title = walk.page, f"{word} {uuid.uuid4().hex[:4]}"
    walk.unfold("Filters")
    walk.write("Keep these filters under a name", title)
    walk.press("Save the view")
    walk.touch(page.locator("nav.views a", has_text=title))
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.locator("#panel", has_text=number).wait_for()
    walk.look()
    walk.press("Take it")
    if page.locator("#panel", has_text=number).count() == 0:
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.locator("#panel", has_text=number).wait_for()
    walk.sees("You have taken it.")
    page.locator("h2#panel-title").focus()
    page.keyboard.press("a")
    words = page.locator("#panel textarea[name=text]").first
    assert words.evaluate("one => one === document.activeElement")
    # Ready words stand above the field: one step back by Tab, the first of them, and one goes on.
    page.keyboard.press("Shift+Tab")
    ready = page.locator("#panel select[data-words-for]").first
    assert ready.evaluate("one => one === document.activeElement")
    ready.select_option(index=1)
    assert words.input_value()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(DONE[walk.language])
    answer = page.locator("#panel").get_by_role("button", name=walk.say("Answer"), exact=True)
    for _press in range(6):
        page.keyboard.press("Tab")
        if answer.evaluate("one => one === document.activeElement"):
            break
    with page.expect_navigation():
        page.keyboard.press("Enter")
    walk.reads(number)
    walk.be().go(f"problems/{number}/").reads(DONE[walk.language])


@pytest.mark.usefixtures("everywhere")
def test_many_are_answered_at_once_and_it_is_undone(walk: Walk) -> None:
    walk.be("officer", DESK).go(f"desk/?q={mark('bulk', walk.language)}")
    page = walk.page
    for _row in range(3):
        page.keyboard.press("j")
        page.keyboard.press("x")
    assert page.locator("[data-bulk-count]").inner_text() == "3"
    page.locator("#many-move").select_option("problem.answer")
    walk.look()
    walk.press("Go on")
    walk.write("Answer to residents", DONE[walk.language] + " {number}")
    walk.press("Look at it first")
    walk.reads(f"{DONE[walk.language]} {walk.stands_ready('bulk-2')}")
    walk.look()
    walk.press("Answer")
    walk.press("Undo")
    walk.look()
    walk.go("desk/changes/").look()
    walk.sees("undone")
    walk.be().go(f"problems/{walk.stands_ready('bulk-1')}/")
    assert DONE[walk.language] not in page.content()


def test_an_office_hands_back_and_a_dispatcher_decides(walk: Walk) -> None:
    number = walk.stands_ready("hand-back")
    walk.be("officer", DESK).go(f"problems/{number}/do/hand-back/").look()
    walk.box("Reason").select_option("private-owner")
    walk.write("In your own words", WHY[walk.language])
    walk.press("It is not ours: return it")
    walk.be("dispatcher", DESK).go(f"problems/{number}/")
    walk.follow("Decide whose it is").look()
    walk.choose("Whose is it?")
    walk.write("Why", WHY[walk.language])
    walk.press("Decide whose it is")
    walk.be().go(f"problems/{number}/").look()
    walk.reads(WHY[walk.language])


def test_an_office_disputes_and_an_arbiter_decides(walk: Walk) -> None:
    number = walk.stands_ready("dispute")
    walk.be("officer", DESK).go(f"problems/{number}/do/dispute/")
    walk.box("Reason").select_option("private-owner")
    walk.write("In your own words", WHY[walk.language])
    walk.press("It is not ours: ask an arbiter")
    walk.be("arbiter", DESK).go("desk/").look()
    walk.go(f"problems/{number}/do/settle/").look()
    walk.choose("Whose is it?")
    walk.write("Why", WHY[walk.language])
    walk.press("Decide whose it is")
    walk.be("officer", DESK).go(f"problems/{number}/").look()


def test_a_later_date_is_asked_for_and_signed(walk: Walk) -> None:
    number = walk.stands_ready("later")
    walk.be("officer", DESK).go(f"problems/{number}/do/later/").look()
    walk.choose("Reason")
    walk.write("New date", later().isoformat())
    walk.write("What residents will read", WHY[walk.language])
    walk.press("Ask for a later date")
    walk.be("head", DESK).go("desk/").look()
    walk.go(f"problems/{number}/")
    walk.follow("Sign the later date").look()
    walk.press("Sign the later date")
    walk.be().go(f"problems/{number}/").look()
    walk.reads(WHY[walk.language])


def later() -> dt.date:
    """A Wednesday in three weeks or so."""
    day = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=18)
    return day + dt.timedelta(days=(2 - day.weekday()) % 7)


@pytest.mark.usefixtures("everywhere")
def test_a_contractor_reports_once_by_a_link(walk: Walk) -> None:
    number = walk.stands_ready("contractor")
    walk.be("officer").go("field/").look()
    walk.go(f"field/{number}/").look()
    walk.follow("Send a contractor there")
    walk.write("Who is sent there", "Mostostroy-3")
    walk.press("Make the link")
    walk.look()
    link = walk.page.locator("main code.command").inner_text()
    walk.be().page.goto(link)
    walk.look()
    walk.show("Photographs", "gray")
    walk.write("What was done?", DONE[walk.language])
    walk.press("Send the report")
    walk.sees("The office has your report")
    walk.look()
    walk.be("officer").go(f"field/{number}/")
    walk.follow("They reported: read and answer").look()
    walk.press("Answer")
    walk.be().go(f"problems/{number}/")
    walk.reads(DONE[walk.language])


def test_a_clerk_takes_a_report(walk: Walk) -> None:
    walk.be("clerk", DESK).go("problems/take/").look()
    walk.choose("How it came")
    walk.box("What is it about?").select_option("pothole")
    answer_questions(walk)
    walk.write("What is wrong?", OBJECTED[walk.language])
    walk.press("Set the pin in the middle of the map", stays=True)
    walk.tick("I have told the person that everybody can read these words, and they agree.")
    walk.press("Take it")
    assert "/slip/" in walk.page.url
    walk.look()


def test_a_resident_corrects_the_registry(walk: Walk) -> None:
    n = ("en", "ru", "zh-hans").index(walk.language)
    walk.be("other-resident").go("places/objects/")
    walk.touch(walk.page.locator('main a.row-title[href*="/objects/"]').nth(n))
    walk.look()
    walk.unfold("The registry is wrong")
    walk.follow("It is not there any more").look()
    walk.write("How do you know?", WHY[walk.language])
    walk.press("Send")
    number = walk.number()
    walk.look()
    walk.be("registrar", DESK).go(f"desk/?open={number}").look()
    walk.press("Accept and repair", within=walk.page.locator("#panel"))
    walk.be().go(f"appeals/corrections/{number}/").look()
    walk.follow("Look at the entry")
    said = walk.page.locator("main p.stand").inner_text()
    assert re.search(r"\d", said), said
