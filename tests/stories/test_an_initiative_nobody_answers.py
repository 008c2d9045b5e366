"""An initiative reaches its number; the office lets sixty days pass, and everybody sees it."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.cast import START
from tests.city.ideas.ideas import DAY, HOUR, Ideas, ideas
from tests.city.ideas.test_initiatives import endorse, opened, residents

from veche.city.ideas.models import Idea
from veche.city.ideas.operations import initiatives
from veche.city.ideas.operations.ratings import unrate
from veche.core.cases.models import Case
from veche.core.cases.operations import advance
from veche.core.notices.holders import sweep_overdue
from veche.core.notices.models import Notice

pytestmark = pytest.mark.django_db
OVERDUE = "/en/ideas/initiatives/?show=overdue"


@pytest.fixture
def made() -> Ideas:
    return ideas()


def test_an_initiative_nobody_answers(made: Ideas, client: Client) -> None:
    # The resident asks the roads office for two things; forty residents are needed.
    one = opened(made, needed=40)
    people = residents(made, 40)
    endorse(one, people[:39], at=START + 2 * DAY)
    assert Case.objects.get(pk=one.pk).state == "collecting"

    # One takes it back, two more come: the fortieth obliges the office.
    initiatives_page = client.get("/en/ideas/initiatives/").content.decode()
    assert "39 of 40 endorsements" in initiatives_page
    unrate(by=people[0], at=START + 3 * DAY, idea=one.pk)
    endorse(one, [people[39], people[0]], at=START + 4 * DAY)
    case = Case.objects.get(pk=one.pk)
    reached = START + 4 * DAY
    assert (case.state, Idea.objects.get(pk=one.pk).supporters) == ("reached", 40)
    assert case.promised_at is not None and case.promised_at > reached + 59 * DAY
    officer = Notice.objects.filter(person=made.town.officer, kind="ideas.to-answer")
    assert officer.count() == 1

    # Sixty days pass. Nobody answers, and time does not end it.
    late = case.promised_at + 10 * DAY
    advance(at=late)
    sweep_overdue(at=late)
    case.refresh_from_db()
    assert (case.state, case.climbed) == ("reached", 3), "it stands on the public red list"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("veche.clock.now", lambda: late)
        shown = client.get(OVERDUE).content.decode()
        assert "Light by the river" in shown and "10 days late" in shown
        page = client.get(f"/en/ideas/{case.number}/").content.decode()
        assert "had to answer by" in page and "Not answered yet." in page

    # It answers at last: late, point by point, and the lateness stays to be read.
    answers = {
        1: ("will", "The lamps stand there by the first of May; the order was placed today."),
        2: ("partly", "The map of lamps says which are being repaired, not by when."),
    }
    at = late + HOUR
    case = initiatives.answer_initiative(by=made.town.officer, at=at, case=case, answers=answers)
    assert case.first_promised_at is not None
    assert case.state == "answered" and case.closed_at == at > case.first_promised_at
    told = Notice.objects.filter(kind="ideas.answered-points")
    assert told.values("person").distinct().count() == told.count() == 41  # and its author
    page = client.get(f"/en/ideas/{case.number}/").content.decode()
    assert "Will be done in part" in page and "the order was placed today" in page
