"""The demo town's incidents: a year of the past, what is open now, and a drill apart from both."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from django.db.models import F

from tests.cast import START
from veche import town
from veche.city.dispatch import demo
from veche.city.dispatch.models import Incident, IncidentTask
from veche.city.dispatch.procedure import OPEN
from veche.core.cases import demo as cases
from veche.core.cases.models import Case, CaseClock
from veche.core.organisations import demo as organisations
from veche.core.people import demo as people
from veche.core.places import demo as places

pytestmark = pytest.mark.django_db
AT = START + dt.timedelta(hours=6)


@pytest.fixture
def loaded() -> float:
    """The part of the demo town that incidents need, and how many CPU seconds their own took."""
    said: list[str] = []
    for part in (places, people, organisations, cases):
        part.load(town=town, at=AT, report=said.append)
    begun = time.process_time()
    demo.load(town=town, at=AT, report=said.append)
    took = time.process_time() - begun
    assert any(line.startswith("incidents: ") for line in said)
    return took


def test_a_year_of_the_past_and_a_day_of_now(loaded: float) -> None:
    real = Incident.real.all()
    over = real.exclude(case__state__in=OPEN)
    assert over.count() >= 150
    assert {row.source for row in over} >= {"alarm", "call", "problem", "officer"}
    assert over.filter(case__state="false_alarm").exists()
    assert over.filter(returned__gt=0).exists() and over.filter(cost__gt=0).exists()
    assert IncidentTask.objects.filter(incident__in=over, done_at__isnull=False).count() > 50
    # Moments follow each other in every one of them.
    for row in over:
        moments = [
            row.sensed_at, row.reported_at, row.seen_at, row.verified_at, row.dispatched_at,
            row.accepted_at, row.acted_at, row.done_at, row.ended_at, row.evaluated_at,
        ]  # fmt: skip
        known = [one for one in moments if one is not None]
        assert known == sorted(known), row
        assert known[-1] <= AT
    # Every state they stood in had its term, and only the present ones run.
    assert not CaseClock.objects.filter(
        case__procedure="incident", case__closed_at__isnull=False, stopped_at__isnull=True
    ).exists()

    now = real.filter(case__state__in=OPEN)
    assert {row.case.state for row in now.select_related("case")} == set(OPEN)
    assert now.count() == 9
    assert now.exclude(vulnerable="").count() >= 4
    assert now.get(case__state="pending").pending_reason
    late = now.get(tier__gt=F("first_tier"))
    assert late.returned == 1 and late.vulnerable == "children"

    drills = Incident.objects.filter(drill=True)
    assert {row.case.state for row in drills.select_related("case")} == {"closed", "in_work"}
    assert not Case.objects.filter(procedure="incident", state__in=OPEN, due_at=None).exists()
    assert loaded < 12, loaded  # seconds of the processor; a third of it where nothing else runs
