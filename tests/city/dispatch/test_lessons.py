"""Lessons: open ones stand at the top of the next review, which is not held without their word."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from tests.cast import START
from tests.city.dispatch.conftest import Ground, minutes
from veche.city.dispatch.models import Lesson, LessonWord, Review
from veche.city.dispatch.operations.afteraction import (
    LessonUnspoken,
    NotAReviewer,
    ReviewHeld,
    hold_review,
    open_review,
)
from veche.city.dispatch.operations.lessons import (
    LessonDay,
    LessonOver,
    NotEarlier,
    NotItsOffice,
    SpokenOf,
    add_lesson,
    say_word,
    tell_lesson,
)
from veche.city.dispatch.queries.lessons import carried, overdue
from veche.core.notices.models import Notice

DAY = dt.timedelta(days=1)
SUMMARY = "The crew came in time; the pump came an hour later."
DUE = (START + 10 * DAY).date()


def reviewed(ground: Ground, at: dt.datetime, **more: object) -> Review:
    """An incident that is over, and its open review."""
    incident = ground.closed(at=at, **more)
    return open_review(by=ground.town.dispatcher, at=at + minutes(60), incident=incident)


def lesson(ground: Ground, review: Review, at: dt.datetime) -> Lesson:
    """The roads office must keep a pump."""
    return add_lesson(
        by=ground.town.dispatcher,
        at=at,
        review=review,
        organisation=ground.town.roads,
        text="Keep a second pump in the west.",
        due_on=DUE,
    )


def hold(ground: Ground, review: Review, at: dt.datetime) -> Review:
    """The review was held."""
    return hold_review(by=ground.town.dispatcher, at=at, review=review, summary=SUMMARY)


def first(ground: Ground) -> Lesson:
    """A lesson of a review that was held on the first day."""
    review = reviewed(ground, START)
    found = lesson(ground, review, START + DAY)
    hold(ground, review, START + DAY)
    return found


def test_a_review_is_not_held_over_a_lesson_without_a_word(ground: Ground) -> None:
    old = first(ground)
    review = reviewed(ground, START + 2 * DAY)
    assert list(carried(review)) == [old]
    with pytest.raises(LessonUnspoken):
        hold(ground, review, START + 3 * DAY)
    say_word(
        by=ground.town.watch, at=START + 3 * DAY, review=review, lesson=old, said="not_done",
        text="The pump was ordered.", due_on=(START + 30 * DAY).date(),
    )  # fmt: skip
    hold(ground, review, START + 3 * DAY)
    old.refresh_from_db()
    assert (old.state, old.first_due_on, old.due_on) == ("open", DUE, (START + 30 * DAY).date())
    third = reviewed(ground, START + 4 * DAY)
    assert list(carried(third)) == [old]
    say_word(
        by=ground.town.watch, at=START + 5 * DAY, review=third, lesson=old, said="done",
        text="It stands in the depot of the west.",
    )  # fmt: skip
    with pytest.raises(SpokenOf):
        say_word(
            by=ground.town.watch, at=START + 5 * DAY, review=third, lesson=old, said="dropped",
            text="No longer needed.",
        )  # fmt: skip
    hold(ground, third, START + 5 * DAY)
    assert list(carried(reviewed(ground, START + 6 * DAY))) == []


def test_a_lesson_of_this_review_or_an_open_one_is_not_spoken_of(ground: Ground) -> None:
    review, other = reviewed(ground, START), reviewed(ground, START + minutes(90))
    mine = lesson(ground, review, START + DAY)
    for one in (review, other):
        with pytest.raises(NotEarlier):
            say_word(by=ground.town.watch, at=START + DAY, review=one, lesson=mine, said="done",
                     text="It stands there.")  # fmt: skip


def test_days_and_roles_are_looked_at(ground: Ground) -> None:
    review = reviewed(ground, START)
    with pytest.raises(NotAReviewer):
        add_lesson(by=ground.town.officer, at=START + DAY, review=review, due_on=DUE,
                   organisation=ground.town.roads, text="Keep a pump.")  # fmt: skip
    with pytest.raises(LessonDay):
        add_lesson(by=ground.town.watch, at=START + DAY, review=review, due_on=START.date(),
                   organisation=ground.town.roads, text="Keep a pump.")  # fmt: skip
    hold(ground, review, START + DAY)
    with pytest.raises(ReviewHeld):
        lesson(ground, review, START + DAY)


def test_the_office_is_told_and_says_what_it_did(ground: Ground) -> None:
    old = first(ground)
    assert Notice.objects.filter(kind="dispatch.lesson").exists()
    with pytest.raises(NotItsOffice):
        tell_lesson(by=ground.town.light_officer, at=START + 2 * DAY, lesson=old, text="Done it.")
    tell_lesson(by=ground.town.officer, at=START + 2 * DAY, lesson=old, text="The pump is here.")
    old.refresh_from_db()
    assert (old.state, old.told) == ("open", "The pump is here.")
    assert list(overdue(ground.town.roads.pk, DUE)) == []
    assert list(overdue(ground.town.roads.pk, DUE + DAY)) == [old]
    review = reviewed(ground, START + 2 * DAY)
    say_word(by=ground.town.watch, at=START + 3 * DAY, review=review, lesson=old, said="dropped",
             text="The street gets a drain.")  # fmt: skip
    with pytest.raises(LessonOver):
        tell_lesson(by=ground.town.officer, at=START + 4 * DAY, lesson=old, text="It is here.")


def test_the_database_keeps_what_was_said(ground: Ground) -> None:
    old = first(ground)
    review = reviewed(ground, START + 2 * DAY)
    word = say_word(by=ground.town.watch, at=START + 3 * DAY, review=review, lesson=old,
                    said="done", text="It stands there.")  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        LessonWord.objects.filter(pk=word.pk).update(text="Other words")
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.filter(held_at__isnull=False).update(summary="Other words")


def test_a_review_is_held_on_its_page(ground: Ground, client: Client) -> None:
    old = first(ground)
    incident = ground.closed(at=START + minutes(200))
    base = f"/en/dispatch/incidents/{incident.case.number}/after-action/"
    client.force_login(ground.town.officer)
    assert client.post(f"{base}begin/").status_code == 403
    client.force_login(ground.town.dispatcher)
    assert client.post(f"{base}begin/").status_code == 302
    page = client.get(f"{base}review/")
    assert old.text in page.content.decode()
    held = client.post(f"{base}review/", {"do": "hold", "summary": SUMMARY})
    assert held.status_code == 422
    wrong = {"do": "word", "lesson": old.pk, f"w{old.pk}-said": "not_done",
             f"w{old.pk}-text": "The pump was ordered."}  # fmt: skip
    assert client.post(f"{base}review/", wrong).status_code == 422
    word = wrong | {f"w{old.pk}-said": "done"}
    assert client.post(f"{base}review/", word).status_code == 302
    told = {"do": "lesson", "office": "lights", "text": "Light the underpass.",
            "due_on": "2027-01-10"}  # fmt: skip
    assert client.post(f"{base}review/", told).status_code == 302
    assert client.post(f"{base}review/", {"do": "hold", "summary": SUMMARY}).status_code == 302
    client.logout()
    assert "Light the underpass." in client.get(base).content.decode()
    shown = client.get("/en/dispatch/lessons/?office=lights").content.decode()
    assert "Light the underpass." in shown and old.text not in shown
    assert client.get("/en/dispatch/lessons/lessons.csv").status_code == 200
    client.force_login(ground.town.light_officer)
    new = Lesson.objects.get(text="Light the underpass.")
    tell = f"/en/dispatch/lessons/{new.pk}/tell/"
    assert client.get(tell).status_code == 200
    assert client.post(tell, {"text": "The lamps are ordered."}).status_code == 302
    assert client.get(f"/en/dispatch/lessons/{old.pk}/tell/").status_code == 403


def test_a_lesson_of_a_drill_is_for_the_house_and_goes_on(ground: Ground, client: Client) -> None:
    review = reviewed(ground, START, drill=True)
    mine = lesson(ground, review, START + DAY)
    hold(ground, review, START + DAY)
    assert list(overdue(ground.town.roads.pk, DUE + DAY)) == []
    assert list(carried(reviewed(ground, START + 2 * DAY))) == [mine]
    assert mine.text not in client.get("/en/dispatch/lessons/").content.decode()
    client.force_login(ground.town.watch)
    assert mine.text in client.get("/en/dispatch/lessons/").content.decode()


def test_nonsense_is_answered_with_a_refusal(ground: Ground, client: Client) -> None:
    review = reviewed(ground, START)
    client.force_login(ground.town.watch)
    page = f"/en/dispatch/incidents/{review.incident.case.number}/after-action/review/"
    for lesson_ in ("x", "²", "9" * 40, "", "-1"):
        assert client.post(page, {"do": "word", "lesson": lesson_}).status_code == 404
    assert client.post(page, {"do": "nonsense"}).status_code == 422
    for query in ("office=%00&state=x", f"office={'a' * 900}", "state=open%00"):
        assert client.get(f"/en/dispatch/lessons/?{query}").status_code == 200
        assert client.get(f"/en/dispatch/lessons/lessons.csv?{query}").status_code == 200
