"""The course of an incident by itself: what was late and whose, where the time went, the pages."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.test import Client

from tests.cast import START
from tests.city.dispatch.conftest import Ground, minutes
from veche.city.dispatch.models import Incident
from veche.city.dispatch.operations import incidents, modes
from veche.city.dispatch.operations.afteraction import (
    NotAReviewer,
    NotOver,
    ReviewHeld,
    ReviewThere,
    hold_review,
    open_review,
)
from veche.city.dispatch.queries.timeline import as_json, story
from veche.city.dispatch.templatetags.courses import took

LATER = START + dt.timedelta(days=2)
SUMMARY = "The crew came in time; the pump came an hour later."


def gone(ground: Ground) -> Incident:
    """A flood a sensor saw, accepted late, with a helper; begun after 40 minutes, over at 120."""
    town = ground.town
    one = ground.dispatched(source="alarm", source_key="a:7", sensed_at=START - minutes(6), by=None)
    task = ground.helped(one, at=START + minutes(5))
    incidents.accept_help(by=town.light_officer, at=START + minutes(9), task=task)
    one = incidents.accept(by=town.officer, at=START + minutes(32), incident=one)
    one = incidents.begin(by=town.officer, at=START + minutes(40), incident=one)
    incidents.begin_help(by=town.light_officer, at=START + minutes(50), task=task)
    incidents.finish_help(by=town.light_officer, at=START + minutes(60), task=task)
    one = incidents.say_done(
        by=town.officer, at=START + minutes(100), incident=one, text="Pumped dry."
    )
    incidents.note(by=town.officer, at=START + minutes(101), incident=one, text="Key at the desk.")
    return incidents.close(by=town.dispatcher, at=START + minutes(120), incident=one)


def test_the_course_is_told_by_what_was_written(ground: Ground) -> None:
    found = story(gone(ground), LATER)
    after = {
        m.code: int(m.after.total_seconds() // 60) for m in found.milestones if m.after is not None
    }
    assert after == {
        "sensed": 0, "alarm": 6, "reported": 6, "seen": 7, "verified": 7, "dispatched": 8,
        "accepted": 38, "acted": 46, "done": 106, "checked": 126, "ended": 126,
    }  # fmt: skip
    assert found.whole == minutes(126)
    assert found.touched == minutes(60)
    assert found.lanes[0].number == found.incident.case.number
    assert len(found.lanes) == 2


def test_what_was_late_is_told_against_its_own_term_and_whose(ground: Ground) -> None:
    one = gone(ground)
    late = story(one, LATER).late
    assert [(t.state, t.whose, t.late_by) for t in late] == [
        ("dispatched", "Roads office", minutes(15))
    ]
    roads = next(row for row in story(one, LATER).spent if row.whose == "Roads office")
    assert (roads.waiting, roads.touching) == (minutes(38), minutes(60))
    assert (roads.steps_late, roads.late) == (1, minutes(15))
    dispatch = next(row for row in story(one, LATER).spent if row.whose == "")
    assert dispatch.waiting == minutes(22)


def test_it_is_told_as_it_stood_at_a_moment(ground: Ground) -> None:
    one = gone(ground)
    early = story(one, START + minutes(35))
    assert early.ends == START + minutes(35)
    assert {m.code for m in early.milestones if m.at} == {
        "sensed", "alarm", "reported", "seen", "verified", "dispatched", "accepted",
    }  # fmt: skip


def test_the_inner_log_stays_inside(ground: Ground) -> None:
    one = gone(ground)
    assert "Key at the desk." not in json.dumps(as_json(story(one, LATER)))
    assert "Key at the desk." in json.dumps(as_json(story(one, LATER, inside=True)))


def test_a_review_is_opened_once_when_it_is_over_and_held_once(ground: Ground) -> None:
    town, one = ground.town, gone(ground)
    with pytest.raises(NotOver):
        open_review(by=town.watch, at=LATER, incident=ground.report(at=START + minutes(9)))
    with pytest.raises(NotAReviewer):
        open_review(by=town.officer, at=LATER, incident=one)
    review = open_review(by=town.dispatcher, at=LATER, incident=one)
    with pytest.raises(ReviewThere):
        open_review(by=town.watch, at=LATER, incident=one)
    hold_review(by=town.dispatcher, at=LATER + minutes(60), review=review, summary=SUMMARY)
    with pytest.raises(ReviewHeld):
        hold_review(by=town.dispatcher, at=LATER + minutes(61), review=review, summary=SUMMARY)


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
def test_everybody_reads_the_course_of_a_public_incident(
    ground: Ground, client: Client, language: str
) -> None:
    one = gone(ground)
    base = f"/{language}/dispatch/incidents/{one.case.number}/after-action/"
    page = client.get(base)
    assert page.status_code == 200
    assert 'class="how-touching"' in page.content.decode()
    assert "Key at the desk." not in page.content.decode()
    assert client.get(f"{base}after-action.csv").content.decode().count("\n") > 8
    told = client.get(f"{base}after-action.json").json()
    assert (told["seconds"], len(told["late"])) == (126 * 60, 1)


def test_a_kind_that_is_not_public_has_no_page(ground: Ground, client: Client) -> None:
    one = ground.closed(kind=ground.secret, lead=ground.town.roads)
    base = f"/en/dispatch/incidents/{one.case.number}/after-action/"
    for path in ("", "after-action.csv", "after-action.json"):
        assert client.get(base + path).status_code == 404
    client.force_login(ground.town.dispatcher)
    assert client.get(base).status_code == 200


def test_times_are_told_to_the_minute() -> None:
    assert took(minutes(110)) == "1 hour 50 minutes"
    assert took(dt.timedelta(seconds=30)) == "under a minute"
    assert took(dt.timedelta(days=2, hours=3, minutes=5)) == "2 days 3 hours"
    assert took(None) == "–"


def test_tiers_modes_and_hand_overs_stand_in_the_course(ground: Ground) -> None:
    town = ground.town
    one = ground.verified()
    incidents.raise_tier(
        by=town.dispatcher, at=START + minutes(4), incident=one, text="Two streets now."
    )
    modes.enter_mode(
        by=town.watch, at=START + minutes(6), territory=town.city, level=2,
        reason="Rain until the evening.", until=START + minutes(300),
    )  # fmt: skip
    told = [(m.kind, m.text) for m in story(one, LATER).moments]
    assert ("climbed", "2 → 3 Two streets now.") in told
    assert [text for kind, text in told if kind == "mode"] == ["1 → 2 Rain until the evening."]
    assert [m.at for m in story(one, LATER).moments] == sorted(
        m.at for m in story(one, LATER).moments
    )
