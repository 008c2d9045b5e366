"""Silence is said once, and once more when it is over."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.db import connection

from tests.cast import START, SmallTown
from tests.city.pulse.test_sources import connect
from tests.city.pulse.world import make_source
from veche.city.pulse import tasks_sources
from veche.city.pulse.models import Alarm, Source, SourceTurn
from veche.city.pulse.operations import freshness, polling
from veche.core.journal.models import Record

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


def state(source: Source) -> str:
    """The state as it is kept now."""
    return str(Source.objects.values_list("state", flat=True).get(pk=source.pk))


def seen(source: Source, at: dt.datetime) -> None:
    """Something came at this moment."""
    Source.objects.filter(pk=source.pk).update(seen_at=at)


def test_new_fresh_stale_fresh(town: SmallTown) -> None:
    """Each turn once, at its own limit of silence."""
    made = connect(town, cadence=60, fresh_for=600)
    slow = connect(town, "cap", cadence=3600, fresh_for=7200)
    assert freshness.sweep(at=START + 99 * MINUTE) == 0
    assert state(made) == "new"
    seen(made, START)
    seen(slow, START)
    assert freshness.sweep(at=START + MINUTE) == 2
    assert freshness.sweep(at=START + 10 * MINUTE) == 0
    assert freshness.sweep(at=START + 10 * MINUTE + dt.timedelta(seconds=1)) == 1
    assert (state(made), state(slow)) == ("stale", "fresh")
    for later in range(11, 60, 7):
        assert freshness.sweep(at=START + later * MINUTE) == 0
    seen(made, START + 60 * MINUTE)
    assert freshness.sweep(at=START + 61 * MINUTE) == 1
    states = list(
        SourceTurn.objects.filter(source=made).order_by("pk").values_list("state", flat=True)
    )
    assert states == ["new", "fresh", "stale", "fresh"]
    assert Record.objects.filter(kind="pulse.source-turned").count() == 4


def test_off_stays_off(town: SmallTown) -> None:
    """What a person switched off is turned by no timer."""
    made = connect(town)
    Source.objects.filter(pk=made.pk).update(state="off", seen_at=START)
    assert freshness.sweep(at=START) == 0
    assert not freshness.is_fresh(Source.objects.get(pk=made.pk), START)


def test_a_frozen_table_is_stale_though_it_answers(town: SmallTown) -> None:
    """An address that answers the same old rows is silent; a feed of events without news is not."""
    table, feed = connect(town), connect(town, "cap")
    for at in (START, START + 40 * MINUTE):
        freshness_at = at
        polling.poll(table.pk, START)  # the table does not move on
        polling.poll(feed.pk, at)
        freshness.sweep(at=freshness_at)
    assert state(feed) == "fresh"
    assert Source.objects.get(pk=table.pk).problem == ""
    # Polled again and again it told nothing new since its first answer.
    assert freshness.sweep(at=START + 41 * MINUTE) == 0
    assert state(table) == "stale"


def test_one_letter_an_office_for_all_that_fell_silent(town: SmallTown) -> None:
    """A hub that fails takes many with it: one letter, in the reader's language."""
    for name in ("http_poll", "cap", "sql"):
        seen(connect(town, name), START)
    freshness.sweep(at=START)
    freshness.sweep(at=START + 300 * MINUTE)
    stale = list(SourceTurn.objects.filter(state="stale").values_list("pk", flat=True))
    tasks_sources.tell_owners(turns=stale)
    to = sorted(one.to[0] for one in mail.outbox)
    assert to == ["head@example.org", "officer@example.org"]
    assert len(mail.outbox[0].body.splitlines()) == 3


def test_the_page_is_true_between_two_ticks(town: SmallTown) -> None:
    """Whatever the timer has said so far: silent is silent."""
    made = connect(town, fresh_for=600)
    seen(made, START)
    freshness.sweep(at=START)
    kept = Source.objects.get(pk=made.pk)
    assert kept.state == "fresh"
    assert freshness.is_fresh(kept, START + 10 * MINUTE)
    assert not freshness.is_fresh(kept, START + 11 * MINUTE)


def test_one_alarm_for_one_silence(town: SmallTown) -> None:
    """Raised with the turn, returned with the recovery; falling silent again is the same alarm."""
    made = connect(town, fresh_for=600, cadence=60)
    seen(made, START)
    freshness.sweep(at=START)
    assert not Alarm.objects.exists()
    freshness.sweep(at=START + 11 * MINUTE)
    alarm = Alarm.objects.get()
    assert (alarm.rule, alarm.active, alarm.count) == ("source-silent:roads-http_poll", True, 1)
    assert alarm.text["zh"]
    seen(made, START + 20 * MINUTE)
    freshness.sweep(at=START + 21 * MINUTE)
    alarm.refresh_from_db()
    assert not alarm.active
    assert alarm.closed_at is None  # nobody acknowledged it: it stays to be seen
    freshness.sweep(at=START + 40 * MINUTE)
    alarm.refresh_from_db()
    assert (alarm.active, alarm.count) == (True, 2)
    assert Alarm.objects.count() == 1


def test_a_source_that_waits_to_be_asked_is_not_asked_again(town: SmallTown) -> None:
    """One slower than its cadence, or a worker that is away: one job waits for it."""
    slow, quick = (make_source(connector="http_poll", cadence=60) for _n in range(2))
    assert polling.sweep(at=START) == 2
    later = START + dt.timedelta(minutes=10)
    assert polling.sweep(at=later) == 0
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'succeeded' WHERE args ->> 'source' = %s",
            [str(quick.pk)],
        )
    assert list(polling.due(later)) == [quick]
    assert polling.sweep(at=later) == 1
    assert sorted(polling.waiting()) == sorted([slow.pk, quick.pk])
