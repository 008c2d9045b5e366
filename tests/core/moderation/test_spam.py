"""Signs of spam: every point has a reason, ordinary words have none."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from django.test import Client
from tests.cast import START, SmallTown, small_town

from veche.core.moderation import operations, spam
from veche.core.moderation.access import OnlyItsSetters
from veche.core.moderation.beside import beside
from veche.core.moderation.limits import spend
from veche.core.moderation.models import TextPrint
from veche.core.moderation.operations.spam import judge
from veche.core.moderation.spam import weigh
from veche.core.organisations.operations import appoint
from veche.core.organisations.queries import holdings
from veche.core.people.models import Person
from veche.core.people.operations import add_person
from veche.operation import operation

WORDS = {"casino": 3, "казино": 3, "赌场": 3, "earn money": 3}
PLAIN = (
    "A crossing by the school: children run over the road at 8:15. See bridge street, 9.",
    "Фонарь у дома 5 не горит третью неделю. ЖКХ молчит, а темно уже в 17:00!",
    "学校门口需要人行横道，孩子们每天早上在这里过马路。",
    "Поддерживаю!!! Очень нужно.",
    "https://town.example.org/plan explains it well.",
)


@pytest.mark.parametrize("text", PLAIN)
def test_ordinary_words_are_not_held(text: str) -> None:
    """What residents write every day stays far from the mark."""
    assert weigh(text, WORDS).points < 3


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("See www.one.com, two.ru/x and https://three.org now", "links"),
        ("The best casino: earn money tonight", "words"),
        ("Лучшее казино у нас, а ещё 赌场", "words"),
    ],
)
def test_spam_is_held_and_says_why(text: str, code: str) -> None:
    """The marks name what was found."""
    score = weigh(text, WORDS)
    assert score.high
    assert [one.code for one in score.marks] == [code]
    assert score.marks[0].detail in score.marks[0].sentence


def test_each_sign() -> None:
    """Shouting, piles of signs, hidden signs and mixed letters are seen one by one."""
    assert [m.code for m in weigh("WHY DOES NOBODY DO ANYTHING HERE", {}).marks] == ["shouting"]
    assert [m.code for m in weigh("do it now!!!!!", {}).marks] == ["piled"]
    assert [m.code for m in weigh("ca\u200bsi\u200bno", {}).marks] == ["hidden"]
    assert [m.code for m in weigh("кaзинo онлайн", {}).marks] == ["mixed"]
    assert weigh("text", {}, repeated=3).high
    assert not weigh("text", {}, repeated=1).high


@operation
def _judge(*, by: Person | None, at: dt.datetime, town: SmallTown, text: str) -> spam.Score:
    from veche.core.journal.operations import record

    record(kind="moderation.decided", by=by, at=at, subject="test")
    spend(by=by, at=at, what="comment", keys={})
    return judge(by=by, at=at, what="comment", text=text, case=None)


@pytest.mark.django_db
def test_the_same_text_and_a_fast_new_account() -> None:
    """The same long text counts wherever it was sent; short ones and old accounts do not."""
    town = small_town()
    long = "Everybody vote for the idea of my friend, it is the very best one here."
    new = add_person(by=None, at=START, name="New", email="new@example.org")
    assert _judge(by=town.resident, at=START, town=town, text=long).points == 0
    again = long.upper().replace(" ", "  ")
    assert "repeated" in [m.code for m in _judge(by=new, at=START, town=town, text=again).marks]
    assert TextPrint.objects.count() == 2
    marks = [_judge(by=new, at=START, town=town, text="I agree.").marks for _n in range(4)]
    assert [[m.code for m in one] for one in marks] == [[], [], [], ["fast"]]
    old = [_judge(by=town.resident, at=START, town=town, text="Yes.").marks for _n in range(9)]
    assert not any(old)
    assert operations.prune(at=START + dt.timedelta(days=9)) > 0
    assert not TextPrint.objects.exists()


@pytest.mark.django_db
def test_a_moderator_sees_the_signs_of_any_matter() -> None:
    """On a reported problem: what was sent twice, with the reason; its author sees none."""
    town = small_town()
    text = "Buy from our casino casino, see https://a.com and b.com/x and c.ru/y today, friends."
    first = town.report(text=text, sender={"address": "10.0.0.1"})
    second = town.report(text=text, sender={"address": "10.0.0.1"}, longitude=49.3)
    held = holdings(town.moderator, START)
    seen = beside(second.case, town.moderator, held, author=False).signs
    assert {"links", "words", "repeated"} <= {one.code for one in seen}
    assert "1" in next(one for one in seen if one.code == "repeated").sentence
    assert beside(first.case, town.resident, (), author=True).signs == ()


@pytest.mark.django_db
def test_the_city_sets_its_words(client: Client) -> None:
    """An administrator of the whole city; everybody reads the list."""
    town = small_town()
    appoint(by=None, at=START, person=town.head, role="administrator", territory=town.city)
    with pytest.raises(OnlyItsSetters):
        operations.set_spam_word(by=town.officer, at=START, word="lottery", points=5)
    operations.set_spam_word(by=town.head, at=START, word="  Lottery TICKET ", points=5)
    operations.set_spam_word(by=town.head, at=START, word="casino", points=0)
    known = spam.word_list()
    assert known["lottery ticket"] == 5
    assert weigh("a lottery ticket", known).high
    assert not weigh("a casino", known).marks
    page = client.get("/en/moderation/rules/words/").content.decode()
    assert "lottery ticket" in page
    assert "Set the word" not in page
    client.force_login(town.head)
    assert client.post(
        "/en/moderation/rules/words/", {"word": "raffle", "points": "9"}
    ).status_code == 422  # fmt: skip
    assert client.post(
        "/en/moderation/rules/words/", {"word": "raffle", "points": "4"}
    ).status_code == 302  # fmt: skip
    assert spam.word_list()["raffle"] == 4


def test_a_text_of_dashes_is_looked_at_in_no_time() -> None:
    """Each dash began another look for an address, as long as the text."""
    began = time.process_time()
    assert weigh("-a" * 10_000, {}).marks == ()
    assert time.process_time() - began < 0.5
    assert [one.code for one in weigh("see -one.com", {}).marks] == ["links"]
