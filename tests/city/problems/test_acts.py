"""The pages of the acts around a problem: whose it is, later dates, objections, opening again."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from tests.cast import SmallTown, small_town
from veche import clock
from veche.city.problems import operations as problems
from veche.core.cases import operations as cases
from veche.core.cases.models import Case
from veche.core.moderation.operations import hide_matter
from veche.core.people.models import Person

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def town() -> SmallTown:
    return small_town()


def as_(person: Person | None) -> Client:
    client = Client()
    if person is not None:
        client.force_login(person)
    return client


def in_work(town: SmallTown, at: dt.datetime) -> Case:
    return problems.accept(
        by=town.moderator, at=at + dt.timedelta(minutes=5), case=town.report(at=at).case
    )


def url(case: Case, act: str = "") -> str:
    return f"/en/problems/{case.number}/" + (f"do/{act}/" if act else "")


def test_an_office_returns_and_a_dispatcher_decides(town: SmallTown) -> None:
    case = in_work(town, clock.now() - DAY)
    officer, dispatcher = as_(town.officer), as_(town.dispatcher)
    assert b"It is not ours" in officer.get(url(case)).content
    assert b"It is not ours" not in as_(town.light_officer).get(url(case)).content
    assert officer.get(url(case, "hand-back")).status_code == 200
    data = {
        "seen": "3",
        "reason": "other-office",
        "proposed": "lights",
        "text": "Lamps, not roads.",
    }
    assert officer.post(url(case, "hand-back"), {**data, "text": ""}).status_code == 422
    assert officer.post(url(case, "hand-back"), data).status_code == 302
    page = as_(None).get(url(case)).content.decode()
    assert "Whose they say it is" in page and "A dispatcher decides by" in page
    assert "Lighting office" in dispatcher.get(url(case, "reassign")).content.decode()
    sent = dispatcher.post(
        url(case, "reassign"), {"seen": "4", "organisation": "lights", "text": "They are right."}
    )
    assert sent.status_code == 302
    page = as_(None).get(url(case)).content.decode()
    assert "by a dispatcher: Lighting office" in page and "whoever had sent it there" in page


def test_a_form_of_the_staff_shows_nobody_else_what_is_hidden(town: SmallTown) -> None:
    case = in_work(town, clock.now() - DAY)
    for act in ("hand-back", "settle", "later", "uphold"):
        assert as_(None).post(url(case, act), {}).status_code in (403, 409), act
        assert as_(town.neighbour).post(url(case, act), {}).status_code in (403, 409), act
    hide_matter(by=town.moderator, at=clock.now(), case=case, reason="law")
    for person in (None, town.neighbour, town.light_officer):
        answer = as_(person).post(url(case, "hand-back"), {"text": ""})
        assert answer.status_code == 403 and b"deep hole" not in answer.content
    assert b"deep hole" in as_(town.officer).post(url(case, "hand-back"), {"text": ""}).content


def test_two_at_once_keep_their_words(town: SmallTown) -> None:
    case = in_work(town, clock.now() - DAY)
    problems.answer(by=town.officer, at=clock.now(), case=case, text="It was filled today.")
    data = {"seen": "3", "reason": "other-office", "text": "Not of our office at all."}
    answer = as_(town.officer).post(url(case, "hand-back"), data)
    assert answer.status_code == 409
    assert b"Not of our office at all." in answer.content


def test_a_later_date_is_signed_by_the_head(town: SmallTown) -> None:
    at = clock.now() - DAY
    case = in_work(town, at)
    assert case.promised_at is not None
    day = (case.promised_at + 7 * DAY).date()
    while day.weekday() > 4:
        day += DAY
    officer, head = as_(town.officer), as_(town.head)
    data = {"seen": "3", "reason": "weather", "until": day.isoformat(), "text": "It freezes hard."}
    assert officer.post(url(case, "later"), data).status_code == 302
    assert b"Sign the later date" in head.get(url(case)).content
    assert b"It freezes hard." not in as_(None).get(url(case)).content  # nothing is signed yet
    assert b"It freezes hard." in head.get(url(case, "sign-later")).content
    assert head.post(url(case, "sign-later"), {"seen": "3"}).status_code == 302
    page = as_(None).get(url(case)).content.decode()
    assert "It freezes hard." in page and "prolonged to" in page and "Promised first" in page


def test_a_refusal_is_objected_to_and_overturned(town: SmallTown) -> None:
    at = clock.now() - 3 * DAY
    case = in_work(town, at)
    case = problems.refuse(
        by=town.officer, at=at + HOUR, case=case, reason="no-fault-found", text="All is well there."
    )
    author, head = as_(town.resident), as_(town.head)
    assert b"Object to the refusal" in author.get(url(case)).content
    assert b"Object to the refusal" not in as_(town.neighbour).get(url(case)).content
    words = {"text": "The hole is as deep as before."}
    assert author.post(url(case, "object"), {"seen": "4", **words}).status_code == 302
    assert head.get(url(case, "overturn")).status_code == 200
    sent = head.post(url(case, "overturn"), {"seen": "5", "text": "The author is right, we look."})
    assert sent.status_code == 302
    case.refresh_from_db()
    assert case.state == "returned"


def test_the_head_who_says_nothing_loses(town: SmallTown) -> None:
    at = clock.now() - 30 * DAY
    case = in_work(town, at)
    case = problems.refuse(
        by=town.officer, at=at + HOUR, case=case, reason="no-money", text="There is no money now."
    )
    case = problems.object_to_refusal(
        by=town.resident, at=at + DAY, case=case, text="The budget has a line for it."
    )
    cases.advance(at=at + 12 * DAY)
    case.refresh_from_db()
    assert case.state == "returned"


def test_a_closed_problem_is_opened_again_within_a_month(town: SmallTown) -> None:
    at = clock.now() - 40 * DAY
    case = in_work(town, at)
    case = problems.answer(by=town.officer, at=at + DAY, case=case, text="The hole was filled.")
    case = problems.confirm(by=town.resident, at=at + 2 * DAY, case=case)
    assert b"open it again" not in as_(town.resident).get(url(case)).content
    assert as_(town.resident).get(url(case, "reopen")).status_code == 409
    with pytest.raises(problems.TooLate):
        problems.reopen(by=town.resident, at=clock.now(), case=case, text="It broke open again.")
    fresh = in_work(town, clock.now() - 3 * DAY)
    fresh = problems.answer(
        by=town.officer, at=clock.now() - 2 * DAY, case=fresh, text="The hole was filled."
    )
    fresh = problems.confirm(by=town.resident, at=clock.now() - DAY, case=fresh)
    client = as_(town.resident)
    assert b"open it again" in client.get(url(fresh)).content
    sent = client.post(url(fresh, "reopen"), {"seen": "5", "text": "It broke open again."})
    assert sent.status_code == 302
    fresh.refresh_from_db()
    assert (fresh.state, fresh.organisation) == ("returned", town.roads)


def test_a_question_stops_the_term_until_the_reply(town: SmallTown) -> None:
    at = clock.now() - 3 * DAY
    case = in_work(town, at)
    officer, author = as_(town.officer), as_(town.resident)
    sent = officer.post(url(case, "query"), {"seen": "3", "text": "Which of the two lanes?"})
    assert sent.status_code == 302
    case.refresh_from_db()
    assert case.paused_at is not None
    assert b"Reply" in author.get(url(case)).content
    assert author.post(url(case, "reply"), {"seen": "4", "text": "The left."}).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.paused_at) == ("work", None)


@pytest.mark.parametrize("act", ["later", "settle", "sign-later", "uphold", "nothing-like-it"])
def test_others_are_refused(town: SmallTown, act: str) -> None:
    case = in_work(town, clock.now() - DAY)
    assert as_(town.neighbour).get(url(case, act)).status_code in (403, 404, 409)
    assert as_(None).post(url(case, act), {"text": "Something long enough."}).status_code >= 400
    case.refresh_from_db()
    assert case.state == "work"


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
def test_pages_in_three_languages(town: SmallTown, language: str) -> None:
    case = in_work(town, clock.now() - DAY)
    client = as_(town.officer)
    for act in ("hand-back", "dispute", "later", "query"):
        page = client.get(f"/{language}/problems/{case.number}/do/{act}/")
        assert page.status_code == 200
        assert case.number in page.content.decode()
