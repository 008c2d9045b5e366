"""The demo town learns: reviews with lessons, packets that were answered or not, a graded round."""

from __future__ import annotations

import datetime as dt

import veche.town
from tests.cast import START
from tests.city.dispatch.conftest import EARLY, Ground, minutes
from veche.city.dispatch import demo_reviews
from veche.city.dispatch.models import AssessmentMark, AssessmentRound, Lesson, Packet, Review
from veche.city.dispatch.queries import assessment, packets
from veche.core.people.operations import add_person

DAY = dt.timedelta(days=1)


def test_the_towns_reviews_are_whole(ground: Ground) -> None:
    for n in range(12):
        add_person(by=None, at=EARLY, name=f"R{n}", email=f"r{n}@example.org")
    for days in (60, 40, 20):
        ground.closed(at=START - days * DAY)
    said: list[str] = []
    demo_reviews.load(town=veche.town, at=START + minutes(5), report=said.append)
    assert Review.objects.filter(held_at=None).count() == 1
    assert Review.objects.exclude(held_at=None).count() == 2
    assert {one.state for one in Lesson.objects.all()} == {"open", "done"}
    standings = {packets.standing(one, START + DAY) for one in Packet.objects.all()}
    assert standings >= {packets.ANSWERED, packets.SKIPPED}
    assert Packet.objects.filter(memo_at__isnull=False).exists()
    past, now = (AssessmentRound.objects.get(code=code) for code in ("autumn", "winter"))
    assert any(one.grade.letter for one in assessment.results(past))
    assert assessment.is_open(now, START + DAY) and not AssessmentMark.objects.exists()
    assert said and said[0].startswith("reviews: 3, packets: ")
