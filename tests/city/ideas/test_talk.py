"""Comments: threads, sides, versions, offices, moderators, objections."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.test import Client

from tests.cast import START
from tests.city.ideas.ideas import DAY, HOUR, Ideas
from veche.city.ideas.models import Comment, CommentVersion, Idea, Talk
from veche.city.ideas.operations import comments as moderating
from veche.city.ideas.operations import talk
from veche.city.ideas.operations.refusals import AlreadyWritten, NothingReworded
from veche.city.ideas.operations.writing import withdraw
from veche.city.ideas.talking import differences
from veche.core.cases.operations import NoRoleForMove
from veche.core.moderation.models import Decision, Original
from veche.core.moderation.operations import hide_words, judge_hiding, object_to_hiding
from veche.core.moderation.personal_data import find
from veche.core.notices.models import Notice
from veche.core.organisations.models import Holding
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person
from veche.core.people.operations import add_person
from veche.texts import TextLength

pytestmark = pytest.mark.django_db
LATER = START + 3 * HOUR
SPAM = "Best casino! www.one.com two.ru/x https://three.org earn money online"


@pytest.fixture
def idea(made: Ideas) -> Idea:
    """An idea that everybody can read."""
    return made.idea_of(made.calling())


def say(idea: Idea, by: Person | None, text: str = "Yes, at last.", **more: Any) -> Comment:
    """A comment with a form of its own."""
    values: dict[str, Any] = {"at": LATER, "submission": uuid.uuid4(), **more}
    return talk.say(by=by, matter=idea.pk, text=text, **values)


def told(person: Person) -> list[str]:
    """Kinds of the notices of somebody."""
    return list(Notice.objects.filter(person=person).order_by("id").values_list("kind", flat=True))


def test_a_thread_with_sides_and_counts(made: Ideas, idea: Idea) -> None:
    """Replies hang below, sides are counted, whoever is replied to and the author are told."""
    town = made.town
    first = say(idea, town.neighbour, stance="for")
    later = iter(LATER + dt.timedelta(minutes=n) for n in range(1, 9))
    reply = say(idea, town.head, "Why here?", above=first.pk, stance="against", at=next(later))
    deeper = say(idea, town.neighbour, "Because of that.", above=reply.pk, at=next(later))
    say(idea, town.arbiter, "It slows the bus.", stance="against", at=next(later))
    deeper.refresh_from_db()
    assert (deeper.root_id, deeper.depth) == (first.pk, 2)
    counts = Talk.objects.get(pk=idea.pk)
    assert (counts.comments, counts.in_favour, counts.against) == (4, 1, 1)
    assert Idea.objects.get(pk=idea.pk).comments == 4
    assert Comment.objects.get(pk=first.pk).replies == 2
    assert told(town.neighbour) == ["ideas.comment-answered"]
    assert told(town.resident).count("ideas.commented") == 4
    assert told(town.head) == ["ideas.comment-answered"]


def test_a_form_sent_twice_is_one_comment(made: Ideas, idea: Idea) -> None:
    """Two clicks make one; a reply to another matter is refused."""
    form = uuid.uuid4()
    say(idea, made.town.neighbour, submission=form)
    with pytest.raises(AlreadyWritten):
        say(idea, made.town.neighbour, submission=form)
    assert idea.call is not None
    other = made.idea_of(idea.call, title="Another crossing")
    with pytest.raises(talk.CommentGone):
        say(other, made.town.neighbour, above=Comment.objects.get().pk)
    assert Comment.objects.count() == 1


def test_rewording_keeps_what_was_said(made: Ideas, idea: Idea) -> None:
    """Every version stays; only its author rewords; an old form is refused."""
    mine = say(idea, made.town.neighbour, "A crossing for two schools.")
    with pytest.raises(talk.NotYourComment):
        talk.reword_comment(by=made.town.head, at=LATER, comment=mine.pk, text="Nonsense.")
    talk.reword_comment(
        by=made.town.neighbour, at=LATER, comment=mine.pk, text="A crossing for three schools.",
        seen=1,
    )  # fmt: skip
    with pytest.raises(NothingReworded):
        talk.reword_comment(
            by=made.town.neighbour, at=LATER, comment=mine.pk, text="Late form.", seen=1
        )
    version = CommentVersion.objects.get()
    now = Comment.objects.get(pk=mine.pk)
    assert (version.number, now.version) == (1, 2)
    pieces = differences(version.text, now.text)
    assert [(p.kind, p.text) for p in pieces if p.kind != "same"] == [
        ("gone", "two "),
        ("added", "three "),
    ]
    assert "".join(p.text for p in pieces if p.kind != "gone") == now.text


def test_chinese_changes_sign_by_sign() -> None:
    """Only the sign that changed is marked."""
    pieces = differences("两所学校门口", "三所学校门口")
    assert [(p.kind, p.text) for p in pieces] == [
        ("gone", "两"), ("added", "三"), ("same", "所学校门口"),
    ]  # fmt: skip


def test_an_office_speaks_for_itself(made: Ideas, idea: Idea) -> None:
    """An officer of the office that answers; nobody else; a score never holds it."""
    with pytest.raises(NoRoleForMove):
        say(idea, made.town.neighbour, official=True)
    with pytest.raises(NoRoleForMove):
        say(idea, made.town.light_officer, official=True)
    said = say(idea, made.town.officer, SPAM, official=True)
    assert (said.office_id, said.shown) == (made.town.roads.pk, True)
    assert told(made.town.resident)[-1] == "ideas.office-commented"


def test_taken_back(made: Ideas, idea: Idea) -> None:
    """The words go, the replies stay, nobody replies to it any more."""
    mine = say(idea, made.town.neighbour)
    reply = say(idea, made.town.head, "Indeed.", above=mine.pk)
    talk.reword_comment(by=made.town.neighbour, at=LATER, comment=mine.pk, text="Or not.")
    talk.take_back(by=made.town.neighbour, at=LATER, comment=mine.pk)
    mine.refresh_from_db()
    assert (mine.text, mine.standing, mine.shown) == ("", "withdrawn", False)
    assert not CommentVersion.objects.exists()
    assert Comment.objects.get(pk=reply.pk).shown
    assert Idea.objects.get(pk=idea.pk).comments == 1
    with pytest.raises(talk.CommentGone):
        say(idea, made.town.arbiter, above=mine.pk)
    with pytest.raises(talk.CommentGone):
        talk.like(by=made.town.arbiter, at=LATER, comment=mine.pk, value=1)
    with pytest.raises(talk.CommentGone):
        talk.take_back(by=made.town.neighbour, at=LATER, comment=mine.pk)


def test_helpful_or_not(made: Ideas, idea: Idea) -> None:
    """One voice each, changed and taken back; not about one's own."""
    mine = say(idea, made.town.neighbour)
    with pytest.raises(talk.OwnComment):
        talk.like(by=made.town.neighbour, at=LATER, comment=mine.pk, value=1)
    for value, likes, dislikes in ((1, 1, 0), (1, 1, 0), (-1, 0, 1), (0, 0, 0)):
        seen = talk.like(by=made.town.head, at=LATER, comment=mine.pk, value=value)
        assert (seen.likes, seen.dislikes) == (likes, dislikes)


def test_nothing_is_said_where_it_has_ended(made: Ideas, idea: Idea) -> None:
    """An idea that its author took back, and words that are none."""
    for nothing in ("", " \u200b\u200b ", "\u3164" * 40):
        with pytest.raises(TextLength):
            say(idea, made.town.neighbour, nothing)
    withdraw(by=made.town.resident, at=LATER, case=idea.case)
    with pytest.raises(talk.NotTalkedAbout):
        say(idea, made.town.neighbour)


def test_spam_waits_for_a_moderator(made: Ideas, idea: Idea) -> None:
    """It is held with its reasons; kept it is shown, and only then others are told."""
    held = say(idea, made.town.neighbour, SPAM)
    assert (held.shown, held.standing) == (False, "waiting")
    assert {mark[0] for mark in held.marks} >= {"links", "words"}
    assert told(made.town.moderator) == ["ideas.comment-to-read"]
    assert "ideas.commented" not in told(made.town.resident)
    assert Idea.objects.get(pk=idea.pk).comments == 0
    with pytest.raises(NoRoleForMove):
        moderating.keep_comments(by=made.town.officer, at=LATER, comments=[held.pk])
    moderating.keep_comments(by=made.town.moderator, at=LATER + HOUR, comments=[held.pk])
    assert Idea.objects.get(pk=idea.pk).comments == 1
    assert told(made.town.neighbour) == ["ideas.comment-shown"]
    assert told(made.town.resident)[-1] == "ideas.commented"


def test_what_nobody_read_is_shown_after_a_day(made: Ideas, idea: Idea) -> None:
    """A score holds nothing for longer than the term of a moderator."""
    held = say(idea, made.town.neighbour, SPAM)
    assert moderating.pass_unread_comments(at=LATER + 23 * HOUR) == 0
    assert moderating.pass_unread_comments(at=LATER + DAY) == 1
    assert moderating.pass_unread_comments(at=LATER + DAY) == 0
    assert Comment.objects.get(pk=held.pk).shown


def test_objected_taken_out_and_given_back(made: Ideas, idea: Idea) -> None:
    """A reader objects once; taken out, its author objects, another moderator gives it back."""
    town = made.town
    bad = say(idea, town.neighbour, "Only fools want this.")
    for _twice in range(2):
        moderating.object_to_comment(by=town.head, at=LATER, comment=bad.pk, reason="insult")
    with pytest.raises(talk.OwnComment):
        moderating.object_to_comment(by=town.neighbour, at=LATER, comment=bad.pk, reason="insult")
    assert Comment.objects.get(pk=bad.pk).objections == 1
    moderating.remove_comments(by=town.moderator, at=LATER, comments=[bad.pk], reason="insult")
    gone = Comment.objects.get(pk=bad.pk)
    assert (gone.text, gone.standing, gone.objections) == ("", "removed", 0)
    assert Idea.objects.get(pk=idea.pk).comments == 0
    assert Original.objects.get().text == "Only fools want this."
    decision = Decision.objects.get()
    assert (decision.kind, decision.reason) == ("redact", "insult")
    object_to_hiding(by=town.neighbour, at=LATER + HOUR, decision=decision.pk, text="A proverb.")
    second = add_person(by=None, at=START, name="Second", email="second@example.org")
    appoint(by=None, at=START, person=second, role="moderator", territory=town.city)
    judge_hiding(
        by=second, at=LATER + 2 * HOUR, decision=decision.pk, overturn=True, text="It is one."
    )
    back = Comment.objects.get(pk=bad.pk)
    assert (back.text, back.shown) == ("Only fools want this.", True)
    assert Idea.objects.get(pk=idea.pk).comments == 1


def test_what_is_hidden_of_a_comment_is_hidden_before_too(made: Ideas, idea: Idea) -> None:
    """A telephone number stood in the first version as well; given back, it stands again."""
    mine = say(idea, made.town.neighbour, "Call +7 912 345-67-89 at any time.")
    talk.reword_comment(
        by=made.town.neighbour, at=LATER, comment=mine.pk, text="Do call +7 912 345-67-89 today."
    )
    now = Comment.objects.get(pk=mine.pk).text
    hide_words(
        by=made.town.moderator, at=LATER + HOUR, case=idea.case, field=f"comment:{mine.pk}",
        findings=find(now),
    )  # fmt: skip
    mine.refresh_from_db()
    assert "345" not in mine.text
    assert mine.text.startswith("Do call")
    assert CommentVersion.objects.get().text == "…"
    assert told(made.town.neighbour) == ["moderation.words-hidden"]


def test_hostile_words_are_kept_harmless(made: Ideas, idea: Idea) -> None:
    """Overrides of direction go, markup stays words."""
    said = say(idea, made.town.neighbour, "<script>x</script>\u202egnorw\u202c")
    assert said.text == "<script>x</script>gnorw"
    with pytest.raises(TextLength, match="262144"):
        say(idea, made.town.neighbour, "🔥" * 262_144)


def test_many_comments_of_one_person_are_too_many(made: Ideas, idea: Idea) -> None:
    """The limit of the city counts comments as it counts everything."""
    from veche.core.moderation.limits import TooMany
    from veche.core.moderation.operations import set_limit

    set_limit(by=None, at=START, what="comment", scope="person", most=3)
    for number in range(3):
        say(idea, made.town.neighbour, f"Point {number}.", at=LATER + dt.timedelta(minutes=number))
    with pytest.raises(TooMany):
        say(idea, made.town.neighbour, "Point 4.")


def test_spam_put_into_an_old_comment_waits_a_day_from_then(made: Ideas, idea: Idea) -> None:
    """Not a minute: how old the comment is says nothing about when it began to wait."""
    old = say(idea, made.town.neighbour)
    much = LATER + 2 * DAY
    talk.reword_comment(by=made.town.neighbour, at=much, comment=old.pk, text=SPAM)
    assert Comment.objects.get(pk=old.pk).standing == "waiting"
    assert moderating.pass_unread_comments(at=much + HOUR) == 0
    assert moderating.pass_unread_comments(at=much + DAY) == 1


def test_who_left_the_office_changes_none_of_its_words(made: Ideas, idea: Idea) -> None:
    town = made.town
    said = say(idea, town.officer, "We look at the place in May.", official=True)
    Holding.objects.filter(person=town.officer).update(until=LATER)
    with pytest.raises(NoRoleForMove):
        talk.reword_comment(
            by=town.officer, at=LATER + HOUR, comment=said.pk, text="We shall never look."
        )


def test_a_moderator_passes_no_words_of_their_own(made: Ideas, idea: Idea) -> None:
    own = say(idea, made.town.moderator, SPAM)
    with pytest.raises(talk.OwnComment):
        moderating.keep_comments(by=made.town.moderator, at=LATER, comments=[own.pk])


def test_a_reply_to_a_number_that_is_none(made: Ideas, idea: Idea, client: Client) -> None:
    first = say(idea, made.town.neighbour)
    page = f"/en/ideas/{idea.case.number}/comments/{first.pk}/"
    for number in ("²", "9" * 5000, "٣"):
        assert client.get(page, {"to": number}).status_code == 200
