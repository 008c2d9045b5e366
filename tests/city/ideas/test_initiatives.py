"""Initiatives: opened by anyone, endorsed by residents of the place, answered point by point."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from tests.cast import START
from tests.city.ideas.ideas import DAY, HOUR, Ideas, ideas
from veche.city.ideas import endorsing
from veche.city.ideas.models import Idea, Initiative, Point, Rating
from veche.city.ideas.operations import initiatives as operations
from veche.city.ideas.operations.ratings import rate, unrate
from veche.city.ideas.operations.reading import accept
from veche.city.ideas.operations.refusals import AlreadyWritten, SignInFirst
from veche.city.ideas.queries import initiatives as queries
from veche.core.cases.models import Case
from veche.core.cases.operations import NoRoleForMove, advance
from veche.core.notices.models import Notice
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person, Residence
from veche.core.places.models import Territory
from veche.errors import NotAllowed

pytestmark = pytest.mark.django_db
LATER = START + 5 * HOUR
POINTS = ("Light the path along the river.", "Say by when the lamps are repaired.")


def residents(made: Ideas, count: int, place: Territory | None = None) -> list[Person]:
    """So many people whose home there the city has confirmed."""
    people = made.people(count)
    Residence.objects.bulk_create(
        Residence(
            person=one,
            territory=place or made.town.city,
            how="letter",
            since=START - 30 * DAY,
            until=START + 700 * DAY,
        )
        for one in people
    )
    return people


def opened(made: Ideas, *, needed: int = 3, **more: Any) -> Initiative:
    """An initiative of the resident that everybody can read and so many must endorse."""
    values: dict[str, Any] = {
        "by": made.town.resident,
        "territory": made.town.city,
        "office": made.town.roads,
        "submission": uuid.uuid4(),
        "title": "Light by the river",
        "text": "After six in the evening nobody walks there, because it is dark.",
        "points": POINTS,
    }
    one = operations.write_initiative(at=START, **{**values, **more})
    accept(by=made.town.moderator, at=START + HOUR, case=one.idea.case)
    Initiative.objects.filter(pk=one.pk).update(needed=needed)
    return Initiative.objects.select_related("idea__case__territory", "office").get(pk=one.pk)


def state(one: Initiative) -> str:
    """Where it stands now."""
    return Case.objects.get(pk=one.pk).state


def endorse(one: Initiative, people: list[Person], at: dt.datetime = LATER) -> None:
    for person in people:
        rate(by=person, at=at, idea=one.pk, value=1)


def test_it_is_written_read_and_collects(made: Ideas) -> None:
    one = opened(made)
    assert state(one) == "collecting"
    assert [p.text for p in one.points.all()] == list(POINTS)
    assert Idea.objects.get(pk=one.pk).public
    case = Case.objects.get(pk=one.pk)
    assert case.organisation == made.town.roads
    assert case.due_at is not None and (case.due_at - START).days >= 180


def test_what_cannot_be_an_initiative(made: Ideas) -> None:
    with pytest.raises(SignInFirst):
        opened(made, by=None)
    with pytest.raises(operations.PointsMissing):
        opened(made, points=["  "])
    with pytest.raises(operations.PointsMissing):
        opened(made, points=["This is one point."] * (endorsing.MOST_POINTS + 1))
    key = uuid.uuid4()
    opened(made, submission=key)
    with pytest.raises(AlreadyWritten):
        opened(made, submission=key)
    assert Initiative.objects.count() == 1


def test_the_number_is_that_of_the_day_it_was_written(made: Ideas) -> None:
    appoint(
        by=None, at=START - DAY, person=made.town.moderator, role="administrator",
        territory=made.town.city,
    )  # fmt: skip
    operations.set_needed(by=made.town.moderator, at=START, kind="city", needed=7)
    values: dict[str, Any] = {
        "territory": made.town.city, "office": made.town.roads, "points": POINTS,
        "title": "Light by the river", "text": "Nobody walks there in the evening any more.",
    }  # fmt: skip
    one = operations.write_initiative(
        by=made.town.resident, at=LATER, submission=uuid.uuid4(), **values
    )
    operations.set_needed(by=made.town.moderator, at=LATER, kind="city", needed=9)
    assert Initiative.objects.get(pk=one.pk).needed == 7
    with pytest.raises(operations.NeededOutOfRange):
        operations.set_needed(by=made.town.moderator, at=LATER, kind="city", needed=1)
    with pytest.raises(NotAllowed):
        operations.set_needed(by=made.town.resident, at=LATER, kind="city", needed=50)


def test_only_residents_of_the_place_count_and_nobody_against(made: Ideas) -> None:
    one = opened(made)
    [stranger] = made.people(1)
    with pytest.raises(operations.NotEndorsedThere):
        rate(by=stranger, at=LATER, idea=one.pk, value=1)
    [home] = residents(made, 1)
    with pytest.raises(operations.OnlyEndorsed):
        rate(by=home, at=LATER, idea=one.pk, value=-1)
    endorse(one, [home, home])
    assert Idea.objects.get(pk=one.pk).supporters == 1
    unrate(by=home, at=LATER, idea=one.pk)
    assert Idea.objects.get(pk=one.pk).supporters == 0


def test_the_last_endorsement_obliges_the_office(made: Ideas) -> None:
    one = opened(made)
    people = residents(made, 3)
    endorse(one, people[:2])
    assert state(one) == "collecting"
    endorse(one, people[2:])
    case = Case.objects.get(pk=one.pk)
    assert case.state == "reached"
    assert case.promised_at is not None and (case.promised_at - LATER).days in (59, 60, 61)
    one.refresh_from_db()
    assert one.reached_at == LATER
    assert Notice.objects.filter(kind="ideas.reached", person=people[0]).count() == 1


def test_endorsements_counted_after_a_look_oblige_as_well(made: Ideas) -> None:
    one = opened(made)
    people = residents(made, 3)
    endorse(one, people[:2])
    Rating.objects.create(idea_id=one.pk, person=people[2], value=1, at=LATER, standing="held")
    assert operations.sweep(at=LATER) == 0
    Rating.objects.filter(person=people[2]).update(standing="counted")
    assert operations.sweep(at=LATER) == 1
    assert operations.sweep(at=LATER) == 0
    assert state(one) == "reached"


def test_too_few_in_time(made: Ideas) -> None:
    one = opened(made)
    endorse(one, residents(made, 1))
    advance(at=START + 200 * DAY)
    assert state(one) == "lapsed"


def test_the_office_answers_every_point(made: Ideas) -> None:
    one = opened(made)
    people = residents(made, 3)
    endorse(one, people)
    officer, case = made.town.officer, Case.objects.get(pk=one.pk)
    whole = {
        1: ("will", "The lamps stand there by the first of May."),
        2: ("wont", "We do not say it for each lamp: it would cost a person's work."),
    }
    with pytest.raises(operations.AnswersMissing):
        operations.answer_initiative(by=officer, at=LATER, case=case, answers={1: whole[1]})
    with pytest.raises(NoRoleForMove):
        operations.answer_initiative(by=made.town.resident, at=LATER, case=case, answers=whole)
    assert not Point.objects.exclude(outcome="").exists(), "half an answer was kept"
    operations.answer_initiative(by=officer, at=LATER, case=case, answers=whole)
    assert state(one) == "answered"
    assert list(one.points.values_list("outcome", flat=True)) == ["will", "wont"]
    assert Notice.objects.filter(kind="ideas.answered-points", person=people[1]).count() == 1


def test_what_is_overdue_stands_first(made: Ideas) -> None:
    one = opened(made)
    endorse(one, residents(made, 3))
    assert queries.overdue(START + 50 * DAY) == 0
    late = START + 90 * DAY
    assert queries.overdue(late) == 1
    [row] = [queries.line(found, late) for found in queries.rows(queries.Choice("overdue"), late)]
    assert (row.overdue > 20, row.share) == (True, 100)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_reach_it_once() -> None:
    made = ideas()
    one = opened(made, needed=4)
    people, faults = residents(made, 8), []

    def go(person: Person) -> None:
        try:
            rate(by=person, at=LATER, idea=one.pk, value=1)
        except Exception as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert state(one) == "reached"
    assert {type(fault).__name__ for fault in faults} <= {"NotRatedNow"}
    assert Idea.objects.get(pk=one.pk).supporters == 4


def test_enough_on_the_last_day_are_enough(made: Ideas) -> None:
    """Held ones that were counted a moment before the term ended oblige the office."""
    one = opened(made, needed=3)
    Rating.objects.bulk_create(
        Rating(idea=one.idea, person=person, value=1, at=LATER) for person in residents(made, 3)
    )
    operations.lapse(by=None, at=LATER + 200 * DAY, case=one.idea.case)
    assert state(one) == "reached"


# --- pages -------------------------------------------------------------------------------------


def test_pages_of_an_initiative(made: Ideas, client: Client) -> None:
    one = opened(made)
    number = one.idea.case.number
    for page in ("/en/ideas/initiatives/", f"/en/ideas/{number}/", f"/ru/ideas/{number}/"):
        answer = client.get(page)
        assert answer.status_code == 200
        assert "Light by the river" in answer.content.decode()
    table = b"".join(client.get("/en/ideas/initiatives/initiatives.csv")).decode()  # type: ignore[arg-type]
    assert number in table and ",0,3," in table
    assert number in client.get("/en/ideas/initiatives/feed.atom").content.decode()
    assert client.get("/en/ideas/initiatives/new/").status_code == 302
    [home] = residents(made, 1)
    client.force_login(home)
    assert client.post(f"/en/ideas/{number}/endorse/", {"value": "1"}).status_code == 302
    assert "You endorse it." in client.get(f"/en/ideas/{number}/").content.decode()
    client.post(f"/en/ideas/{number}/endorse/", {"value": "0"})
    assert Idea.objects.get(pk=one.pk).supporters == 0
    client.force_login(made.people(1)[0])
    assert client.post(f"/en/ideas/{number}/endorse/", {"value": "1"}).status_code == 403


def test_the_form_keeps_what_was_typed_and_sends_once(made: Ideas, client: Client) -> None:
    client.force_login(made.town.resident)
    page = "/en/ideas/initiatives/new/"
    key = str(uuid.uuid4())
    typed = {
        "submission": key, "office": made.town.roads.code, "place": made.town.city.code,
        "title": "Light by the river", "text": "Nobody walks there in the evening any more.",
        "point-1": POINTS[0], "point-2": "", "point-3": "", "count": "3",
    }  # fmt: skip
    answer = client.post(page, {**typed, "point-1": "", "do": "send"})
    assert answer.status_code == 422 and "Nobody walks there" in answer.content.decode()
    answer = client.post(page, {**typed, "do": "more"})
    assert 'name="point-4"' in answer.content.decode()
    assert "What will everybody" not in answer.content.decode()
    answer = client.post(page, {**typed, "do": "look"})
    assert "This is what everybody will see" in answer.content.decode()
    sent = client.post(page, {**typed, "do": "send"})
    again = client.post(page, {**typed, "do": "send"})
    assert (sent.status_code, again.status_code) == (302, 302)
    assert sent["Location"] == again["Location"]
    assert Initiative.objects.count() == 1


def test_the_answer_page(made: Ideas, client: Client) -> None:
    one = opened(made)
    endorse(one, residents(made, 3))
    page = f"/en/ideas/{one.idea.case.number}/answer/"
    client.force_login(made.town.resident)
    assert client.get(page).status_code == 403
    client.force_login(made.town.officer)
    assert client.get(page).status_code == 200
    half = {"outcome-1": "will", "text-1": "The lamps stand there by the first of May."}
    answer = client.post(page, half)
    assert answer.status_code == 422 and "first of May" in answer.content.decode()
    whole = {**half, "outcome-2": "partly", "text-2": "For the main path only, from June on."}
    assert client.post(page, whole).status_code == 302
    shown = client.get(f"/en/ideas/{one.idea.case.number}/").content.decode()
    assert "Will be done in part" in shown and "from June on" in shown
    assert client.post(page, whole).status_code == 409


def test_the_rule_page(made: Ideas, client: Client) -> None:
    page = "/en/ideas/initiatives/rule/"
    client.force_login(made.town.resident)
    assert client.get(page).status_code == 403
    appoint(
        by=None, at=START - DAY, person=made.town.moderator, role="administrator",
        territory=made.town.city,
    )  # fmt: skip
    client.force_login(made.town.moderator)
    assert client.get(page).status_code == 200
    given = {"city": "80", "district": "40", "neighbourhood": "2"}
    assert client.post(page, given).status_code == 422
    assert client.post(page, {**given, "neighbourhood": "20"}).status_code == 302
    assert operations.needed_in("neighbourhood") == 20
