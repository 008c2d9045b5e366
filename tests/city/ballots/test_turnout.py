"""The course of the turnout: kept by the hour, never of a few, shown where the count is."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from django.db import connection
from django.test import Client

from tests.city.ballots.test_pages import running
from tests.city.ballots.test_pages_result import counted, rows
from tests.city.ballots.test_sequencer import log, placing, town, vote  # noqa: F401
from tests.city.ballots.votes import Voting, cast
from veche.city.ballots import sequencer_live
from veche.city.ballots.models import TurnoutHour, Vote
from veche.city.ballots.operations import course as steps
from veche.city.ballots.queries import turnout
from veche.city.ballots.queries.turnout import course_of, points_of
from veche.city.ballots.sequencer import Sequencer

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
NINE = dt.datetime(2026, 11, 16, 9, tzinfo=dt.UTC)


def ahead(hours: float) -> None:
    """Let the city's clock run so many hours before the machine's."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM journal_cityclock")
        cursor.execute(
            "INSERT INTO journal_cityclock (id, ahead) VALUES (1, make_interval(hours => %s))",
            [hours],
        )


def test_an_hour_of_a_few_is_told_with_the_next(
    town: Voting,  # noqa: F811
    vote: Vote,  # noqa: F811
    placing: Sequencer,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sequencer_live, "LEAST_PEOPLE", 3)
    voters = iter(town.voters)
    begun = dt.datetime.now(dt.UTC).replace(minute=0, second=0, microsecond=0)
    for hour, number in enumerate((2, 1, 4, 2, 0, 2)):
        ahead(hour)
        for _ in range(number):
            assert cast(vote, next(voters), {"lamps": ["a"]}) == "taken"
        placing.once()
        placing.live.changed(vote.pk)
        placing.live.tell(at_once=True)
    kept = list(TurnoutHour.objects.order_by("hour").values_list("hour", "number"))
    assert [number for _hour, number in kept] == [3, 7, 11]
    passed = [round((hour - begun) / HOUR) for hour, _number in kept]
    assert passed in ([1, 2, 5], [2, 3, 6]), "the second where the test ran over the hour"


def test_what_comes_after_the_close_belongs_to_its_last_hour(
    vote: Vote,  # noqa: F811
    placing: Sequencer,  # noqa: F811
) -> None:
    ahead(24 * 30)
    placing.live.changed(vote.pk)
    placing.live.tell(at_once=True)
    closes = Vote.objects.get(pk=vote.pk).closes_at
    assert closes - HOUR <= TurnoutHour.objects.get().hour < closes


def test_points_tell_of_enough_people() -> None:
    given = [(NINE, 12), (NINE + HOUR, 30), (NINE + 3 * HOUR, 34)]
    end = NINE + 3.5 * HOUR
    assert [(one.until, one.number, one.more) for one in points_of(given, end)] == [
        (NINE + HOUR, 12, 12),
        (end, 34, 22),
    ]
    fewer = [(NINE, 12), (NINE + HOUR, 30), (NINE + 3 * HOUR, 9)]
    assert points_of(fewer, end) == [], "annulled until nine are left"
    assert points_of([(NINE, 9)], end) == []


@pytest.mark.parametrize("mode", ["live", "after-own-vote", "turnout"])
def test_the_course_is_shown_where_the_count_is(
    town: Voting,  # noqa: F811
    mode: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reason = {} if mode == "live" else {"reason": {"en": "Nobody shall follow the crowd."}}
    found = running(town, live={"mode": mode, **reason})
    counted(found, rows(({"lamps": ["b"]}, "west", 7)))
    first = found.opens_at.replace(minute=0, second=0, microsecond=0)
    for n, number in enumerate((10, 25)):
        TurnoutHour.objects.create(vote=found, hour=first + 30 * n * HOUR, number=number)
    way = f"/en/votes/{found.case.number}"

    def seen() -> bool:
        page = Client().get(f"{way}/result/").content.decode()
        table = Client().get(f"{way}/turnout.csv")
        assert ("When they voted" in page) == (table.status_code == 200)
        if table.status_code == 200:
            told = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
            assert [(one["voted"], one["more"]) for one in told] == [("10", "10"), ("25", "15")]
        else:
            assert table.status_code == 404
        return "When they voted" in page

    assert seen() == (mode == "live")
    steps.close_in_time(by=None, at=found.closes_at, case=found.case)
    assert seen(), "after the close it is everybody's"
    monkeypatch.setattr(turnout, "LEAST_PEOPLE", 26)
    assert not seen(), "too few have voted"


def test_the_picture_goes_from_the_opening_to_the_close(town: Voting) -> None:  # noqa: F811
    found = running(town)
    Vote.objects.filter(pk=found.pk).update(closes_at=found.opens_at + dt.timedelta(days=10))
    found.refresh_from_db()
    for n, number in enumerate((10, 40)):
        TurnoutHour.objects.create(vote=found, hour=found.opens_at + 24 * n * HOUR, number=number)
    course = course_of(found, found.opens_at + dt.timedelta(days=5))
    assert course is not None
    assert course.line == "M0.0 100.0L4.2 80.0L104.2 20.0"
    assert [(one.at, one.number) for one in course.heights] == [("50.0", 25), ("0.0", 50)]
    assert [one.more for one in course.days] == [10, 30]
    assert len(course.ticks) <= turnout.MOST_TICKS
