"""What residents of the town say about ideas, loaded together as if said one by one."""

from __future__ import annotations

import pytest

from tests.cast import START
from tests.city.ideas.ideas import DAY, HOUR, Ideas
from veche.city.ideas import demo_talk
from veche.city.ideas.models import Comment, Idea, Rating, Talk
from veche.city.ideas.operations.talk_past import PastComment, load_talk
from veche.town.talk import RUSH, comments


def test_the_same_town_says_the_same_and_answers_what_stands() -> None:
    """Replies answer an earlier comment of the same idea; the first idea is talked about most."""
    for place, language in ((0, "ru"), (3, "en"), (5, "zh"), (30, "ru")):
        said = list(comments(place, language, range(500)))
        assert said == list(comments(place, language, range(500)))
        assert all(one.above is None or one.above < number for number, one in enumerate(said))
        assert len({one.text for one in said}) == len(said)
    assert len(list(comments(0, "ru", range(500)))) > len(list(comments(30, "ru", range(500)))) > 0


@pytest.mark.django_db
def test_past_talk_is_counted(made: Ideas) -> None:
    """Depths, threads, speakers and counters are those of comments said one by one."""
    idea = made.idea_of(made.calling())
    people = [one.pk for one in made.people(5)]
    said = [
        PastComment(idea.pk, people[0], "for", "First.", START, likes=tuple(people[1:4])),
        PastComment(idea.pk, people[1], "none", "Second.", START, above=0),
        PastComment(idea.pk, people[0], "none", "Third.", START, above=1, dislikes=(people[4],)),
    ]
    assert load_talk(by=None, at=START + DAY, comments=said) == 3
    rows = Comment.objects.order_by("id")
    assert [(one.depth, one.speaker) for one in rows] == [(0, 1), (1, 2), (2, 1)]
    assert (rows[0].likes, rows[0].replies, rows[2].dislikes) == (3, 2, 1)
    assert Talk.objects.get().in_favour == 1


@pytest.mark.django_db
def test_the_demo_talks(made: Ideas) -> None:
    """An official comment, one that waits, one objected to, and a rush that is held."""
    call = made.calling()
    for number in range(4):
        made.idea_of(call, title=f"Idea number {number}")
    residents = [one.pk for one in made.people(RUSH + 20)]
    count = demo_talk.load(call, START + 5 * DAY + HOUR, residents)
    rows = Comment.objects.all()
    assert rows.count() == count
    assert rows.filter(office=made.town.roads, shown=True).count() == 1
    assert rows.filter(standing="waiting").count() == 1
    assert rows.filter(objections=1).count() == 1
    assert Rating.objects.filter(standing="held").count() == RUSH
    shown = sum(Idea.objects.values_list("comments", flat=True))
    assert shown == rows.filter(shown=True).count() > 10
