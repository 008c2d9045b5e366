"""What residents and volunteers do, on a phone, touched with a finger."""

from __future__ import annotations

import re
import uuid

import pytest

from tests.browser.conftest import IN_TURN
from tests.browser.stage import mark
from tests.browser.town import words_of
from tests.browser.walk import DESK, Walk

pytestmark = IN_TURN
TELEPHONE = "+7 917 000-12-34"
SAID = {
    "en": "The grating of the drain has sunk and the wheels of prams catch in it.",
    "ru": "Решётка ливнёвки провалилась, в ней застревают колёса колясок.",
    "zh-hans": "雨水篦子下沉，婴儿车的轮子经常卡在里面。",
}
UNDONE = {
    "en": "It was only swept over: the edge is as sharp as before.",
    "ru": "Яму только присыпали: край такой же острый, как был.",
    "zh-hans": "只是扫了一下，边缘还是和以前一样锋利。",
}
ASKED = {
    "en": "When will the crossing by the school be painted again?",
    "ru": "Когда снова нанесут разметку перехода у школы?",
    "zh-hans": "学校门口的人行横道什么时候重新划线？",
}
ANSWERED = {
    "en": "The crossing will be painted on the first dry day of next week.",
    "ru": "Разметку нанесут в первый сухой день следующей недели.",
    "zh-hans": "下周第一个晴天即可重新划线。",
}


def answer_questions(walk: Walk) -> None:
    """The first choice of every question of the category."""
    page = walk.page
    page.locator("#questions input").first.wait_for(state="attached")
    for name in page.eval_on_selector_all(
        "#questions input[type=radio]", "all => [...new Set(all.map(one => one.name))]"
    ):
        page.check(f'#questions input[name="{name}"] >> nth=0')
    for one in page.query_selector_all(
        "#questions input[type=text], #questions input[type=number]"
    ):
        one.fill("1")


@pytest.mark.usefixtures("everywhere")
def test_reporting_with_a_look_at_personal_data(walk: Walk) -> None:
    walk.be("resident").go("").look()
    walk.press("Report", role="link")
    walk.box("What is it about?").select_option("pothole")
    answer_questions(walk)
    walk.write("What is wrong?", f"{SAID[walk.language]} {TELEPHONE}")
    walk.show("Photographs", "brown")
    walk.press("Set the pin in the middle of the map", stays=True)
    walk.press("Look at it first")
    walk.sees("This is what everybody will see")
    walk.look()
    walk.press("Hide it")
    assert walk.page.locator("mark", has_text=TELEPHONE).count() == 0
    walk.press("Send it like this")
    number = walk.number()
    walk.reads(walk.say("We have it: number %(number)s.", number=number))
    walk.look()
    assert TELEPHONE not in walk.page.locator("main").inner_text()
    assert walk.page.locator("main figure img").count() == 1


def test_the_author_confirms_and_says_how_it_went(walk: Walk) -> None:
    number = walk.stands_ready("confirm")
    walk.be("resident").go("problems/mine/").look()
    walk.go(f"problems/{number}/").look()
    walk.press("Yes, it is done")
    walk.follow("Say how it went").look()
    walk.tick("5: very good")
    walk.press("Send")
    assert walk.number() == number and "rate" not in walk.page.url
    walk.look()


def test_the_author_finds_it_not_fixed(walk: Walk) -> None:
    number = walk.stands_ready("not-fixed")
    walk.be("resident").go(f"problems/{number}/")
    walk.unfold("No, return the answer")
    walk.write("What is not done?", UNDONE[walk.language])
    walk.show("Photographs", "black")
    walk.look()
    walk.press("Return the answer")
    walk.reads(UNDONE[walk.language])
    walk.look()


def test_a_volunteer_looks_with_a_photograph(walk: Walk) -> None:
    number = walk.stands_ready("volunteer")
    walk.be("volunteer").go("problems/checks/").look()
    word = mark("volunteer", walk.language)
    walk.touch(walk.page.locator("main a.row-title", has_text=word).first)
    walk.reads(number)
    walk.look()
    walk.press("I will go")
    walk.tick("It is not done")
    walk.write("In a few words", UNDONE[walk.language])
    walk.show("Photographs", "gray")
    walk.press("Send what I found")
    walk.go("problems/checks/").sees("What you said")
    # Nobody learns who it was, and one volunteer decides nothing.
    walk.be().go(f"problems/{number}/").look()


@pytest.mark.usefixtures("everywhere")
def test_a_letter_and_its_answer(walk: Walk) -> None:
    walk.be("other-resident").go("appeals/")
    walk.follow("Write a letter")
    walk.page.locator("main input[name=kind][value=question]").check()
    walk.choose("What is it about?")
    walk.box("To which office?").select_option("d6-roads")
    walk.write("In a few words", ASKED[walk.language])
    walk.write("Your words", ASKED[walk.language])
    walk.page.locator("main input[name=public][value=yes]").check()
    walk.press("Look at it first")
    walk.sees("This is what everybody will see")
    walk.look()
    walk.press("Send it like this")
    number = walk.number()
    walk.look()
    walk.be("moderator", DESK).go(f"desk/?open={number}").look()
    walk.press("Publish")
    walk.be("officer", DESK).go(f"desk/?open={number}")
    walk.page.locator("#panel textarea[name=text]").first.fill(ANSWERED[walk.language])
    walk.press("Answer", within=walk.page.locator("#panel"))
    walk.be("other-resident").go(f"appeals/{number}/")
    walk.reads(ANSWERED[walk.language])
    walk.page.locator("main input[name=satisfaction][value=yes]").check()
    walk.press("Say so")
    walk.look()


def test_being_told_and_being_left_alone(walk: Walk) -> None:
    # Somebody with an account hears of a street and of an area, and reads what was said.
    number = walk.stands_ready("follow")
    walk.be("other-resident").go(f"problems/{number}/")
    walk.follow("on this street").look()
    walk.press("Tell me")
    walk.go("notices/subscribe/")
    walk.choose("Where", 2)
    walk.press("Tell me")
    walk.go("notices/subscriptions/").look()
    walk.be("resident").go("notices/").look()
    walk.go("notices/settings/").look()


@pytest.mark.usefixtures("everywhere")
def test_letters_come_without_an_account_and_end_with_one_press(walk: Walk) -> None:
    number = walk.stands_ready("follow")
    address = f"passer-{uuid.uuid4().hex[:8]}@example.org"
    walk.be().go(f"problems/{number}/")
    walk.follow("Tell me by e-mail").look()
    walk.write("E-mail", address)
    walk.press("Tell me")
    walk.sees("One letter is on its way")
    walk.look()
    town = walk.cast.town
    link = re.search(r"http://[^/]+(/\S+/confirm/\S+)", words_of(town.letter(address, "/confirm/")))
    assert link
    walk.page.goto(town.address + link[1])
    walk.look()
    walk.press("Confirm")
    walk.sees("You will be told")
    walk.be("officer", DESK).go(f"desk/?open={number}")
    walk.page.locator("#panel textarea[name=text]").first.fill(ANSWERED[walk.language])
    walk.press("Answer", within=walk.page.locator("#panel"))
    letter = town.letter(address, number)
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    stop = letter["List-Unsubscribe"].strip(" <>")
    walk.be().page.context.clear_cookies()
    walk.page.goto(stop)
    walk.look()
    answer = walk.page.request.post(stop, form={"List-Unsubscribe": "One-Click"})
    assert answer.ok
    walk.expected.add(404)
    walk.page.goto(stop)
    walk.sees("This link is no longer valid")


def test_an_account_is_opened_taken_along_and_erased(walk: Walk) -> None:
    town, address = walk.cast.town, f"walker-{uuid.uuid4().hex[:8]}@example.org"
    used: set[str] = set()

    def code() -> str:
        """The code of the next letter."""
        for _try in range(200):
            subject = town.letter(address)["Subject"]
            found = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}|\d{6}", subject)
            if found and found[0] not in used:
                used.add(found[0])
                return found[0]
            walk.page.wait_for_timeout(100)
        raise AssertionError(f"no code came to {address}")

    walk.be().go("sign-in/").look()
    walk.follow("Open an account").look()
    walk.write("E-mail", address)
    walk.press("Send me a code")
    walk.look()
    walk.write("Code", code())
    walk.press("Confirm")
    walk.go("me/").look()
    walk.page.context.clear_cookies()
    walk.go("sign-in/")
    walk.follow("Send me a code").look()
    walk.write("E-mail", address)
    walk.press("Send me a code")
    walk.write("Code", code())
    walk.press("Sign in")
    walk.go("me/data/").look()
    with walk.page.expect_download() as taken:
        walk.press("Download my data", stays=True)
    assert taken.value.suggested_filename.endswith(".zip")
    walk.go("me/data/")
    # Whoever has no password shows the address once more before the account goes.
    walk.follow("Erase my account").look()
    walk.write("E-mail", address)
    walk.press("Send me a code")
    walk.write("Code", code())
    walk.press("Go on")
    walk.look()
    walk.page.locator("main input[name=sure]").check()
    walk.press("Erase my account")
    walk.sees("Your account is erased")
    walk.look(only_here=True)
    walk.page.goto(f"{town.address}/{walk.language}/me/")
    assert "sign-in" in walk.page.url
