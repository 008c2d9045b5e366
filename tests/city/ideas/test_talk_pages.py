"""Pages of talk and of ratings: with and without a script, long threads, hostile words."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from types import SimpleNamespace
from typing import Any, cast

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cast import START
from tests.city.ideas.ideas import HOUR, Ideas
from veche.city.ideas.models import Comment, CommentRating, Idea, Rating
from veche.city.ideas.operations import talk
from veche.city.ideas.queries import talk as queries
from veche.core.organisations.middleware import Asker
from veche.core.people.models import Person

pytestmark = pytest.mark.django_db
LATER = START + 3 * HOUR


@pytest.fixture
def idea(made: Ideas, monkeypatch: pytest.MonkeyPatch) -> Idea:
    """An idea that everybody can read, and the clock of the pages beside it."""
    monkeypatch.setattr("veche.clock.now", lambda: LATER + HOUR)
    return made.idea_of(made.calling(), text="<b>Bold</b> words about a crossing & a school.")


def say(idea: Idea, by: Person, text: str, **more: Any) -> Comment:
    """A comment with a form of its own."""
    values: dict[str, Any] = {"at": LATER, "submission": uuid.uuid4(), **more}
    return talk.say(by=by, matter=idea.pk, text=text, **values)


def page(client: Client, address: str, status: int = 200) -> str:
    """What a page says."""
    answer = client.get(address)
    assert answer.status_code == status, answer
    return answer.content.decode()


def test_buttons_work_without_a_script(client: Client, made: Ideas, idea: Idea) -> None:
    """Support, change one's mind, take no side: each a form and the same page again."""
    here = f"/en/ideas/{idea.case.number}/"
    assert "Sign in and support it" in page(client, here)
    assert "sign-in" in client.post(f"{here}rate/", {"value": "1"})["Location"]
    client.force_login(made.town.neighbour)
    answer = client.post(f"{here}rate/", {"value": "1"})
    assert answer["Location"] == f"{here}#rate"
    assert "You are for it." in page(client, here)
    client.post(f"{here}rate/", {"value": "-1"})
    assert "You are against it." in page(client, here)
    client.post(f"{here}rate/", {"value": "0"})
    assert not Rating.objects.exists()
    assert client.post(f"{here}rate/", {"value": "9"}).status_code == 422


def test_with_a_script_only_the_buttons_come(client: Client, made: Ideas, idea: Idea) -> None:
    """The answer is the one part, with the new count."""
    client.force_login(made.town.neighbour)
    answer = client.post(
        f"/en/ideas/{idea.case.number}/rate/", {"value": "1"}, headers={"HX-Request": "true"}
    )
    text = answer.content.decode()
    assert "1 for it" in text
    assert "<html" not in text


def test_comments_are_written_read_and_answered(client: Client, made: Ideas, idea: Idea) -> None:
    """A form, its thread, a reply by a link, the number in place of a name, the sides."""
    here = f"/en/ideas/{idea.case.number}/"
    client.force_login(made.town.neighbour)
    text = page(client, f"{here}comments/")
    form = re.search(r'name="submission" value="([^"]+)"', text)
    assert form is not None
    sent = {"submission": form[1], "text": "It slows the bus.", "stance": "against"}
    answer = client.post(f"{here}comments/", sent)
    one = Comment.objects.get()
    assert answer["Location"] == f"{here}comments/{one.pk}/#c-{one.pk}"
    assert client.post(f"{here}comments/", sent)["Location"] == f"{here}#h-talk"
    client.force_login(made.town.head)
    thread = page(client, f"{here}comments/{one.pk}/?to={one.pk}")
    assert f'name="above" value="{one.pk}"' in thread
    answer = client.post(
        f"{here}comments/",
        {"submission": str(uuid.uuid4()), "text": "By a minute.", "above": str(one.pk)},
    )
    reply = Comment.objects.get(above=one)
    assert answer["Location"].endswith(f"comments/{one.pk}/#c-{reply.pk}")
    assert client.get(f"{here}comments/{reply.pk}/").status_code == 302
    seen = page(client, here)
    assert "Participant 1" in seen
    assert "Participant 2" in seen
    assert made.town.neighbour.name not in seen
    assert seen.index("For it</h3>") < seen.index("Against it</h3>") < seen.index("slows the bus")
    too_short = client.post(f"{here}comments/", {"submission": str(uuid.uuid4()), "text": " "})
    assert too_short.status_code == 422


def test_words_that_name_people_are_looked_at_first(
    client: Client, made: Ideas, idea: Idea
) -> None:
    """The page comes back once with what was found."""
    client.force_login(made.town.neighbour)
    sent = {"submission": str(uuid.uuid4()), "text": "Call me: +7 912 345-67-89.", "stance": "for"}
    answer = client.post(f"/en/ideas/{idea.case.number}/comments/", sent)
    assert answer.status_code == 422
    assert "<mark" in answer.content.decode()
    assert not Comment.objects.exists()


def test_helpful_reworded_taken_back_objected(client: Client, made: Ideas, idea: Idea) -> None:
    """Every page of one comment, to whom it concerns."""
    one = say(idea, made.town.neighbour, "A crossing for two schools.", stance="for")
    here = f"/en/ideas/{idea.case.number}/comments/{one.pk}/"
    client.force_login(made.town.head)
    assert client.post(f"{here}like/", {"value": "1"}).status_code == 302
    answer = client.post(f"{here}like/", {"value": "-1"}, headers={"HX-Request": "true"})
    assert 'aria-pressed="true"' in answer.content.decode()
    assert CommentRating.objects.get().value == -1
    assert "What is wrong with it?" in page(client, f"{here}object/")
    assert client.post(f"{here}object/", {"reason": "insult"}).status_code == 302
    assert client.get(f"{here}reword/").status_code == 403
    client.force_login(made.town.moderator)
    waiting = page(client, "/en/ideas/comments/")
    assert "A crossing for two schools." in waiting
    assert "the words insult somebody" in waiting
    client.force_login(made.town.neighbour)
    assert client.get("/en/ideas/comments/").status_code == 403
    sent = {"text": "A crossing for three schools.", "seen": "1"}
    assert client.post(f"{here}reword/", sent).status_code == 302
    versions = page(client, f"{here}versions/")
    assert "<del>two </del><ins>three </ins>" in versions
    assert client.post(f"{here}take-back/").status_code == 302
    assert client.get(f"{here}versions/").status_code == 404


def test_a_moderator_decides_about_many(client: Client, made: Ideas, idea: Idea) -> None:
    """Held comments with their reasons; two are shown at once, one is taken out."""
    spam = "Best casino! www.one.com two.ru/x https://three.org number "
    held = [say(idea, made.town.neighbour, spam + str(n)) for n in range(3)]
    client.force_login(made.town.moderator)
    text = page(client, "/en/ideas/comments/")
    assert "addresses of other sites: 3" in text
    keys = [str(one.pk) for one in held]
    assert client.post("/en/ideas/comments/", {"do": "keep"}).status_code == 422
    client.post("/en/ideas/comments/", {"do": "keep", "comment": keys[:2]})
    client.post(
        "/en/ideas/comments/", {"do": "remove", "comment": keys[2], "reason": "advertising"}
    )
    standing = list(Comment.objects.order_by("id").values_list("standing", flat=True))
    assert standing == ["shown", "shown", "removed"]
    assert "Nothing waits" in page(client, "/en/ideas/comments/")


HOSTILE = "<img src=x onerror=alert(1)> {{ 7|add:7 }} \u202eevil\u202c </p></article>"


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
def test_hostile_words_stay_words(client: Client, made: Ideas, idea: Idea, language: str) -> None:
    """Markup is shown as it was typed, directions do not turn the page."""
    say(idea, made.town.neighbour, HOSTILE)
    text = page(client, f"/{language}/ideas/{idea.case.number}/")
    assert "&lt;img src=x onerror=alert(1)&gt; {{ 7|add:7 }} evil &lt;/p&gt;" in text
    assert "<img src=x" not in text
    assert "\u202e" not in text
    answer = client.post(f"/{language}/ideas/{idea.case.number}/rate/", {"value": "\x00"})
    assert answer.status_code in (302, 403)


def test_a_long_talk_costs_no_more(made: Ideas, idea: Idea) -> None:
    """Four questions of the database for three comments as for three hundred; all are reached."""

    who = cast(Asker, SimpleNamespace(person=made.town.head, holdings=()))
    first = say(idea, made.town.neighbour, "First.", stance="for")
    say(idea, made.town.head, "Reply.", above=first.pk)

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            queries.about(idea, who, LATER)
        return len(seen)

    few = cost()
    people = made.people(60)
    Comment.objects.bulk_create(
        Comment(matter=idea.case, author=one, text="Yes.", at=LATER, stance=stance)
        for one in people
        for stance in ("for", "against", "none")
    )
    Comment.objects.bulk_create(
        Comment(matter=idea.case, author=one, text="Why?", at=LATER, above=first) for one in people
    )
    assert cost() <= few <= 4
    idea.refresh_from_db()
    assert idea.comments == 242
    talked = queries.about(idea, who, LATER)
    assert talked["further"]
    shown = talked["sides"]["for"]
    top = next(one for one in queries.about(idea, who, LATER, page=4, sort="new")["sides"]["for"]
               if one.pk == first.pk)  # fmt: skip
    assert (len(shown), top.more) == (20, 61 - 10)
    reached: set[int] = set()
    for number in range(1, 6):
        sides = queries.about(idea, who, LATER, page=number)["sides"]
        reached |= {one.pk for side in sides.values() for one in side}
    assert len(reached) == 181
    whole = queries.thread(idea.case, first.pk, made.town.head)
    assert whole is not None
    assert len(whole[0].below) == 61
    speakers = Comment.objects.filter(matter=idea.case).values_list("author", "speaker").distinct()
    assert len({number for _author, number in speakers}) == len(speakers) == 62


def test_an_office_is_named_and_stands_first(client: Client, made: Ideas, idea: Idea) -> None:
    """What an office says has its name and a word, before what others find more helpful."""
    liked = say(idea, made.town.neighbour, "Liked by somebody.")
    talk.like(by=made.town.head, at=LATER, comment=liked.pk, value=1)
    say(idea, made.town.officer, "A crossing costs 180,000.", official=True)
    text = page(client, f"/en/ideas/{idea.case.number}/")
    named = re.search(r"Roads office\s*</b>\s*<span>official", text)
    assert named and named.start() < text.index("Liked by somebody.")


def test_deep_replies_stay_under_each_other(made: Ideas, idea: Idea) -> None:
    """However deep, a reply follows what it answers, moved in no further than can be read."""
    one = say(idea, made.town.neighbour, "No 0")
    chain = [one]
    for number in range(1, 9):
        moment = LATER + dt.timedelta(minutes=number)
        chain.append(say(idea, made.town.neighbour, f"No {number}", above=chain[-1].pk, at=moment))
    say(idea, made.town.head, "late", above=one.pk, at=LATER + HOUR)
    found = queries.thread(idea.case, one.pk, None)
    assert found is not None
    below = found[0].below
    assert [reply.text for reply in below] == [*(f"No {n}" for n in range(1, 9)), "late"]
    assert [reply.depth for reply in below] == [1, 2, 3, 4, 4, 4, 4, 4, 1]
