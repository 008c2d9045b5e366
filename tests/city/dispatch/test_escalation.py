"""What waits climbs: in time, once, to whom it concerns, whoever is killed in between."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.db import connection, transaction

from tests.cast import START
from tests.city.dispatch.conftest import Ground, minutes
from veche.city.dispatch.models import EscalationClimb, EscalationStep, Incident, IncidentEntry
from veche.city.dispatch.operations import escalation, incidents
from veche.core.journal.models import Record
from veche.core.notices.models import Notice

EARLY = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def told(person: Any) -> list[str]:
    """The kinds of notices of a person, in order."""
    return [
        kind
        for kind in Notice.objects.filter(person=person)
        .order_by("id")
        .values_list("kind", flat=True)
        if kind.startswith("dispatch.")
    ]


def ladder(*rows: dict[str, Any], state: str = "reported", **more: Any) -> list[EscalationStep]:
    """Only these steps for a state."""
    EscalationStep.objects.filter(state=state).update(until=EARLY)
    usual: dict[str, Any] = {"procedure": "incident", "state": state, "since": EARLY, **more}
    return [
        EscalationStep.objects.create(place=place, **{**usual, **row})
        for place, row in enumerate(rows, 1)
    ]


def test_at_each_share_of_the_term_those_are_told_whom_it_concerns(ground: Ground) -> None:
    incident = ground.report()  # ten minutes to verify it
    town = ground.town
    assert escalation.sweep(at=START + minutes(4)) == 0
    assert escalation.sweep(at=START + minutes(5)) == 1
    assert told(town.dispatcher) == ["dispatch.waits"], "nobody is on duty: the district is told"
    assert told(town.watch) == [], "the city is not told of the district's own"
    assert escalation.sweep(at=START + minutes(8)) == 1
    assert told(town.dispatcher) == ["dispatch.waits"] * 2
    assert escalation.sweep(at=START + minutes(10)) == 1
    incident.refresh_from_db()
    assert (incident.tier, incident.claimed_at) == (3, None)
    assert told(town.watch) == ["dispatch.raised"]
    entry = IncidentEntry.objects.get(incident=incident, kind="climbed")
    assert entry.details == {"from": 2, "to": 3, "cause": "late"}
    subject = f"incident:{incident.case.number}"
    assert Record.objects.filter(subject=subject, kind="incident.entry").exists()


def test_a_lower_tier_leads_until_the_higher_takes_it_up(ground: Ground) -> None:
    incident = ground.report()
    escalation.sweep(at=START + minutes(10))
    verified = incidents.verify(
        by=ground.town.dispatcher, at=START + minutes(11), incident=incident
    )
    assert verified.case.state == "verified"
    assert verified.tier == 3


def test_what_was_done_after_a_stop_is_made_up_for_once(ground: Ground) -> None:
    ground.report()
    late = START + minutes(60)  # the worker stood still for an hour
    assert escalation.sweep(at=late) == 7
    assert escalation.sweep(at=late) == 0
    assert EscalationClimb.objects.count() == 7
    assert told(ground.town.watch).count("dispatch.raised") == 1


def test_at_the_top_the_control_department_is_told(ground: Ground) -> None:
    ladder({"percent": 100, "act": "tier_up"})
    ground.flood.tier = 3
    ground.flood.save()
    incident = ground.report()
    escalation.sweep(at=START + minutes(10))
    incident.refresh_from_db()
    assert incident.tier == 3
    assert told(ground.town.controller) == ["dispatch.overdue"]


def test_minutes_persons_and_repeats(ground: Ground) -> None:
    ladder(
        {"minutes": 3, "act": "person", "person": ground.town.mayor},
        {"minutes": 4, "act": "wait"},
        {"minutes": 5, "act": "repeat", "times": 2, "every": 10},
    )
    ground.report()
    for minute, taken, notices in (
        (3, 1, 1),
        (4, 1, 1),
        (5, 1, 2),
        (14, 0, 2),
        (15, 1, 3),
        (99, 0, 3),
    ):
        assert escalation.sweep(at=START + minutes(minute)) == taken, minute
        assert len(told(ground.town.mayor)) == notices, minute


def test_a_tier_of_its_own_ladder_does_not_make_up_for_what_was_before(ground: Ground) -> None:
    ladder({"percent": 100, "act": "tier_up"}, tier=None)
    for place, percent in enumerate((50, 200), 1):
        EscalationStep.objects.create(
            procedure="incident", state="reported", tier=3, place=place, percent=percent,
            act="role", role="mayor", since=EARLY,
        )  # fmt: skip
    ground.report()
    assert escalation.sweep(at=START + minutes(10)) == 1
    assert escalation.sweep(at=START + minutes(11)) == 0, "half the term was the district's"
    assert told(ground.town.mayor) == []
    assert escalation.sweep(at=START + minutes(20)) == 1
    assert told(ground.town.mayor) == ["dispatch.overdue"]


def test_a_step_that_was_set_later_counts_from_then_on(ground: Ground) -> None:
    ground.report()
    ladder({"percent": 50, "act": "role", "role": "mayor"}, since=START + minutes(6))
    assert escalation.sweep(at=START + minutes(9)) == 0


def test_the_office_that_was_asked_to_help_is_told(ground: Ground) -> None:
    incident = ground.in_work()
    ground.helped(incident, at=START + minutes(5))
    at = START + minutes(5 + 15)
    assert escalation.sweep(at=at) == 3
    assert told(ground.town.light_officer) == [], "80 % is told to the head, whom it has not"
    assert told(ground.town.dispatcher) == ["dispatch.overdue"]
    assert (
        Notice.objects.filter(kind__startswith="dispatch.")
        .values_list("case", flat=True)
        .distinct()
        .get()
        == incident.pk
    )


def test_a_drill_says_that_it_is_one(ground: Ground) -> None:
    ground.report(drill=True)
    escalation.sweep(at=START + minutes(10))
    assert set(told(ground.town.watch)) == {"dispatch.raised-drill"}


def test_whoever_has_acted_is_not_told(ground: Ground) -> None:
    ground.verified()
    assert escalation.sweep(at=START + minutes(5)) == 0


def test_whoever_acts_between_the_look_and_the_lock_is_not_told(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident = ground.report()
    incidents.verify(by=ground.town.dispatcher, at=START + minutes(4), incident=incident)
    # As a sweep sees it that looked before and got the lock after.
    late = escalation._CLIMB.replace("AND k.stopped_at IS NULL", "AND k.state = 'reported'")
    assert late != escalation._CLIMB
    monkeypatch.setattr(escalation, "_CLIMB", late)
    assert escalation.climb(by=None, at=START + minutes(10)) == 0
    assert EscalationClimb.objects.count() == 0
    incident.refresh_from_db()
    assert incident.tier == 2
    assert told(ground.town.watch) == []


def test_reopened_is_looked_after_again(ground: Ground) -> None:
    incident = ground.closed()
    incidents.reopen(
        by=ground.town.dispatcher, at=START + minutes(30), incident=incident, text="Water again."
    )
    assert escalation.sweep(at=START + minutes(35)) == 1


def test_nothing_to_do_is_one_query(ground: Ground, django_assert_num_queries: Any) -> None:
    ground.report()
    before = Record.objects.count()
    with django_assert_num_queries(1):
        assert escalation.sweep(at=START + minutes(1)) == 0
    assert Record.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_who_is_acting_now_is_left_for_the_next_minute(ground: Ground) -> None:
    from threading import Event, Thread

    incident = ground.report()
    held, go = Event(), Event()

    def hold() -> None:
        from django.db import transaction

        with transaction.atomic():
            Incident.objects.select_for_update().get(pk=incident.pk)
            held.set()
            go.wait(10)
        connection.close()

    person = Thread(target=hold)
    person.start()
    assert held.wait(10)
    try:
        assert escalation.climb(by=None, at=START + minutes(5)) == 0
    finally:
        go.set()
        person.join()
    assert escalation.climb(by=None, at=START + minutes(5)) == 1


def waits(condition: Callable[[], bool], seconds: float = 120.0) -> bool:
    """Whether something becomes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


SWEEP = """
import datetime as dt, django
django.setup()
from veche.city.dispatch.operations.escalation import sweep
sweep(at=dt.datetime.fromisoformat({at!r}))
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_skips_nothing_and_does_nothing_twice(
    ground: Ground,
) -> None:
    raised = [ground.report(title=f"Water at number {n}").pk for n in range(5)]
    at = START + minutes(10)
    known = connection.settings_dict
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgresql://{known['USER']}@/{quote(str(known['NAME']))}"
        f"?{urlencode({'host': known['HOST']})}",
        "VECHE_HOME": str(settings.HOME.path),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        # The worker has noted the rungs and raised the tiers, and is about to tell: it waits here.
        cursor.execute("LOCK TABLE notices_notice IN EXCLUSIVE MODE")
        worker = subprocess.Popen(
            [sys.executable, "-c", SWEEP.format(at=at.isoformat())], env=environment
        )

        def held() -> bool:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted"
                " AND relation = 'notices_notice'::regclass"
            )
            return bool(cursor.fetchone()[0])

        try:
            assert waits(held)
        finally:
            worker.kill()
            assert worker.wait(30) == -signal.SIGKILL
    assert not EscalationClimb.objects.exists(), "what it had begun is as if it had not been"
    assert waits(lambda: escalation.sweep(at=at) == 15)
    assert escalation.sweep(at=at) == 0
    assert EscalationClimb.objects.count() == 15
    assert set(Incident.objects.filter(pk__in=raised).values_list("tier", flat=True)) == {3}
    assert IncidentEntry.objects.filter(kind="climbed").count() == 5
    assert told(ground.town.watch) == ["dispatch.raised"] * 5
