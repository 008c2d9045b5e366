"""Pilots on a phone: a company applies, an expert reads, a panel decides, a resident tests.

Each walk is acted in one language; the others look at every page beside it.
"""

from __future__ import annotations

import re

from tests.browser.conftest import IN_TURN
from tests.browser.walk import DESK, Walk

pytestmark = IN_TURN


def first(walk: Walk, folder: str) -> str:
    """The address of the first matter of this folder on the page, within a language."""
    for link in walk.page.locator("main a").all():
        found = re.search(rf"/(pilots/{folder}/\d{{4}}-\d+/)$", link.get_attribute("href") or "")
        if found:
            return found[1]
    raise AssertionError(f"{walk.page.url}: nothing in {folder}")


def test_everybody_reads_what_becomes_of_it(walk: Walk) -> None:
    walk.be().go("pilots/").look()
    walk.go("pilots/calls/").look()
    walk.go(first(walk, "calls")).look()
    walk.go("pilots/decided/?state=rolled_out").look()
    walk.go(first(walk, "applications")).look()
    number = walk.number()
    walk.go(f"pilots/trials/{number}/").look()
    walk.go(f"pilots/evaluations/{number}/").look()
    walk.go(f"pilots/agreements/{number}/").look()
    walk.go("pilots/contracts/").look()
    walk.go("pilots/sites/").look()


def test_a_company_applies(walk: Walk) -> None:
    walk.be("founder").go("pilots/work/").look()
    walk.go(f"pilots/apply/{walk.stands_ready('pilot-apply')}/").look()
    walk.page.locator("input[name=product]").first.check()
    walk.press("Begin")
    walk.write("Title", "Окно, которое дышит")
    walk.write("What it is and what you would test", "Клапан в раме: воздух свежий, окно закрыто.")
    walk.choose("How ready it is", 7)
    walk.look()
    walk.press("Keep it and go on")
    walk.page.locator("main [name=q-cost]").fill("350000")
    walk.look()
    walk.press("Keep it and check")
    walk.look()
    walk.press("Send the application")
    walk.sees("Your application was sent.")
    walk.look()
    walk.go("pilots/mine/").look()
    walk.reads("Окно, которое дышит")


def test_an_expert_reads(walk: Walk) -> None:
    walk.be("expert").go("pilots/reviews/").look()
    walk.go(f"pilots/reviews/{walk.stands_ready('pilot-read')}/").look()
    for mark in walk.page.locator("main input[name^=mark_][value='4']").all():
        mark.check()
    for reason in walk.page.locator("main textarea[name^=reason_]").all():
        reason.fill("测量数据完整，方法清楚。")
    walk.write(
        "The whole in a few sentences",
        "值得测试：成本合理，安全可靠，学生和老师都能看懂结果。",
    )
    marked = walk.page.locator("main input[name^=mark_]:checked").count()
    walk.page.reload()  # what was marked waits in the browser with the words
    assert walk.page.locator("main input[name^=mark_]:checked").count() == marked > 0
    walk.press("Hand in the review")
    walk.sees("Your review is in. Thank you: it will not change.")


def test_a_panel_decides(walk: Walk) -> None:
    panel, item = walk.stands_ready("pilot-vote").split(":")
    here = f"pilots/panels/{panel}/"
    walk.be("panellist").go("pilots/panels/").look()
    walk.go(here)
    if walk.page.locator("button", has_text=walk.say("I am here")).count():
        walk.press("I am here")
    walk.look()
    one = walk.page.locator(f"#i{item}")
    one.locator("input[value=select]").check()
    walk.press("Vote", within=one)
    walk.be("programme").go(here).look()
    one = walk.page.locator(f"#i{item}")
    one.locator("summary").filter(has_text=walk.say("Write down the decision")).tap()
    one.locator("textarea").fill("Польза ясна, цена испытания мала.")
    walk.press("Decide as the votes say", within=one)
    walk.reads("Польза ясна, цена испытания мала.")


def test_a_resident_tests(walk: Walk) -> None:
    sheet = f"pilots/test/{walk.stands_ready('pilot-test')}/"
    walk.be().go(sheet).look()
    walk.be("resident").go(sheet).look()
    walk.tick("I have read this and agree")
    walk.press("I agree and join")
    walk.sees("You test with us now. Thank you.")
    for choice in walk.page.locator("main input[type=radio][value='4']").all():
        choice.check()
    for number in walk.page.locator("main input[name^=value-][inputmode]").all():
        number.fill("4")
    walk.look()
    walk.press("Send my answers")
    walk.sees("Your answers are kept. You can change them until the trial ends.")
    walk.follow("Leave the trial")
    walk.look()
    walk.press("Leave and delete")


def test_the_staff_go_round(walk: Walk) -> None:
    walk.be("programme", DESK).go("pilots/work/").look()
    walk.go(first(walk, "applications")).look()
    walk.go("pilots/assignment/").look()
    walk.go("pilots/matching/").look()
    walk.go("pilots/demand/").look()
    walk.be("site", DESK).go("pilots/sites/mine/").look()
